/** The worked examples of the MTT era, and its grid of types, as literals. */
import { describe, expect, test } from 'vitest';
import { MachineUnderTest } from '../machine.test-support.ts';
import type { Platform } from '../platform.ts';

interface Example {
  readonly mode: string;
  readonly xlen: 32 | 64;
  readonly mttp: bigint;
  readonly page: bigint;
  readonly entries: readonly (readonly [bigint, bigint])[];
  /** The L2 entry that grants RW to the 2 or 4 MiB around the page only. */
  readonly big: bigint;
}

/** The L3 value is that of v0.1.1, with VALID. */
const EXAMPLES: Example[] = [
  {
    mode: 'smmtt34',
    xlen: 32,
    mttp: 0x45080400n,
    page: 0x8765_4abcn,
    entries: [
      [0x8040_0000n + 4n * (0x8765_4abcn >> 25n), 0x01080401n],
      [0x80401b28n, 0x00020000n],
    ],
    big: 0x01400800n,
  },
  {
    mode: 'smmtt46',
    xlen: 64,
    mttp: 0x1140000000090000n,
    page: 0x1234_5678_9abcn,
    entries: [
      [0x9048d158n, 0x0000400000080401n],
      [0x804013c0n, 0x0000002000000000n],
    ],
    big: 0x0000600000000080n,
  },
  {
    mode: 'smmtt56',
    xlen: 64,
    mttp: 0x2140000000080404n,
    page: 0xab_1234_5678_9abcn,
    entries: [
      [0x80405560n, 0x0000100000090000n],
      [0x9048d158n, 0x0000400000080401n],
      [0x804013c0n, 0x0000002000000000n],
    ],
    big: 0x0000600000000080n,
  },
];

function machineFor(example: Example, more: Partial<Platform> = {}): MachineUnderTest {
  const m = new MachineUnderTest({
    xlen: example.xlen,
    revision: 'mtt_0_1_1',
    ram: [
      { base: 0x8000_0000n, size: 0x1100_0000n },
      { base: example.page & ~0xfffn, size: 0x1000n },
    ],
    ...more,
  });
  m.machine.fill(0x8040_0000n, 0x10000n, 0n);
  m.machine.fill(0x9000_0000n, 0x100_0000n, 0n);
  for (const [at, value] of example.entries) m.put(at, value);
  m.poke('mttp', example.mttp);
  return m;
}

describe('worked examples', () => {
  test.each(EXAMPLES)('$mode grants RW to the page of the text, and no more', (example) => {
    const m = machineFor(example);
    m.machine.trace(true);
    const at = example.page & ~7n;
    expect(m.verdict('S', 'load', at)).toBeNull();
    expect(m.machine.takeTrace().map((step) => [step.at, step.entry])).toEqual(example.entries);
    expect(m.verdict('S', 'store', at)).toBeNull();
    expect(m.verdict('S', 'fetch', at, 4)).toBe('mtt.permission');
    expect(m.denied('U', 'store', at + 4096n, 1)).toMatchObject({
      cause: 7,
      because: 'mtt.disallowed',
    });
  });

  test.each(EXAMPLES)('$mode: the same as a 2 MiB or 4 MiB permission', (example) => {
    const m = machineFor(example);
    m.put(example.entries.at(-2)![0], example.big);
    expect(m.verdict('S', 'store', example.page)).toBeNull();
    expect(m.verdict('S', 'fetch', example.page & ~7n, 4)).toBe('mtt.permission');
    expect(m.verdict('S', 'load', example.page ^ 0x400_0000n)).toBe('mtt.disallowed');
  });

  test.each(EXAMPLES)('$mode: types of 1 GiB, reserved types, reserved bits', (example) => {
    const m = machineFor(example);
    const at = example.entries.at(-2)![0];
    const shift = example.xlen === 64 ? 44n : 22n;
    const probe = (entry: bigint): (string | null)[] => {
      m.put(at, entry);
      const page = example.page & ~7n;
      return [
        m.verdict('S', 'load', page),
        m.verdict('S', 'store', page),
        m.verdict('S', 'fetch', page, 2),
      ];
    };
    const no = 'mtt.permission';
    const reserved = ['mtt.reserved', 'mtt.reserved', 'mtt.reserved'];
    expect(probe(0n)).toEqual(['mtt.disallowed', 'mtt.disallowed', 'mtt.disallowed']);
    expect(probe(1n << shift)).toEqual([null, no, null]);
    expect(probe(2n << shift)).toEqual([null, null, no]);
    expect(probe(3n << shift)).toEqual([null, null, null]);
    expect(probe((3n << shift) | 1n)).toEqual(reserved);
    expect(probe((example.xlen === 64 ? 5n : 6n) << shift)).toEqual(reserved);
    expect(probe(7n << shift)).toEqual(reserved);
    expect(probe((3n << shift) | (1n << (shift + 3n)))).toEqual(reserved);
    expect(probe(example.big | (1n << (example.xlen === 64 ? 32n : 16n)))).toEqual(reserved);
  });

  test.each(EXAMPLES)('$mode: a reserved bit in any nibble denies the entry', (example) => {
    const m = machineFor(example);
    const [at, value] = example.entries.at(-1)!;
    m.put(at, value | 4n);
    expect(m.verdict('S', 'load', example.page)).toBe('mtt.reserved');
  });
});

describe('revisions', () => {
  const wide = EXAMPLES[2];

  test('an L3 entry without VALID points at page 0 in v0.1, is invalid from v0.1.1 on', () => {
    const now = machineFor(wide);
    now.put(wide.entries[0][0], 0n);
    expect(now.verdict('S', 'load', wide.page)).toBe('mtt.invalid');
    const old = machineFor(wide, { revision: 'mtt_0_1' });
    old.put(wide.entries[0][0], 0x90000n);
    expect(old.verdict('S', 'load', wide.page)).toBeNull();
    old.put(wide.entries[0][0], wide.entries[0][1]);
    expect(old.verdict('S', 'load', wide.page)).toBe('mtt.reserved');
    old.put(wide.entries[0][0], 0n);
    expect(old.verdict('S', 'load', wide.page)).toBe('mtt.table_pma');
  });

  test('an address beyond the mode is denied from v0.1.1 on', () => {
    const m = machineFor(EXAMPLES[1]);
    expect(m.denied('S', 'load', 1n << 46n, 1)).toMatchObject({ cause: 5, because: 'mtt.range' });
  });
});
