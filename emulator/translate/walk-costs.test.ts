/** Memory references of one load without caches: (S1+1)(S2+1)(1+d), the whole table cell by cell. */
import { describe, expect, test } from 'vitest';
import { World } from './world.test-support.ts';
import type { GuestMode, HostMode } from './world.test-support.ts';

type Cell = number | null;
/** Columns: no protection table, then d = 1 .. 5 entries per checked address. */
type Row = readonly [HostMode | null, GuestMode | null, 32 | 64, readonly Cell[]];

const ROWS: readonly Row[] = [
  [null, null, 64, [1, 2, 3, 4, 5, 6]],
  ['sv32', null, 32, [3, 6, 9, null, null, null]],
  ['sv39', null, 64, [4, 8, 12, 16, 20, 24]],
  ['sv48', null, 64, [5, 10, 15, 20, 25, 30]],
  ['sv57', null, 64, [6, 12, 18, 24, 30, 36]],
  [null, 'sv39x4', 64, [4, 8, 12, 16, 20, 24]],
  ['sv32', 'sv32x4', 32, [9, 18, 27, null, null, null]],
  ['sv39', 'sv39x4', 64, [16, 32, 48, 64, 80, 96]],
  ['sv48', 'sv48x4', 64, [25, 50, 75, 100, 125, 150]],
  ['sv57', 'sv57x4', 64, [36, 72, 108, 144, 180, 216]],
];

/** Mode and leaf size that give d entries per look-up. */
const DEPTHS = {
  32: [null, ['smmpt34', 1n << 22n], ['smmpt34', 4096n], null, null, null],
  64: [
    null,
    ['smmpt43', 1n << 30n],
    ['smmpt43', 1n << 21n],
    ['smmpt43', 4096n],
    ['smmpt52', 4096n],
    ['smmpt64', 4096n],
  ],
} as const;

const total = ({ s, vs, g, mpt, data }: Record<'s' | 'vs' | 'g' | 'mpt' | 'data', number>) =>
  s + vs + g + mpt + data;

describe.each(ROWS)('%s / %s on RV%i', (first, second, xlen, cells) => {
  const given = cells.flatMap((cell, d) => (cell === null ? [] : [{ d, cell }]));

  test.each(given)('with $d entries per address: $cell references', ({ d, cell }) => {
    const world = new World({ xlen, first, second, isolation: DEPTHS[xlen][d] ?? null });
    const before = world.m.machine.counts();
    world.m.ok(world.mode, 'load', world.address, 4);
    const after = world.m.machine.counts();
    expect(total(after) - total(before)).toBe(cell);
    expect(after.mpt - before.mpt).toBe(cell - cell / (1 + d));
  });
});
