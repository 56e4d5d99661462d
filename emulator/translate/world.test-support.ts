/** A machine with one mapped page behind any combination of stages and protection table; tables are identity-mapped. */
import { IsolationTable } from '../isolate/build.ts';
import { MPT_GEOMETRIES } from '../isolate/mpt-geometry.ts';
import { pool } from '../isolate/build.test-support.ts';
import type { Mode } from '../access/context.ts';
import { MachineUnderTest } from '../machine.test-support.ts';
import type { Platform } from '../platform.ts';
import { REVISIONS } from '../revision.ts';
import { PageTable } from './build.ts';
import { STAGE_GEOMETRIES } from './geometry.ts';

export type HostMode = 'sv32' | 'sv39' | 'sv48' | 'sv57';
export type GuestMode = 'sv32x4' | 'sv39x4' | 'sv48x4' | 'sv57x4';

export interface WorldOptions {
  readonly xlen: 32 | 64;
  readonly first: HostMode | null;
  readonly second: GuestMode | null;
  /** Mode, and bytes of one tuple. */
  readonly isolation: readonly [keyof typeof MPT_GEOMETRIES, bigint] | null;
  readonly platform?: Partial<Platform>;
}

const TABLES = 0x8000_0000n;
const SIZE = 0x20_0000n;
/** Where the page lies physically, and as a guest physical address. */
export const DATA = 0x8100_0000n;

export class World {
  readonly m: MachineUnderTest;
  readonly mode: Mode;
  /** The address to use. */
  readonly address: bigint;
  readonly stage: PageTable | null = null;
  readonly guest: PageTable | null = null;
  readonly table: IsolationTable | null = null;

  constructor({ xlen, first, second, isolation, platform }: WorldOptions) {
    const m = new MachineUnderTest({ xlen, ...platform });
    this.m = m;
    m.machine.fill(TABLES, SIZE, 0n);
    m.machine.fill(DATA, 0x1000n, 0x1234n);
    const from = pool(TABLES, SIZE);
    const memory = m.machine;
    this.mode = second === null ? 'S' : 'VS';
    this.address = first === null ? DATA : 0x12_3000n;
    const options = { leaf: 4096n };
    if (second !== null) {
      this.guest = built(PageTable.create(STAGE_GEOMETRIES[second], memory, from));
    }
    if (first !== null) {
      this.stage = built(PageTable.create(STAGE_GEOMETRIES[first], memory, from));
      done(this.stage.map(this.address, DATA, 0x1000n, 7, options));
      this.atp(second === null ? 'satp' : 'vsatp', STAGE_GEOMETRIES[first].mode, this.stage.root);
    }
    if (second !== null && this.guest !== null) {
      const user = { ...options, user: true };
      done(this.guest.map(DATA, DATA, 0x1000n, 7, user));
      done(this.guest.map(TABLES, TABLES, 0x4_0000n, 7, user));
      this.atp('hgatp', STAGE_GEOMETRIES[second].mode, this.guest.root);
    }
    if (isolation !== null) {
      const [mode, leaf] = isolation;
      const g = MPT_GEOMETRIES[mode];
      this.table = built(IsolationTable.create(g, memory, from, REVISIONS.smmpt_0_9));
      for (const [base, size] of [
        [TABLES, SIZE],
        [DATA, 0x1000n],
      ] as const) {
        const start = base - (base % leaf);
        const end = base + size + leaf - 1n;
        done(this.table.set(start, end - (end % leaf) - start, 7, { leaf }));
      }
      const shift = xlen === 64 ? 60n : 30n;
      m.poke('mmpt', (BigInt(g.mode) << shift) | (this.table.root >> 12n));
    }
  }

  /** Writes satp, vsatp or hgatp. */
  private atp(name: string, mode: number, root: bigint): void {
    const shift = this.m.platform.xlen === 64 ? 60n : 31n;
    this.m.poke(name, (BigInt(mode) << shift) | (root >> 12n));
  }
}

function built<T>(table: T | string): T {
  if (typeof table === 'string') throw new Error(table);
  return table;
}

function done(edit: { readonly error: string | null }): void {
  if (edit.error !== null) throw new Error(edit.error);
}
