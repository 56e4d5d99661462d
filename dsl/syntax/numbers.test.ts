import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalNumeral, formatSize, parseNumeral } from './numbers.ts';

describe('a numeral', () => {
  it.each([
    ['0', 0n],
    ['42', 42n],
    ['007', 7n],
    ['1_000', 1000n],
    ['0x8000_0000', 0x8000_0000n],
    ['0xffffffffffffffffffff', (1n << 80n) - 1n],
    ['0b0110', 6n],
    ['4K', 4096n],
    ['2M', 2n << 20n],
    ['512G', 512n << 30n],
    ['1T', 1n << 40n],
    ['0x1b', 27n],
  ])('%s is %d', (image, value) => {
    expect(parseNumeral(image)).toBe(value);
  });

  it.each([
    '0x',
    '0b',
    '0b2',
    '4Q',
    '4k',
    '1__',
    '1_',
    '0x_1',
    '0xg',
    '1e9',
    '4KK',
    '4_K',
    '0X10',
    '1.5',
  ])('%s is malformed', (image) => {
    expect(parseNumeral(image)).toBe('malformed');
  });

  it('has at most 1024 bits', () => {
    expect(parseNumeral(`0x${'f'.repeat(256)}`)).toBe((1n << 1024n) - 1n);
    expect(parseNumeral(`0x1${'0'.repeat(256)}`)).toBe('too large');
    expect(parseNumeral('9'.repeat(60_000))).toBe('too large');
  });

  it('is worth the same in canonical form', () => {
    const numeral = fc.oneof(
      fc.bigInt(0n, 1n << 70n).map(String),
      fc.bigInt(0n, 1n << 70n).map((value) => `0x${value.toString(16)}`),
      fc.tuple(fc.nat(), fc.constantFrom('K', 'M', 'G', 'T')).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(numeral, (image) => {
        const canonical = canonicalNumeral(image);
        expect(parseNumeral(canonical)).toBe(parseNumeral(image));
        expect(canonicalNumeral(canonical)).toBe(canonical);
      }),
    );
  });

  it.each([
    ['0x80000000', '0x8000_0000'],
    ['0x12345', '0x1_2345'],
    ['0x12_34', '0x1234'],
    ['0x5ec2e7', '0x5e_c2e7'],
    ['1024K', '1M'],
    ['4096', '4096'],
    ['0b0011', '0b0011'],
  ])('%s is written %s', (image, canonical) => {
    expect(canonicalNumeral(image)).toBe(canonical);
  });
});

describe('a size', () => {
  it('is written in the largest unit that divides it', () => {
    expect([0n, 1n, 4095n, 4096n, 5n << 20n, 1n << 40n].map(formatSize)).toEqual([
      '0',
      '1',
      '4095',
      '4K',
      '5M',
      '1T',
    ]);
  });
});
