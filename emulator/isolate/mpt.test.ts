/** The worked examples of the Smmpt formats: four modes, one address each, entry addresses and values as literals. */
import { describe, expect, test } from 'vitest';
import { MachineUnderTest } from '../machine.test-support.ts';
import type { Platform } from '../platform.ts';

const RW: [string | null, string | null, string | null] = [null, null, 'mpt.permission'];
const RX: [string | null, string | null, string | null] = [null, 'mpt.permission', null];

interface Example {
  readonly mode: string;
  readonly xlen: 32 | 64;
  readonly mmpt: bigint;
  readonly page: bigint;
  /** Entries from the root down: address, value. */
  readonly entries: readonly (readonly [bigint, bigint])[];
  /** Verdict on load, store, fetch. */
  readonly allows: [string | null, string | null, string | null];
}

const EXAMPLES: Example[] = [
  {
    mode: 'smmpt34',
    xlen: 32,
    mmpt: 0x41480400n,
    page: 0x8765_4abcn,
    entries: [
      [0x8040_0000n + 4n * (0x87654abcn >> 25n), 0x20100401n],
      [0x80401b28n, 0x00300003n],
    ],
    allows: RW,
  },
  {
    mode: 'smmpt43',
    xlen: 64,
    mmpt: 0x1050000000080400n,
    page: 0x123_4567_89abn,
    entries: [
      [0x80400240n, 0x20100401n],
      [0x80401d10n, 0x20100801n],
      [0x80402b38n, 0x0000000300000003n],
    ],
    allows: RW,
  },
  {
    mode: 'smmpt52',
    xlen: 64,
    mmpt: 0x2050000000080400n,
    page: 0xa_bcde_f012_3456n,
    entries: [
      [0x80400ab8n, 0x20100401n],
      [0x804019b8n, 0x20100801n],
      [0x80402bc0n, 0x20100c01n],
      [0x80403090n, 0x00000000000a0003n],
    ],
    allows: RX,
  },
  {
    mode: 'smmpt64',
    xlen: 64,
    mmpt: 0x3050000000080400n,
    page: 0x001a_bcde_f012_3456n,
    entries: [
      [0x80400008n, 0x20102001n],
      [0x80408ab8n, 0x20102401n],
      [0x804099b8n, 0x20102801n],
      [0x8040abc0n, 0x20102c01n],
      [0x8040b090n, 0x00000000000a0003n],
    ],
    allows: RX,
  },
];

/** RAM for the tables, and the page in question. */
function machineFor(example: Example, more: Partial<Platform> = {}): MachineUnderTest {
  const m = new MachineUnderTest({
    xlen: example.xlen,
    ram: [
      { base: 0x8000_0000n, size: 0x100_0000n },
      { base: example.page & ~0xfffn, size: 0x1000n },
    ],
    ...more,
  });
  m.machine.fill(0x8040_0000n, 0x10000n, 0n);
  for (const [at, value] of example.entries) m.put(at, value);
  m.poke('mmpt', example.mmpt);
  return m;
}

describe('worked examples', () => {
  test.each(EXAMPLES)('$mode finds the page through the entries of the text', (example) => {
    const m = machineFor(example);
    const at = example.page & ~7n;
    const [load, store, fetch] = example.allows;
    expect(m.verdict('S', 'load', at)).toBe(load);
    expect(m.verdict('S', 'store', at)).toBe(store);
    expect(m.verdict('S', 'fetch', at, 4)).toBe(fetch);
    expect(m.verdict('U', 'load', at)).toBe(load);
    expect(m.verdict('M', 'store', at)).toBe(null);
  });

  test.each(EXAMPLES)('$mode reads one entry per level, in this order', (example) => {
    const m = machineFor(example);
    m.machine.trace(true);
    m.verdict('S', 'load', example.page & ~7n);
    const steps = m.machine.takeTrace();
    expect(steps.map(({ at, entry }) => [at, entry])).toEqual(example.entries);
    expect(steps.map(({ level }) => level)).toEqual(
      [...example.entries.keys()].map((k) => example.entries.length - 1 - k),
    );
    expect(steps.at(-1)?.verdict).toBe('leaf');
    expect(m.machine.counts().mpt).toBe(example.entries.length);
  });

  test.each(EXAMPLES)('$mode denies at every level where V is clear', (example) => {
    for (const [at, value] of example.entries) {
      const m = machineFor(example);
      m.put(at, value & ~1n);
      const trap = m.denied('S', 'load', example.page, 1);
      expect(trap).toMatchObject({ cause: 5, because: 'mpt.invalid', tval: example.page });
    }
  });

  test.each(EXAMPLES)('$mode honours mstatus.MBE in its entries', (example) => {
    const m = machineFor(example);
    const bytes = example.xlen / 8;
    for (const [at, value] of example.entries) {
      for (let k = 0; k < bytes; k++) {
        m.put(at + BigInt(bytes - 1 - k), (value >> BigInt(8 * k)) & 255n, 1);
      }
    }
    expect(m.verdict('S', 'load', example.page)).not.toBeNull();
    if (example.xlen === 64) m.poke('mstatus', 1n << 37n);
    else m.poke('mstatush', 1n << 5n);
    expect(m.verdict('S', 'load', example.page)).toBeNull();
  });
});

const PAGE = 0x8012_3000n;
const ROOT = 0x8040_0000n;

/** Smmpt43 with three tables; the leaf of PAGE is at level 0. */
function three(leaf: bigint, more: Partial<Platform> = {}): MachineUnderTest {
  const m = new MachineUnderTest(more);
  m.machine.fill(ROOT, 0x8000n, 0n);
  m.put(ROOT, 0x20100401n);
  m.put(ROOT + 0x1000n + 8n * 64n, 0x20100801n);
  m.put(ROOT + 0x2000n + 8n * 0x12n, leaf);
  m.poke('mmpt', 0x1000000000080400n);
  return m;
}

describe('entries', () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7])('XWR %i gives its own permissions', (xwr) => {
    const m = three(3n | (BigInt(xwr) << 17n));
    const legal = xwr !== 2 && xwr !== 6;
    const expected = (bit: number) =>
      !legal ? 'mpt.reserved' : (xwr & bit) !== 0 ? null : 'mpt.permission';
    expect(m.verdict('S', 'load', PAGE)).toBe(expected(1));
    expect(m.verdict('S', 'store', PAGE)).toBe(expected(2));
    expect(m.verdict('S', 'fetch', PAGE, 4)).toBe(expected(4));
  });

  test('a reserved tuple denies its whole entry, or (open point) its own page', () => {
    const leaf = 3n | (1n << 17n) | (2n << 53n);
    expect(three(leaf).verdict('S', 'load', PAGE)).toBe('mpt.reserved');
    const { knobs } = new MachineUnderTest().platform;
    const lazy = three(leaf, { knobs: { ...knobs, reserved_tuple: 'tuple' } });
    expect(lazy.verdict('S', 'load', PAGE)).toBeNull();
    expect(lazy.verdict('S', 'load', 0x8012_f000n)).toBe('mpt.reserved');
  });

  test.each([3, 4, 5, 6, 7, 56, 60, 63])('bit %i of a leaf is reserved', (bit) => {
    const m = three(3n | (7n << 17n) | (1n << BigInt(bit)));
    expect(m.verdict('S', 'load', PAGE)).toBe('mpt.reserved');
  });

  test.each([3, 11, 16, 31, 32, 63])('bit %i of a NAPOT leaf is reserved', (bit) => {
    expect(three(0x4707n).verdict('S', 'load', PAGE)).toBeNull();
    expect(three(0x4707n | (1n << BigInt(bit))).verdict('S', 'load', PAGE)).toBe('mpt.reserved');
  });

  test('every group size but G=4 is reserved', () => {
    for (let g = 0n; g < 16n; g++) {
      const expected = g === 4n ? null : 'mpt.napot';
      expect(three(0x0707n | (g << 12n)).verdict('S', 'load', PAGE)).toBe(expected);
    }
  });

  test.each([2, 3, 9, 54, 63])('bit %i of a pointer is reserved', (bit) => {
    const m = three(0x3n);
    m.put(ROOT, 0x20100401n | (1n << BigInt(bit)));
    expect(m.verdict('S', 'load', PAGE)).toBe('mpt.reserved');
  });

  test('a pointer at level 0, tables in vacant memory, poisoned tables', () => {
    expect(three(0x20100401n).verdict('S', 'load', PAGE)).toBe('mpt.depth');
    const m = three(0x707n);
    m.put(ROOT, 0x401n);
    expect(m.verdict('S', 'load', PAGE)).toBe('mpt.table_pma');
    const poisoned = three(3n | (7n << 17n));
    poisoned.machine.poison(ROOT + 0x2090n, 8n);
    expect(poisoned.verdict('S', 'load', PAGE)).toBe('mpt.table_poison');
  });

  test('an address beyond the width of the mode is denied, the last one inside is looked up', () => {
    const m = three(0n);
    expect(m.denied('S', 'store', 1n << 43n, 8)).toMatchObject({ cause: 7, because: 'mpt.range' });
    expect(m.verdict('S', 'load', (1n << 43n) - 8n)).toBe('mpt.invalid');
    m.poke('mmpt', 0x2000000000080400n);
    expect(m.verdict('S', 'load', 1n << 52n)).toBe('mpt.range');
    m.poke('mmpt', 0x3000000000080400n);
    expect(m.verdict('S', 'load', 1n << 63n)).toBe('mpt.invalid');
  });
});
