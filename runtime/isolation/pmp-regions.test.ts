import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PmpRegions } from './pmp-regions.ts';

describe('the regions of a domain behind PMP', () => {
  it('give each byte the rights that were set last, as a plain array says', () => {
    const change = fc.record({
      base: fc.integer({ min: 0, max: 60 }),
      size: fc.integer({ min: 1, max: 20 }),
      xwr: fc.constantFrom(0, 1, 3, 5, 7),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        const regions = new PmpRegions();
        const plain = new Array<number>(80).fill(0);
        for (const { base, size, xwr } of changes) {
          regions.set(BigInt(base) * 4n, BigInt(size) * 4n, xwr);
          plain.fill(xwr, base, base + size);
        }
        const rights = plain.map((_, at) => regions.rights(BigInt(at) * 4n) ?? 0);
        expect(rights).toEqual(plain);
      }),
    );
  });

  it('become one NAPOT entry where they are aligned powers of two', () => {
    const regions = new PmpRegions();
    regions.set(0x8000_0000n, 0x1000n, 3);
    // pmpaddr: yyyy...y011 1111 1111 for 4 KiB; A = 3, rw.
    expect(regions.entries()).toEqual([{ config: 0x1bn, address: 0x2000_01ffn }]);
  });

  it('become a pair of TOR entries elsewhere', () => {
    const regions = new PmpRegions();
    regions.set(0x8000_1000n, 0x3000n, 5);
    expect(regions.entries()).toEqual([
      { config: 0n, address: 0x2000_0400n },
      { config: 0x0dn, address: 0x2000_1000n },
    ]);
  });
});
