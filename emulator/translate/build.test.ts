import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pool, WordMemory } from '../isolate/build.test-support.ts';
import { PageTable } from './build.ts';
import { STAGE_GEOMETRIES } from './geometry.ts';
import type { StageGeometry } from './geometry.ts';

const K = 1024n;
const M = K * K;

function make(g: StageGeometry) {
  const memory = new WordMemory();
  const table = PageTable.create(g, memory, pool(0x8800_1000n));
  if (typeof table === 'string') throw new Error(table);
  return { memory, table };
}

/** The leaf and the address it gives, by the steps of the privileged manual; null where V=0. */
function walk(memory: WordMemory, g: StageGeometry, root: bigint, address: bigint) {
  const bits = g.xlen === 32 ? 10n : 9n;
  let table = root;
  for (let level = BigInt(g.levels - 1); level >= 0n; level--) {
    const low = 12n + bits * level;
    const width = Number(bits) + (g.name.endsWith('x4') && level === BigInt(g.levels - 1) ? 2 : 0);
    const index = BigInt.asUintN(width, address >> low);
    const pte = memory.read(table + index * BigInt(g.entrySize));
    if ((pte & 1n) === 0n) return null;
    const ppn = (pte >> 10n) & 0xfffffffffffn;
    if ((pte & 14n) !== 0n) {
      const offset = BigInt.asUintN(Number(low), address);
      return { pte, to: (ppn << 12n) | offset };
    }
    table = ppn << 12n;
  }
  return null;
}

const GEOMETRIES: StageGeometry[] = Object.values(STAGE_GEOMETRIES);

describe('page tables against a naive map of pages', () => {
  it.each(GEOMETRIES.map((g) => [g.name, g] as const))('%s', (_, g) => {
    const big = g.xlen === 32 ? 4n * M : 2n * M;
    const high = g.signed ? (1n << 64n) - (1n << 32n) : 0x4000_0000n;
    const one = fc.record({
      unmap: fc.boolean(),
      high: fc.boolean(),
      slot: fc.nat({ max: 12 }),
      size: fc.constantFrom(4n * K, 64n * K, big),
      count: fc.integer({ min: 1, max: 3 }),
      xwr: fc.constantFrom(1, 3, 4, 5, 7),
      skew: fc.constantFrom(0n, 0n, 4096n),
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 8 }), (list) => {
        const { memory, table } = make(g);
        const done: { from: bigint; to: bigint; size: bigint; xwr: number | null }[] = [];
        const probes = new Set<bigint>();
        for (const { unmap, slot, count, xwr, skew, ...of } of list) {
          const from = (of.high ? high : 0n) + BigInt(slot) * of.size;
          const size = of.size * BigInt(count);
          const to = 0x4000_0000n + BigInt(slot) * of.size + skew;
          const edit = unmap ? table.unmap(from, size) : table.map(from, to, size, xwr);
          expect(edit.error).toBeNull();
          done.push({ from, to, size, xwr: unmap ? null : xwr });
          for (const p of [from, from + size / 2n, from + size - 4096n, from + size]) {
            probes.add(p - (p % 4096n));
          }
        }
        for (const page of probes) {
          const last = done.findLast((d) => page >= d.from && page < d.from + d.size);
          const got = walk(memory, g, table.root, page);
          if (last === undefined || last.xwr === null) expect(got).toBeNull();
          else {
            expect(got?.to).toBe(last.to + page - last.from);
            expect(got?.pte && got.pte & 0xffn).toBe(0xc1n | (BigInt(last.xwr) << 1n));
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('page tables', () => {
  it('the root of an x4 mode is 16 KiB, aligned to its size', () => {
    expect(make(STAGE_GEOMETRIES.sv39x4).table.root).toBe(0x8800_4000n);
    expect(make(STAGE_GEOMETRIES.sv39).table.root).toBe(0x8800_1000n);
  });

  it('a mapping takes the largest leaf that both addresses allow', () => {
    const { memory, table } = make(STAGE_GEOMETRIES.sv39);
    table.map(0x4000_0000n, 0x8000_0000n, 1024n * M, 7, { user: true, global: true });
    expect(memory.read(table.entryAddress(0x4000_0000n, null) ?? 0n)).toBe(0x2000_00ffn);
    table.map(0x20_0000n, 0x8020_0000n, 2n * M, 3, { fresh: true });
    expect(memory.read(table.entryAddress(0x20_0000n, null) ?? 0n)).toBe(0x2008_0007n);
    expect(table.entryAddress(0x20_0000n, 0)).toBeNull();
  });

  it('64 KiB leaves are NAPOT groups: sixteen equal entries, PPN[3:0] = 1000', () => {
    const { memory, table } = make(STAGE_GEOMETRIES.sv39);
    expect(table.map(0x2_0000n, 0x8003_0000n, 128n * K, 3, { leaf: 64n * K }).error).toBeNull();
    const at = (va: bigint) => memory.read(table.entryAddress(va, 0) ?? 0n);
    for (let page = 0n; page < 16n; page++) {
      expect(at(0x2_0000n + page * 4096n)).toBe((1n << 63n) | (0x8_0038n << 10n) | 0xc7n);
      expect(at(0x3_0000n + page * 4096n)).toBe((1n << 63n) | (0x8_0048n << 10n) | 0xc7n);
    }
    expect(table.map(0x2_1000n, 0x8003_0000n, 64n * K, 3, { leaf: 64n * K }).error).toMatch(
      /whole number of 64K leaves/,
    );
  });

  it('says what it changed', () => {
    const { table } = make(STAGE_GEOMETRIES.sv48);
    expect(table.map(0n, 0x8000_0000n, 2n * M, 3).change).toMatchObject({
      pointerAdded: true,
      leafAdded: true,
      leafChanged: false,
    });
    expect(table.map(4096n, 0x9000_0000n, 4096n, 3).change).toMatchObject({ pointerChanged: true });
    expect(table.unmap(0n, 4096n).change).toMatchObject({ leafChanged: true, addresses: [0n] });
  });

  it('entries by hand: raw, invalid, reserved bit, NAPOT', () => {
    const { memory, table } = make(STAGE_GEOMETRIES.sv39);
    const word = () => memory.read(table.entryAddress(0x5000n, 0) ?? 0n);
    table.map(0n, 0x8000_0000n, 64n * K, 3);
    expect(table.entry(0x5000n, 4096n, null, { kind: 'reserved bit', bit: 60 }).error).toBeNull();
    expect(word()).toBe((1n << 60n) | 0x2000_14c7n);
    table.entry(0x5000n, 4096n, 0, { kind: 'raw', value: 0x2000_14c7n });
    table.entry(0n, 64n * K, 0, { kind: 'napot', g: 4, xwr: 1 });
    expect(word()).toBe((1n << 63n) | 0x2000_20c3n);
    table.entry(0x5000n, 4096n, 0, { kind: 'invalid' });
    expect(word()).toBe((1n << 63n) | 0x2000_20c2n);
  });

  it('refuses what no table can hold', () => {
    const { table } = make(STAGE_GEOMETRIES.sv39);
    expect(table.map(1n << 38n, 0n, 4096n, 1).error).toMatch(/not an address of sv39/);
    expect(table.map(0n, 1n << 56n, 4096n, 1).error).toMatch(/beyond the reach/);
    expect(table.map(0n, 0n, 4096n, 2).error).toMatch(/reserved encoding/);
    expect(table.map(0n, 0n, 32n * K, 1, { leaf: 32n * K }).error).toMatch(/no 32K leaves/);
    const small = make(STAGE_GEOMETRIES.sv32).table;
    expect(small.map(0n, 0n, 64n * K, 1, { leaf: 64n * K }).error).toMatch(/no 64K leaves/);
    expect(table.unmap(0n, 4096n).error).toBeNull();
  });
});
