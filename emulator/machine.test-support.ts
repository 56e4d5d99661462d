/** A machine for tests: short words for attempts, and memory that any mode may reach until a test says otherwise. */
import { expect } from 'vitest';
import type { Mode } from './access/context.ts';
import type { OperationName } from './access/kinds.ts';
import type { Trap } from './access/trap.ts';
import { DEFAULT_KNOBS } from './knobs.ts';
import { Machine } from './machine.ts';
import type { Feature, Platform } from './platform.ts';
import { FEATURES } from './platform.ts';

/** Those whose registers come out of reset locked are left to the tests that are about them. */
const LOCKED: readonly Feature[] = ['Smstateen', 'Smrnmi'];
const EVERY = new Set(
  (Object.keys(FEATURES) as Feature[]).filter((feature) => !LOCKED.includes(feature)),
);
const OLD: readonly Feature[] = ['Smmtt34', 'Smmtt46', 'Smmtt56'];

export const PLATFORM: Platform = {
  xlen: 64,
  harts: 1,
  features: EVERY,
  ram: [{ base: 0x8000_0000n, size: 0x4000_0000n }],
  io: [{ base: 0x1000_0000n, size: 0x10000n }],
  aliases: [],
  sdidlen: 6,
  asidlen: 16,
  vmidlen: 14,
  pmpEntries: 16,
  tval: 'address',
  revision: 'smmpt_0_9',
  knobs: DEFAULT_KNOBS,
  caching: 'none',
  cacheSizes: { tlb: 4, walk: 4, mpt: 4 },
  seed: 1,
  faults: [],
  arena: 2 ** 24,
};

export const without = (...gone: Feature[]): ReadonlySet<Feature> =>
  new Set([...EVERY].filter((feature) => !gone.includes(feature)));

/** Features of RV32, and of the MTT era, are told apart by the machine itself. */
export const LEGACY_MODES = OLD;

export class MachineUnderTest {
  readonly machine = new Machine();
  readonly platform: Platform;

  constructor(more: Partial<Platform> = {}) {
    this.platform = { ...PLATFORM, ...more };
    this.reset();
  }

  /** Everything afresh; PMP entry 0 opens all memory to S and U. */
  reset(): void {
    expect(this.machine.reset(this.platform)).toBeNull();
    this.poke('pmpaddr15', this.platform.xlen === 64 ? (1n << 54n) - 1n : 0xffff_ffffn);
    this.poke(
      this.platform.xlen === 64 ? 'pmpcfg2' : 'pmpcfg3',
      this.platform.xlen === 64 ? 0x1f00_0000_0000_0000n : 0x1f00_0000n,
    );
  }

  poke(name: string, value: bigint, hart = 0): void {
    this.machine.pokeCsr(hart, name, value);
  }

  /** Table entries and data: 8 bytes, little-endian, on RV32 4. */
  put(at: bigint, value: bigint, size = this.platform.xlen / 8): void {
    this.machine.write(at, size, value);
  }

  ok(mode: Mode, operation: OperationName, address: bigint, size: number, value = 0n): bigint {
    const result = this.machine.attempt(0, { mode, operation, address, size, value });
    expect(result.trap).toBeNull();
    return result.value as bigint;
  }

  denied(mode: Mode, operation: OperationName, address: bigint, size: number, value = 0n): Trap {
    const result = this.machine.attempt(0, { mode, operation, address, size, value });
    expect(result.trap).not.toBeNull();
    return result.trap as Trap;
  }

  /** Null, or the reason. */
  verdict(mode: Mode, operation: OperationName, address: bigint, size = 1): string | null {
    const value = 0n;
    return this.machine.attempt(0, { mode, operation, address, size, value }).trap?.because ?? null;
  }
}
