import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Clint } from './clint.ts';
import { Timebase } from './timebase.ts';

const MSIP = 0;
const MTIMECMP = 0x4000;
const MTIME = 0xbff8;

function clint(harts = 2) {
  const seen = { ticks: 0, lines: [] as string[] };
  const device = new Clint(harts, {
    ticks: () => seen.ticks,
    raise: (hart, line, level) => seen.lines.push(`${hart}:${line}=${level ? 1 : 0}`),
  });
  const load = (offset: number, size: number): bigint => {
    const to = { lo: 0, hi: 0 };
    device.load(offset, size, to);
    return (BigInt(to.hi >>> 0) << 32n) | BigInt(to.lo >>> 0);
  };
  const store = (offset: number, size: number, value: bigint): void =>
    device.store(
      offset,
      size,
      Number(BigInt.asIntN(32, value)),
      Number(BigInt.asIntN(32, value >> 32n)),
    );
  return { device, seen, load, store };
}

describe('msip', () => {
  it('has one bit per hart, which is the line MSIP', () => {
    const { load, store, seen } = clint();
    store(MSIP + 4, 4, 0xffff_ffffn);
    expect([load(MSIP, 4), load(MSIP + 4, 4)]).toEqual([0n, 1n]);
    store(MSIP + 4, 4, 1n);
    store(MSIP + 4, 4, 0xffff_fffen);
    expect(seen.lines).toEqual(['1:3=1', '1:3=0']);
  });

  it('of two harts is written and read by one access of 8 bytes', () => {
    const { load, store, seen } = clint();
    store(MSIP, 8, 0x1_0000_0001n);
    expect(load(MSIP, 8)).toBe(0x1_0000_0001n);
    expect(seen.lines).toEqual(['0:3=1', '1:3=1']);
  });

  it('of a hart that does not exist reads 0', () => {
    const { load, store, seen } = clint();
    store(MSIP + 8, 4, 1n);
    store(MSIP + 0x3ffc, 4, 1n);
    expect([load(MSIP + 8, 4), seen.lines]).toEqual([0n, []]);
  });
});

describe('mtimecmp', () => {
  it('is all ones after reset: no timer interrupt is pending', () => {
    const { device, load, seen } = clint();
    seen.ticks = 2 ** 52;
    device.update();
    expect([load(MTIMECMP, 8), load(MTIMECMP + 8, 8), seen.lines]).toEqual([
      2n ** 64n - 1n,
      2n ** 64n - 1n,
      [],
    ]);
  });

  it('raises MTIP while mtime is not below it, and a later value lowers it', () => {
    const { device, store, seen } = clint();
    store(MTIMECMP, 8, 10n);
    for (const ticks of [9, 10, 11]) {
      seen.ticks = ticks;
      device.update();
      if (ticks === 9) expect(seen.lines).toEqual([]);
    }
    expect(seen.lines).toEqual(['0:7=1']);
    store(MTIMECMP, 8, 12n);
    expect(seen.lines).toEqual(['0:7=1', '0:7=0']);
    store(MTIMECMP, 8, 11n);
    expect(seen.lines).toEqual(['0:7=1', '0:7=0', '0:7=1']);
  });

  it('is compared without sign, over all 64 bits', () => {
    const { device, store, seen } = clint();
    store(MTIMECMP, 8, 0x8000_0000_0000_0000n);
    store(MTIMECMP + 8, 8, 0x8000_0000n);
    seen.ticks = 2 ** 31 - 1;
    device.update();
    expect(seen.lines).toEqual([]);
    seen.ticks = 2 ** 31;
    device.update();
    expect(seen.lines).toEqual(['1:7=1']);
    store(MTIME, 8, 0x7fff_ffff_ffff_ffffn);
    expect(seen.lines).toEqual(['1:7=1']);
    store(MTIME, 8, 0x8000_0000_0000_0000n);
    expect(seen.lines).toEqual(['1:7=1', '0:7=1']);
  });

  it('is written by halves as the manual recommends for RV32, without an interrupt in between', () => {
    const { load, store, seen } = clint();
    seen.ticks = 50;
    store(MTIMECMP, 4, 0xffff_ffffn);
    store(MTIMECMP + 4, 4, 0n);
    store(MTIMECMP, 4, 100n);
    expect([load(MTIMECMP, 8), seen.lines]).toEqual([100n, []]);
  });

  it('of a hart that does not exist is ignored', () => {
    const { load, store, seen } = clint();
    store(MTIMECMP + 16, 8, 0n);
    store(0xbff0, 8, 0n);
    expect([load(MTIMECMP + 16, 8), load(0xbff0, 8), seen.lines]).toEqual([0n, 0n, []]);
  });
});

describe('mtime', () => {
  it('counts ticks from 0, beyond 32 bits', () => {
    const { load, seen } = clint();
    expect(load(MTIME, 8)).toBe(0n);
    seen.ticks = 3 * 2 ** 32 + 5;
    expect([load(MTIME, 8), load(MTIME, 4), load(MTIME + 4, 4)]).toEqual([0x3_0000_0005n, 5n, 3n]);
  });

  it('goes on counting from what is written, whole or by halves, around 2^64', () => {
    const { load, store, seen } = clint();
    seen.ticks = 1000;
    store(MTIME, 8, 2n ** 64n - 1n);
    seen.ticks = 1002;
    expect(load(MTIME, 8)).toBe(1n);
    store(MTIME + 4, 4, 7n);
    expect(load(MTIME, 8)).toBe(0x7_0000_0001n);
    store(MTIME, 4, 0xffff_ffffn);
    seen.ticks = 1003;
    expect(load(MTIME, 8)).toBe(0x8_0000_0000n);
  });

  it('is what was written plus the ticks since, modulo 2^64, whatever they are', () => {
    const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const ticks = fc.integer({ min: 0, max: 2 ** 52 });
    fc.assert(
      fc.property(u64, ticks, ticks, u64, (written, before, later, target) => {
        let now = before;
        const time = new Timebase(() => now);
        const half = (value: bigint) => Number(BigInt.asIntN(32, value));
        time.set(half(written), half(written >> 32n));
        now = before + later;
        time.sample();
        const is = (BigInt(time.hi >>> 0) << 32n) | BigInt(time.lo >>> 0);
        expect(is).toBe(BigInt.asUintN(64, written + BigInt(later)));
        const left = target > is ? target - is : 0n;
        const until = time.until(half(target), half(target >> 32n));
        expect(until).toBe(left < 2n ** 53n ? Number(left) : Infinity);
      }),
    );
  });
});

describe('the next event', () => {
  it('is the nearest timer that has not come yet', () => {
    const { device, store, seen } = clint(3);
    store(MTIMECMP, 8, 500n);
    store(MTIMECMP + 8, 8, 20n);
    expect(device.nextEvent()).toBe(20);
    seen.ticks = 30;
    device.update();
    expect([device.nextEvent(), seen.lines]).toEqual([470, ['1:7=1']]);
  });
});
