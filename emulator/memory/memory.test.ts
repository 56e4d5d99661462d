import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { Memory } from './memory.ts';
import { PageIndex } from './page-index.ts';
import { field, nextPage, swap, virtualPages, within } from './page.ts';
import { Poison } from './poison.ts';

const page = fc.oneof(fc.nat(40), fc.integer({ min: 2 ** 43, max: 2 ** 43 + 8 }));

describe('page arithmetic', () => {
  test('fields, spans and byte order agree with bigint, above 2^32 too', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 52n - 1n }),
        fc.nat(48),
        fc.nat(12),
        (p, k, n) => {
          const mask = 2 ** n - 1;
          const expected = Number((p >> BigInt(k)) & BigInt(mask));
          expect(field(Number(p), 2 ** -k, mask)).toBe(expected);
          expect(within(Number(p), 2 ** k)).toBe(Number(p & ((1n << BigInt(k)) - 1n)));
        },
      ),
    );
    expect(swap(0x11223344)).toBe(0x44332211);
    expect(swap(0x112233ff) >>> 0).toBe(0xff332211);
  });

  test('addresses wrap at 2^XLEN', () => {
    expect(nextPage(2 ** 20 - 1, virtualPages(32))).toBe(0);
    expect(nextPage(2 ** 52 - 1, virtualPages(64))).toBe(0);
    expect(nextPage(7, virtualPages(64))).toBe(8);
  });
});

test('the page index is a map, whatever its size, and forgets everything', () => {
  fc.assert(
    fc.property(fc.array(page, { maxLength: 2000 }), (pages) => {
      const index = new PageIndex();
      for (let round = 0; round < 2; round++) {
        const known = new Map<number, number>();
        for (const p of pages) {
          const frame = index.find(p);
          expect(frame).toBe(known.get(p) ?? -1);
          if (frame < 0) known.set(p, index.add(p));
        }
        index.clear();
        expect(pages.every((p) => index.find(p) === -1)).toBe(true);
      }
    }),
    { numRuns: 20 },
  );
});

test('memory agrees with a map of bytes under stores and fills', () => {
  const store = fc.record({ at: page, offset: fc.nat(4088), size: fc.integer({ min: 1, max: 8 }) });
  const fill = fc.record({ at: page, count: fc.integer({ min: 1, max: 12 }) });
  const step = fc.oneof(store, fill);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const memory = new Memory();
      memory.reset(2 ** 20, 7);
      const bytes = new Map<string, number>();
      let x = 1;
      for (const s of steps) {
        x = Math.imul(x, 0x01000193) ^ 0x55;
        if ('count' in s) {
          memory.fillPages(s.at, s.count, x, ~x, 2);
          for (let p = s.at; p < s.at + s.count; p++) {
            for (const k of [0, 5, 4095]) {
              bytes.set(`${p}+${k}`, (((k & 4) === 0 ? x : ~x) >>> (8 * (k & 3))) & 255);
            }
          }
        } else {
          memory.store(memory.frame(s.at), s.offset, s.size, x, ~x);
          for (let k = 0; k < s.size; k++) {
            bytes.set(`${s.at}+${s.offset + k}`, ((k < 4 ? x : ~x) >>> (8 * (k & 3))) & 255);
          }
        }
      }
      for (const [where, value] of bytes) {
        const [p, k] = where.split('+').map(Number) as [number, number];
        memory.load(memory.frame(p), k, 1);
        // A fill notes three bytes only; stores behind it may have been forgotten by it.
        if ([0, 5, 4095].includes(k)) expect(memory.lo).toBe(value);
      }
    }),
    { numRuns: 50 },
  );
});

test('poison of gigabytes is one range, and heals where it is written', () => {
  const poison = new Poison();
  poison.markPages(1000, 2 ** 40, 1);
  expect(poison.has(2 ** 30)).toBe(true);
  poison.mark(2000, 8, 4, 0);
  expect(poison.hits(2000, 8, 4)).toBe(false);
  expect(poison.hits(2000, 7, 4)).toBe(true);
  poison.markPages(1500, 5000, 0);
  expect([1499, 1500, 2000, 6499, 6500].map((p) => poison.has(p))).toEqual([
    true,
    false,
    false,
    false,
    true,
  ]);
});
