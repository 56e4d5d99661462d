/** A host with a guest: real code in both, the guest's G-stage in the host's memory. */
import type { PageTable } from '../../translate/build.ts';
import type { Options } from './world.test-support.ts';
import { HOST, RootWorld } from './world.test-support.ts';

export const CODE = HOST + 0x1000n;
export const HANDLER = HOST + 0x2000n;
/** The guest's memory: guest physical addresses from 0, in the host's memory from GUEST. */
export const GUEST = HOST + 0x40_0000n;
const TABLES = HOST + 0x100_0000n;
export const MODES = { sv39x4: 8n, sv48x4: 9n, sv57x4: 10n } as const;
export type GuestMode = keyof typeof MODES;

export interface GuestOptions extends Options {
  readonly mode?: GuestMode;
  /** Pages of the guest that the host maps, from 0. */
  readonly pages?: bigint;
  /** Bytes of each leaf. */
  readonly guestLeaf?: bigint;
}

export class GuestWorld extends RootWorld {
  readonly guest: PageTable;
  readonly hgatp: bigint;

  constructor(options: GuestOptions = {}) {
    super(options);
    const { mode = 'sv39x4', pages = 16n, guestLeaf = 4096n } = options;
    this.guest = this.table(TABLES, mode);
    this.map(0n, GUEST, pages, guestLeaf);
    this.hgatp = (MODES[mode] << 60n) | (5n << 44n) | (this.guest.root >> 12n);
  }

  map(from: bigint, to: bigint, pages: bigint, leaf = 4096n): void {
    const edit = this.guest.map(from, to, pages * 4096n, 7, { user: true, leaf });
    if (edit.error !== null) throw new Error(edit.error);
  }

  /**
   * The host's program: `setup`, then it enters the guest at 0 in VS-mode; its handler is `handler`. `guest` is the
   * guest's code.
   */
  programs({ setup = '', handler, guest }: { setup?: string; handler: string; guest: string }): {
    readonly host: ReadonlyMap<string, bigint>;
    readonly handler: ReadonlyMap<string, bigint>;
    readonly guest: ReadonlyMap<string, bigint>;
  } {
    const host = this.load(
      CODE,
      `li t0, ${HANDLER}; csrw stvec, t0; li t0, ${BigInt.asIntN(64, this.hgatp)}; csrw hgatp, t0; hfence.gvma;` +
        `li t0, 0x180; csrs hstatus, t0; li t0, 0x100; csrs sstatus, t0; csrw sepc, zero; ${setup}; enter: sret; end: nop`,
    );
    const code = this.load(GUEST, guest);
    const shift = (labels: ReadonlyMap<string, bigint>) =>
      new Map([...labels].map(([name, at]) => [name, at - GUEST]));
    return { host, handler: this.load(HANDLER, handler), guest: shift(code) };
  }
}

/** Of a map of labels. */
export function label(labels: ReadonlyMap<string, bigint>, name: string): bigint {
  const at = labels.get(name);
  if (at === undefined) throw new Error(`no label ${name}`);
  return at;
}
