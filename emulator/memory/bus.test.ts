import { describe, expect, it } from 'vitest';
import { KINDS } from '../access/kinds.ts';
import { testPlatform } from '../test-platform.ts';
import type { Answering } from './bus.ts';
import { Bus } from './bus.ts';
import { Pma } from './pma.ts';

/** A device that notes what it is asked; it takes stores of words only. */
class Notebook implements Answering {
  readonly notes: string[] = [];

  accepts(_offset: number, size: number, isWrite: boolean): boolean {
    return !isWrite || size === 4;
  }

  load(offset: number, size: number, to: { lo: number; hi: number }): void {
    this.notes.push(`load ${offset} ${size}`);
    to.lo = offset;
    to.hi = size;
  }

  store(offset: number, size: number, lo: number, hi: number): void {
    this.notes.push(`store ${offset} ${size} ${lo} ${hi}`);
  }
}

const PAGE = 0x1_0000;

function bus() {
  const [first, second] = [new Notebook(), new Notebook()];
  const heard: string[] = [];
  const of = new Bus();
  of.attach(
    [
      { page: PAGE, offset: 0xff0, size: 0x1020, device: first },
      { page: PAGE + 2, offset: 0x010, size: 0x10, device: second },
    ],
    [{ page: PAGE + 9, offset: 0xffc, size: 8, listener: { stored: () => heard.push('stored') } }],
  );
  return { of, first, second, heard };
}

describe('a window', () => {
  it('may begin and end within pages; offsets count from its first byte', () => {
    const { of, first, second } = bus();
    const to = { lo: -1, hi: -1 };
    of.load(PAGE, 0xff8, 8, to);
    of.load(PAGE + 1, 0, 4, to);
    of.store(PAGE + 2, 0xc, 4, 7, 9);
    of.store(PAGE + 2, 0x10, 1, 8, 0);
    expect(first.notes).toEqual(['load 8 8', 'load 16 4', 'store 4124 4 7 9']);
    expect(second.notes).toEqual(['store 0 1 8 0']);
    expect(to).toEqual({ lo: 16, hi: 4 });
  });

  it('does not answer for bytes that it does not hold whole', () => {
    const { of, first, second } = bus();
    const to = { lo: -1, hi: -1 };
    for (const [page, offset, size] of [
      [PAGE, 0xfec, 8],
      [PAGE + 2, 0xc, 8],
      [PAGE + 2, 0x20, 1],
      [PAGE + 3, 0, 1],
    ]) {
      expect(of.find(page, offset, size)).toBe(null);
      of.load(page, offset, size, to);
      of.store(page, offset, size, 1, 1);
      expect(to).toEqual({ lo: 0, hi: 0 });
    }
    expect([...first.notes, ...second.notes]).toEqual([]);
  });

  it('is known by its pages', () => {
    const { of } = bus();
    expect([-1, 0, 1, 2, 3].map((k) => of.hasDevice(PAGE + k))).toEqual([
      ...[false, true, true, true, false],
    ]);
    expect([8, 9, 10, 11].map((k) => of.hasListener(PAGE + k))).toEqual([false, true, true, false]);
  });
});

describe('a listener', () => {
  it('hears of every store that touches its bytes, in either page, and of no other', () => {
    const { of, heard } = bus();
    for (const [page, offset, size, hears] of [
      [PAGE + 9, 0xff8, 4, 0],
      [PAGE + 9, 0xffb, 1, 0],
      [PAGE + 9, 0xff8, 8, 1],
      [PAGE + 9, 0xffc, 4, 1],
      [PAGE + 10, 0, 1, 1],
      [PAGE + 10, 3, 1, 1],
      [PAGE + 10, 4, 4, 0],
    ]) {
      heard.length = 0;
      of.announce(page, offset, size);
      expect([page, offset, heard.length]).toEqual([page, offset, hears]);
    }
  });
});

describe('attributes of a page with a device', () => {
  function attributes(): Pma {
    const pma = new Pma();
    const device = new Notebook();
    pma.bus.attach([{ page: 0x8_0000, offset: 0x100, size: 0x100, device }], []);
    pma.reset(testPlatform());
    return pma;
  }

  it('are those of I/O memory, also amid RAM', () => {
    const pma = attributes();
    expect([pma.kindOf(0x8_0000), pma.kindOf(0x8_0001)]).toEqual(['io', 'memory']);
    expect(pma.check(KINDS.fetch, 0x8_0000, 0x100, 4)).toBe('pma.io');
    expect(pma.check(KINDS.pteRead, 0x8_0000, 0x100, 8)).toBe('pma.io');
  });

  it('the device says which accesses it takes, and what it does not hold is vacant', () => {
    const pma = attributes();
    expect(pma.check(KINDS.load, 0x8_0000, 0x100, 1)).toBe(null);
    expect(pma.check(KINDS.store, 0x8_0000, 0x100, 4)).toBe(null);
    expect(pma.check(KINDS.store, 0x8_0000, 0x100, 8)).toBe('device.refused');
    expect(pma.check(KINDS.hsv, 0x8_0000, 0x100, 1)).toBe('device.refused');
    expect(pma.check(KINDS.load, 0x8_0000, 0x0fc, 4)).toBe('pma.vacant');
    expect(pma.check(KINDS.load, 0x8_0000, 0x200, 4)).toBe('pma.vacant');
    expect(pma.check(KINDS.load, 0x8_0000, 0x102, 4)).toBe('pma.misaligned');
  });

  it('operations on cache blocks move no data: the device is not asked', () => {
    const pma = attributes();
    expect(pma.check(KINDS.cbo, 0x8_0000, 0x100, 64)).toBe(null);
    expect(pma.check(KINDS.cboZero, 0x8_0000, 0x100, 64)).toBe('pma.io');
  });

  it('are forgotten with the device', () => {
    const pma = attributes();
    pma.bus.attach([], []);
    pma.reset(testPlatform());
    expect(pma.kindOf(0x8_0000)).toBe('memory');
  });
});
