/** A machine with RDSM and root, two domains behind their G-stages; domains run assembled programs in VS-mode. */
import { expect } from 'vitest';
import type { Replacements } from '../../decisions.ts';
import { Assembler } from '../../isa/assemble.ts';
import { wholeIsa } from '../../isa/extensions.ts';
import { Machine } from '../../machine.ts';
import type { Platform } from '../../platform.ts';
import { testPlatform } from '../../test-platform.ts';
import { PageTable } from '../../translate/build.ts';
import { STAGE_GEOMETRIES } from '../../translate/geometry.ts';
import type { HandlerFactory } from '../handler.ts';
import { rdsm } from '../rdsm/rdsm.ts';
import type { FirmwareDomain, FirmwareSpec } from '../spec.ts';
import { root } from './root.ts';

const RAM = 0x8000_0000n;
const SIZE = 0x1000_0000n;
/** Memory of the host, of another domain, of a TSM, of the root, and for tables. */
export const HOST = RAM;
export const HOST_SIZE = 0x200_0000n;
export const OTHER = RAM + 0x400_0000n;
export const TSM = RAM + 0x600_0000n;
const TSM_SIZE = 0x40_0000n;
const ROOT = RAM + 0x800_0000n;
const TABLES = RAM + 0xa00_0000n;
const BUILT = RAM + 0xb00_0000n;

const assembler = new Assembler(wholeIsa(64));

export interface Options {
  readonly platform?: Partial<Platform>;
  readonly spec?: Partial<FirmwareSpec>;
  readonly replaces?: Replacements;
  /** Bytes of the leaves of the domains' tables; default: as large as fits. */
  readonly leaf?: bigint;
  /** Software of a TSM's domain, SDID 2. */
  readonly tsm?: HandlerFactory;
}

export class RootWorld {
  readonly machine: Machine;
  readonly spec: FirmwareSpec;
  /** Traps that came to the root, by cause; interrupts as negative numbers. */
  traps: number[] = [];
  #before;
  #next = BUILT;

  constructor({ platform = {}, spec = {}, replaces = {}, leaf, tsm }: Options = {}) {
    const planted = { says: 'planted', breaks: [], replaces };
    this.machine = new Machine({ planted }, { rdsm, root, ...(tsm === undefined ? {} : { tsm }) });
    const all = testPlatform({ arena: 1 << 24, faults: ['planted'], ...platform });
    expect(this.machine.reset(all)).toBeNull();
    const options = { user: true, ...(leaf === undefined ? {} : { leaf }) };
    const domain = (name: string, sdid: number, at: bigint, size: bigint): FirmwareDomain => {
      const table = this.table();
      expect(table.map(at, at, size, 7, options).error).toBeNull();
      const kind = name === 'host' ? 'host' : name === 'tsm' ? 'tsm' : 'plain';
      if (kind === 'tsm') table.map(HOST, HOST, HOST_SIZE, 3, options);
      const mmpt = (8n << 60n) | (BigInt(sdid + 1) << 44n) | (table.root >> 12n);
      return { name, sdid, kind, mmpt, memory: kind === 'tsm' ? { base: at, size } : null };
    };
    this.spec = {
      model: 'rdsm_hs',
      xlen: 64,
      harts: all.harts,
      ram: all.ram,
      aliases: [],
      rdsm: { base: RAM + SIZE - 0x8_0000n, size: 0x8_0000n },
      root: { base: ROOT, size: 0x10_0000n },
      tables: { base: TABLES, size: 0x10_0000n },
      domains: [
        domain('host', 0, HOST, HOST_SIZE),
        domain('other', 1, OTHER, HOST_SIZE),
        ...(tsm === undefined ? [] : [domain('tsm', 2, TSM, TSM_SIZE)]),
      ],
      mpt: null,
      l3Valid: true,
      gstage: 'sv39x4',
      features: all.features,
      vmidlen: all.vmidlen,
      sdidlen: all.sdidlen,
      tsm: { profile: 'spec', state: 'ready', maxVcpus: 8, interruptible: true },
      clint: null,
      uart: null,
      finisher: null,
      schedule: null,
      amnesia: true,
      seed: 1,
      nacl: new Set(),
      shadowPages: 64,
      acceleration: new Set(),
      ...spec,
    };
    expect(this.machine.boot(this.spec)).toBeNull();
    this.machine.trace(true);
    this.machine.takeFirmwareLog();
    this.#before = this.machine.counts();
  }

  /** A table built by the bench; `from`: where its pages are taken, one after the other. */
  table(from: bigint | null = null, mode: keyof typeof STAGE_GEOMETRIES = 'sv39x4'): PageTable {
    if (from !== null) this.#next = from;
    const made = PageTable.create(STAGE_GEOMETRIES[mode], this.#memory, this.#allocator);
    if (typeof made === 'string') throw new Error(made);
    return made;
  }

  /** Puts a program into memory; its labels. */
  load(at: bigint, text: string): ReadonlyMap<string, bigint> {
    const made = assembler.assemble(text, at);
    if (made.error !== null) throw new Error(made.error.message);
    this.machine.writeBytes(at, Uint8Array.from(made.bytes));
    return made.labels;
  }

  /** Runs the software of the present domain from `pc` in VS-mode until the hart is at `end`. */
  run(pc: bigint, end: bigint, hart = 0): void {
    this.machine.start(hart, { mode: 'VS', pc });
    this.goOn(end, hart);
  }

  goOn(end: bigint, hart = 0): void {
    const until = [{ hart, pc: end }];
    const stop = this.machine.run({ steps: 20_000, until, stopAtTrap: () => false });
    for (const { text } of this.machine.takeFirmwareLog()) {
      const [, kind, code] = /^trap: (cause|interrupt) (\d+) .* to S /.exec(text) ?? [];
      if (kind !== undefined) this.traps.push(kind === 'cause' ? Number(code) : -Number(code));
    }
    expect(stop.why).toBe('until');
  }

  x(number: number, hart = 0): bigint {
    return this.machine.readRegister(hart, `x${number}`);
  }

  /** What has been counted since boot, or the last look. */
  look() {
    const now = this.machine.counts();
    const before = this.#before;
    this.#before = now;
    const names = Object.keys(now) as (keyof typeof now)[];
    return Object.fromEntries(names.map((name) => [name, now[name] - before[name]])) as typeof now;
  }

  readonly #memory = {
    read: (at: bigint, size: number) => this.machine.read(at, size),
    write: (at: bigint, size: number, value: bigint) => {
      this.machine.write(at, size, value);
    },
  };

  readonly #allocator = {
    take: (size: bigint, alignment: bigint) => {
      const at = ((this.#next + alignment - 1n) / alignment) * alignment;
      this.#next = at + size;
      for (let k = 0n; k < size; k += 8n) this.machine.write(at + k, 8, 0n);
      return at;
    },
  };
}
