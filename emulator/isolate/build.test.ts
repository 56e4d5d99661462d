import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IsolationTable } from './build.ts';
import { pool, WordMemory } from './build.test-support.ts';
import { MPT_GEOMETRIES } from './mpt-geometry.ts';
import type { MptGeometry } from './mpt-geometry.ts';
import { MTT_GEOMETRIES } from './mtt-geometry.ts';
import type { MttGeometry } from './mtt-geometry.ts';

const K = 1024n;
const M = K * K;

function make(g: MptGeometry | MttGeometry, at: bigint, revision = { l3Valid: false }) {
  const memory = new WordMemory();
  const table = IsolationTable.create(g, memory, pool(at), revision);
  if (typeof table === 'string') throw new Error(table);
  return { memory, table };
}

/** Smmpt, naively: the right of a page, or null where the walk finds no valid entry. */
function mptRight(memory: WordMemory, g: MptGeometry, root: bigint, address: bigint) {
  const low = g.xlen === 32 ? 15n : 16n;
  const k = g.xlen === 32 ? 3n : 4n;
  const from = (level: number) =>
    level === 0 ? low : low + (g.xlen === 32 ? 10n : 9n) + 9n * BigInt(level - 1);
  let table = root;
  for (let level = g.levels - 1; level >= 0; level--) {
    const top = level === g.levels - 1 ? 64n : from(level + 1);
    const index = BigInt.asUintN(Number(top - from(level)), address >> from(level));
    const entry = memory.read(table + index * BigInt(g.entrySize));
    if ((entry & 1n) === 0n) return null;
    if ((entry & 2n) !== 0n) {
      if ((entry & 4n) !== 0n) return (entry >> 8n) & 7n;
      const tuple = (address >> (from(level) - k)) & ((1n << k) - 1n);
      return (entry >> (8n + 3n * tuple)) & 7n;
    }
    table = ((entry >> 10n) & 0xfffffffffffn) << 12n;
  }
  return null;
}

/** Smmtt, naively: the 2-bit permission of a page. */
function mttRight(memory: WordMemory, g: MttGeometry, root: bigint, address: bigint) {
  const size = g.xlen === 32 ? 4n : 8n;
  const [type, fields, page] = g.xlen === 32 ? [22n, 22n, 15n] : [44n, 21n, 16n];
  let table = root;
  if (g.root === 3) table = memory.read(table + 8n * (address >> 46n)) << 12n;
  const sections = g.xlen === 32 ? 0x1ffn : 0x1fffffn;
  const l2 = memory.read(table + size * ((address >> 25n) & sections));
  const kind = (l2 >> type) & 7n;
  if (kind < 4n) return kind;
  if (kind > 4n) return (l2 >> (2n * ((address >> fields) & BigInt(g.fields - 1)))) & 3n;
  const mask = g.xlen === 32 ? 0x3ffn : 0x1ffn;
  const l1 = memory.read(((l2 & ((1n << type) - 1n)) << 12n) + size * ((address >> page) & mask));
  return (l1 >> (4n * ((address >> 12n) & BigInt(g.fields - 1)))) & 3n;
}

describe('the words of the worked examples', () => {
  it.each([
    // Specification examples: a page, alone readable and writable, through tables laid out in order.
    ['smmpt34', 0x2_8765_4abcn, 0x8040_0000n, 3, 0x0030_0003n, [0x8040_050cn, 0x8040_1b28n]],
    [
      'smmpt43',
      0x123_4567_89abn,
      0x8040_0000n,
      3,
      0x3_0000_0003n,
      [0x8040_0240n, 0x8040_1d10n, 0x8040_2b38n],
    ],
    [
      'smmpt52',
      0xa_bcde_f012_3456n,
      0x8040_0000n,
      5,
      0xa_0003n,
      [0x8040_0ab8n, 0x8040_19b8n, 0x8040_2bc0n, 0x8040_3090n],
    ],
    [
      'smmpt64',
      0x1a_bcde_f012_3456n,
      0x8040_0000n,
      5,
      0xa_0003n,
      [0x8040_0008n, 0x8040_8ab8n, 0x8040_99b8n, 0x8040_abc0n, 0x8040_b090n],
    ],
  ] as const)('%s walks and fills %s', (name, address, at, xwr, leaf, path) => {
    const { memory, table } = make(MPT_GEOMETRIES[name], at);
    expect(table.set(address - (address % 4096n), 4096n, xwr).error).toBeNull();
    const top = path.length - 1;
    expect(path.map((_, k) => table.entryAddress(address, top - k))).toEqual(path);
    expect(memory.read(path[top] ?? 0n)).toBe(leaf);
    for (let k = 0; k < top; k++) {
      const next = (path[k + 1] ?? 0n) >> 12n;
      const nextTable = name === 'smmpt64' && k < 0 ? 0n : next;
      expect(memory.read(path[k] ?? 0n)).toBe((nextTable << 10n) | 1n);
    }
  });

  it.each([
    ['smmpt34', [0x3n, 0x2492_4903n, 0x6db6_db03n, 0x9249_2403n, 0xb6db_6d03n, 0xffff_ff03n]],
    [
      'smmpt43',
      [
        0x3n,
        0x0024_9249_2492_4903n,
        0x006d_b6db_6db6_db03n,
        0x0092_4924_9249_2403n,
        0x00b6_db6d_b6db_6d03n,
        0x00ff_ffff_ffff_ff03n,
      ],
    ],
  ] as const)('whole entries of %s hold the constants of the specification', (name, words) => {
    [0, 1, 3, 4, 5, 7].forEach((xwr, k) => {
      const { memory, table } = make(MPT_GEOMETRIES[name], 0x8040_0000n);
      const span = name === 'smmpt34' ? 32n * K : 64n * K;
      table.set(0x8000_0000n, span, xwr);
      expect(memory.read(table.entryAddress(0x8000_0000n, 0) ?? 0n)).toBe(words[k]);
    });
  });

  it.each([
    ['smmpt34', 4n * M, 128, [0x6007n, 0x6107n, 0x6307n, 0x6407n, 0x6507n, 0x6707n]],
    ['smmpt64', 2n * M, 32, [0x4007n, 0x4107n, 0x4307n, 0x4407n, 0x4507n, 0x4707n]],
  ] as const)('a NAPOT leaf of %s is a whole group', (name, size, members, words) => {
    [0, 1, 3, 4, 5, 7].forEach((xwr, k) => {
      const { memory, table } = make(MPT_GEOMETRIES[name], 0x8040_0000n);
      expect(table.set(0x8080_0000n, size, xwr, { leaf: size, napot: true }).error).toBeNull();
      const first = table.entryAddress(0x8080_0000n, 0) ?? 0n;
      const step = name === 'smmpt34' ? 4n : 8n;
      const group = [...Array(members).keys()].map((i) => memory.read(first + BigInt(i) * step));
      expect(new Set(group)).toEqual(new Set([words[k]]));
      expect(memory.read(first + BigInt(members) * step)).toBe(0n);
    });
  });

  it('Smmtt34 walks and fills as the specification of the MTT era shows', () => {
    const { memory, table } = make(MTT_GEOMETRIES.smmtt34, 0x8040_0000n);
    table.set(0x2_8765_4000n, 4096n, 3);
    expect(table.entryAddress(0x2_8765_4abcn, 2)).toBe(0x8040_050cn);
    expect(memory.read(0x8040_050cn)).toBe(0x0108_0401n);
    expect(table.entryAddress(0x2_8765_4abcn, 1)).toBe(0x8040_1b28n);
    expect(memory.read(0x8040_1b28n)).toBe(0x0002_0000n);
    const other = make(MTT_GEOMETRIES.smmtt34, 0x8040_0000n);
    other.table.set(0x2_8740_0000n, 4n * M, 3);
    expect(other.memory.read(0x8040_050cn)).toBe(0x0140_0800n);
  });

  it('Smmtt46 fills 2M_PAGES fields and L1 nibbles', () => {
    const { memory, table } = make(MTT_GEOMETRIES.smmtt46, 0x9000_0000n);
    table.set(0x1234_5660_0000n, 2n * M, 3);
    expect(table.entryAddress(0x1234_5678_9abcn, 2)).toBe(0x9048_d158n);
    expect(memory.read(0x9048_d158n)).toBe(0x6000_0000_0080n);
    table.set(0x1234_5660_0000n, 2n * M, 0);
    table.set(0x1234_5678_9000n, 4096n, 3);
    expect(memory.read(0x9048_d158n)).toBe((4n << 44n) | 0x91000n);
    expect(memory.read(0x9100_03c0n)).toBe(0x20_0000_0000n);
  });

  it.each([
    [false, 0x9_1000n],
    [true, 0x1000_0009_1000n],
  ])('an L3 pointer with VALID %s', (l3Valid, word) => {
    const memory = new WordMemory();
    const table = IsolationTable.create(MTT_GEOMETRIES.smmtt56, memory, pool(0x9000_0000n), {
      l3Valid,
    });
    if (typeof table === 'string') throw new Error(table);
    table.set(0xab_1234_5678_9000n, 4096n, 3);
    // pn[3] = 0x2AC; the root takes the first 8 KiB, the L2 table the next 16 MiB boundary.
    expect(memory.read(0x9000_0000n + 0x2acn * 8n)).toBe(word);
  });

  it('a gigabyte of the MTT era is 32 equal entries', () => {
    const { memory, table } = make(MTT_GEOMETRIES.smmtt46, 0x9000_0000n);
    table.set(0x8000_0000n, 1024n * M, 5);
    const first = table.entryAddress(0x8000_0000n, 2) ?? 0n;
    const entries = [...Array(34).keys()].map((k) => memory.read(first + 8n * BigInt(k - 1)));
    expect(entries.slice(1, 33).every((entry) => entry === 0x1000_0000_0000n)).toBe(true);
    expect([entries[0], entries[33]]).toEqual([0n, 0n]);
  });
});

const XWR = [0, 1, 3, 4, 5, 7];
const SIZES = [4n * K, 8n * K, 64n * K, 2n * M, 4n * M, 16n * M, 32n * M, 1024n * M];

function operations(rights: number[]) {
  const one = fc.record({
    slot: fc.nat({ max: 40 }),
    size: fc.constantFrom(...SIZES),
    count: fc.integer({ min: 1, max: 3 }),
    xwr: fc.constantFrom(...rights),
    leaf: fc.constantFrom<bigint | undefined>(undefined, undefined, 4n * K, 2n * M),
  });
  return fc.array(one, { minLength: 1, maxLength: 6 });
}

const BASE = 0x1_0000_0000n;

describe('against a naive map of pages', () => {
  const cases = [...Object.values(MPT_GEOMETRIES), ...Object.values(MTT_GEOMETRIES)];
  it.each(cases.map((g) => [g.name, g] as const))(
    '%s: every page has the right that was set last, and no other page changes',
    (_, g) => {
      const legacy = !('tuples' in g);
      fc.assert(
        fc.property(operations(legacy ? [0, 3, 5, 7] : XWR), (list) => {
          const { memory, table } = make(g, 0x8000_0000n);
          const done: { from: bigint; to: bigint; xwr: number }[] = [];
          const probes = new Set<bigint>();
          for (const { slot, size, count, xwr, leaf } of list) {
            const from = BASE + BigInt(slot) * size;
            const bytes = leaf !== undefined && size < leaf ? leaf : size * BigInt(count);
            const to = from + bytes;
            const asked = leaf !== undefined && bytes <= 16n * M ? { leaf } : {};
            if (to > BigInt(g.pages) * 4096n) continue;
            if (table.set(from, bytes, xwr, asked).error !== null) {
              // Only a leaf size that smaller leaves stand in the way of may be refused.
              expect(Object.keys(asked)).toEqual(['leaf']);
              return;
            }
            done.push({ from, to, xwr });
            for (const p of [from - 4096n, from, from + bytes / 2n, to - 4096n, to]) {
              probes.add(p - (p % 4096n));
            }
          }
          for (const page of probes) {
            const last = done.findLast((d) => page >= d.from && page < d.to)?.xwr ?? 0;
            const got = legacy
              ? [0, 5, 3, 7][Number(mttRight(memory, g, table.root, page))]
              : Number(mptRight(memory, g, table.root, page) ?? 0n);
            expect(got).toBe(last);
            expect(table.rights(page) ?? 0).toBe(last);
          }
        }),
        { numRuns: 60 },
      );
    },
  );
});

describe('what an edit says it changed', () => {
  const { table } = make(MPT_GEOMETRIES.smmpt43, 0x8040_0000n);

  it('a first grant adds pointers and a leaf', () => {
    expect(table.set(0x9000_0000n, 4096n, 3).change).toMatchObject({
      pointerAdded: true,
      leafAdded: true,
      pointerChanged: false,
      leafChanged: false,
    });
  });

  it('a grant beside it changes one tuple of a valid leaf', () => {
    expect(table.set(0x9000_1000n, 4096n, 3).change).toEqual({
      pointerAdded: false,
      leafAdded: false,
      pointerChanged: false,
      leafChanged: true,
      addresses: [0x9000_1000n],
    });
  });

  it('the same grant again changes nothing', () => {
    expect(table.set(0x9000_0000n, 8192n, 3).change).toMatchObject({ leafChanged: false });
  });

  it('a split replaces a leaf by a pointer', () => {
    table.set(0xa000_0000n, 2n * M, 7);
    expect(table.set(0xa000_1000n, 4096n, 1).change).toMatchObject({ pointerChanged: true });
  });
});

describe('entries by hand', () => {
  const at = 0x9000_0000n;
  const fresh = () => make(MPT_GEOMETRIES.smmpt43, 0x8040_0000n);
  const word = ({ memory, table }: ReturnType<typeof fresh>, level: number) =>
    memory.read(table.entryAddress(at, level) ?? 0n);

  it('xwr sets one tuple and keeps the others', () => {
    const t = fresh();
    t.table.set(at, 8192n, 3);
    t.table.entry(at, 4096n, null, { kind: 'xwr', xwr: 2 });
    expect(word(t, 0)).toBe(0b011_010_0000_0011n | (0n << 8n));
  });

  it('xwr above level 0 replaces a pointer by a leaf that grants nothing else', () => {
    const t = fresh();
    t.table.set(at + 2n * M, 4096n, 7);
    expect(t.table.entry(at, 4096n, 1, { kind: 'xwr', xwr: 1 }).change?.pointerChanged).toBe(true);
    expect(word(t, 1)).toBe(0b001_0000_0011n);
  });

  it('a reserved bit goes into the entry as it stands, an invalid one becomes an RWX leaf first', () => {
    const t = fresh();
    t.table.entry(at, 4096n, 0, { kind: 'reserved bit', bit: 63 });
    expect(word(t, 0)).toBe(0x80ff_ffff_ffff_ff03n);
    t.table.entry(at, 4096n, 1, { kind: 'reserved bit', bit: 5 });
    expect(word(t, 1) & 0x23n).toBe(0x21n);
  });

  it('invalid clears V and keeps the rest', () => {
    const t = fresh();
    t.table.set(at, 4096n, 3);
    t.table.entry(at, 4096n, 0, { kind: 'invalid' });
    expect(word(t, 0)).toBe(0x302n);
  });

  it('raw is exactly these bits, and too many are refused', () => {
    const t = fresh();
    t.table.entry(at, 4096n, 1, { kind: 'raw', value: 0x7n });
    expect(word(t, 1)).toBe(7n);
    expect(t.table.entry(at, 4096n, 1, { kind: 'raw', value: 1n << 64n }).error).toMatch(/64 bits/);
  });

  it('napot goes into every entry that the extent touches', () => {
    const t = fresh();
    t.table.entry(at, 128n * K, 0, { kind: 'napot', g: 4, xwr: 1 });
    const first = t.table.entryAddress(at, 0) ?? 0n;
    const words = [0n, 8n, 16n].map((k) => t.memory.read(first + k));
    expect(words).toEqual([0x4107n, 0x4107n, 0n]);
  });

  it('changing one page of a NAPOT group takes the whole group apart', () => {
    const t = fresh();
    t.table.set(at, 2n * M, 7, { leaf: 2n * M, napot: true });
    t.table.set(at, 4096n, 0);
    const first = t.table.entryAddress(at, 0) ?? 0n;
    expect(t.memory.read(first)).toBe(0x00ff_ffff_ffff_f803n);
    expect(t.memory.read(first + 31n * 8n)).toBe(0x00ff_ffff_ffff_ff03n);
  });
});

describe('a platform with few physical addresses', () => {
  it('needs only a short L2 table, and grants nothing beyond it', () => {
    const memory = new WordMemory();
    const limits = { l3Valid: false, limit: 0x1_0000_0000n };
    const table = IsolationTable.create(
      MTT_GEOMETRIES.smmtt46,
      memory,
      pool(0x8ff0_1000n, 64n * K),
      limits,
    );
    if (typeof table === 'string') throw new Error(table);
    expect([table.root, table.rootSize]).toEqual([0x8ff0_4000n, 4096n]);
    expect(table.set(0x8000_0000n, 4096n, 3).error).toBeNull();
    expect(table.set(1n << 44n, 4096n, 3).error).toMatch(/beyond the reach/);
  });
});

describe('what cannot be built is refused by name', () => {
  it('a right that the MTT era cannot say', () => {
    const { table } = make(MTT_GEOMETRIES.smmtt46, 0x9000_0000n);
    expect(table.set(0n, 4096n, 1).error).toBe("smmtt46 cannot say 'r', only none, rx, rw, rwx");
  });

  it('an extent beyond the mode, a leaf size that does not exist, a pool used up', () => {
    const { table } = make(MPT_GEOMETRIES.smmpt43, 0x8040_0000n);
    expect(table.set(1n << 43n, 4096n, 1).error).toMatch(/beyond the reach/);
    expect(table.set(0n, 16n * M, 1, { leaf: 16n * M }).error).toMatch(/no 16M leaves/);
    const small = IsolationTable.create(
      MPT_GEOMETRIES.smmpt43,
      new WordMemory(),
      pool(0x8040_0000n, 8192n),
    );
    if (typeof small === 'string') throw new Error(small);
    expect(small.set(0n, 4096n, 1).error).toMatch(/no room/);
  });
});
