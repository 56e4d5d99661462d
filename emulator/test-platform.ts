/** A full platform for tests of the emulator: every feature that is modelled; a test overrides what it is about. */
import { DEFAULT_KNOBS } from './knobs.ts';
import type { Feature, Platform } from './platform.ts';
import { FEATURES } from './platform.ts';

/** Not modelled yet; and what comes out of reset locked, which is left to the tests that are about it. */
const LATER: readonly Feature[] = ['Smsdia', 'Smsdqosid', 'Smstateen', 'Smrnmi'];

/** RV64 with 256 MiB of RAM at 0x8000_0000, or what `overrides` says; `without` takes features away. */
export function testPlatform(
  overrides: Partial<Platform> = {},
  without: readonly Feature[] = [],
): Platform {
  const features = (Object.keys(FEATURES) as Feature[]).filter(
    (feature) => !LATER.includes(feature) && !without.includes(feature),
  );
  return {
    xlen: 64,
    harts: 1,
    features: new Set(features),
    ram: [{ base: 0x8000_0000n, size: 0x1000_0000n }],
    io: [],
    aliases: [],
    sdidlen: 6,
    asidlen: overrides.xlen === 32 ? 9 : 16,
    vmidlen: overrides.xlen === 32 ? 7 : 14,
    pmpEntries: 64,
    tval: 'address',
    revision: 'smmpt_0_9',
    knobs: DEFAULT_KNOBS,
    caching: 'none',
    cacheSizes: { tlb: 64, walk: 16, mpt: 32 },
    seed: 1,
    faults: [],
    arena: 1 << 20,
    ...overrides,
  };
}
