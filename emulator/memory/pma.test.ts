import { describe, expect, it } from 'vitest';
import { KINDS } from '../access/kinds.ts';
import type { Platform } from '../platform.ts';
import { testPlatform } from '../test-platform.ts';
import { Pma } from './pma.ts';

function pma(overrides: Partial<Platform> = {}): Pma {
  const it = new Pma();
  it.reset(testPlatform(overrides));
  return it;
}

const RAM = 0x8_0000;
const IO = 0x1_0000;
const io = [{ base: 0x1000_0000n, size: 0x2000n }];

describe('attributes', () => {
  it('are main memory, I/O or vacant, page by page', () => {
    const of = pma({ io });
    expect([of.kindOf(RAM), of.kindOf(RAM + 0xffff), of.kindOf(RAM + 0x1_0000)]).toEqual([
      'memory',
      'memory',
      'vacant',
    ]);
    expect([of.kindOf(IO), of.kindOf(IO + 1), of.kindOf(IO + 2)]).toEqual(['io', 'io', 'vacant']);
    expect(of.kindOf(0)).toBe('vacant');
  });

  it('reach to the end of 64-bit addresses', () => {
    const of = pma({ ram: [{ base: 0xffff_ffff_fff0_0000n, size: 0x10_0000n }] });
    expect(of.kindOf(2 ** 52 - 1)).toBe('memory');
    expect(of.kindOf(2 ** 52 - 257)).toBe('vacant');
  });

  it('main memory supports everything, vacant memory nothing', () => {
    const of = pma();
    for (const kind of Object.values(KINDS)) {
      expect(of.check(kind, RAM, 0, 8)).toBe(null);
      expect(of.check(kind, 0, 0, 8)).toBe('pma.vacant');
    }
  });

  it('I/O memory supports plain aligned loads and stores: no fetch, no atomics, no tables', () => {
    const of = pma({ io });
    for (const kind of [KINDS.load, KINDS.store, KINDS.hlv, KINDS.hsv]) {
      expect(of.check(kind, IO, 8, 8)).toBe(null);
      expect(of.check(kind, IO, 12, 8)).toBe('pma.misaligned');
    }
    const refused = [KINDS.fetch, KINDS.lr, KINDS.sc, KINDS.amo, KINDS.hlvx, KINDS.sspush];
    const tables = [KINDS.pteRead, KINDS.pteWrite, KINDS.mptRead];
    for (const kind of [...refused, ...tables]) expect(of.check(kind, IO, 8, 8)).toBe('pma.io');
  });
});

describe('aliases', () => {
  const aliases = [
    { base: 0x4000_0000n, size: 0x1000_0000n, of: 0x8000_0000n },
    { base: 0x2000_0000n, size: 0x1000n, of: 0x4000_5000n },
  ];

  it('answer with the memory of another page, through each other too', () => {
    const of = pma({ aliases });
    expect(of.resolve(0x4_0123)).toBe(RAM + 0x123);
    expect(of.resolve(0x2_0000)).toBe(RAM + 5);
    expect(of.resolve(RAM + 7)).toBe(RAM + 7);
    expect(of.kindOf(0x4_0123)).toBe('memory');
  });

  it('break a run of pages at each of their borders, also behind another alias', () => {
    const of = pma({ aliases });
    expect(of.unbroken(0x3_fffe, 10)).toBe(2);
    expect(of.unbroken(0x4_fff0, 32)).toBe(16);
    expect(of.unbroken(0x2_0000, 32)).toBe(1);
    expect(of.unbroken(RAM, 1000)).toBe(1000);
    const chained = pma({
      aliases: [
        { base: 0x6000_0000n, size: 0x8000n, of: 0x3fff_e000n },
        { base: 0x4000_0000n, size: 0x1000_0000n, of: 0x8000_0000n },
      ],
    });
    expect(chained.unbroken(0x6_0000, 8)).toBe(2);
    expect(chained.unbroken(0x6_0002, 8)).toBe(6);
  });

  it('of vacant memory are vacant', () => {
    const of = pma({ aliases: [{ base: 0x4000_0000n, size: 0x1000n, of: 0x100_0000n }] });
    expect(of.kindOf(0x4_0000)).toBe('vacant');
  });

  it('in a circle end', () => {
    const circle = [
      { base: 0x4000_0000n, size: 0x1000n, of: 0x5000_0000n },
      { base: 0x5000_0000n, size: 0x1000n, of: 0x4000_0000n },
    ];
    expect(pma({ aliases: circle }).kindOf(0x4_0000)).toBe('vacant');
  });
});
