/** mtime: ticks from outside, on top of what software last wrote; 64 bits as two halves. */
import type { Halves } from '../memory/bus.ts';

/** Whether a < b, unsigned. */
export function isBelow(aLo: number, aHi: number, bLo: number, bHi: number): boolean {
  return aHi === bHi ? aLo >>> 0 < bLo >>> 0 : aHi >>> 0 < bHi >>> 0;
}

export class Timebase implements Halves {
  /** As of the last `sample`. */
  lo = 0;
  hi = 0;
  readonly #ticks: () => number;
  /** What stands in mtime at tick 0, modulo 2^64. */
  #baseLo = 0;
  #baseHi = 0;

  constructor(ticks: () => number) {
    this.#ticks = ticks;
  }

  /** Software sees 0 now, or rather: the ticks since reset. */
  reset(): void {
    this.#baseLo = 0;
    this.#baseHi = 0;
    this.sample();
  }

  /** Reads the time: afterwards `lo` and `hi` are mtime, and the unprivileged CSR `time`. */
  sample(): void {
    const ticks = this.#ticks();
    const low = (this.#baseLo >>> 0) + (ticks % 2 ** 32);
    this.lo = low | 0;
    this.hi = (this.#baseHi + Math.floor(ticks / 2 ** 32) + (low >= 2 ** 32 ? 1 : 0)) | 0;
  }

  /** Sets mtime as software does. */
  set(lo: number, hi: number): void {
    this.#baseLo = 0;
    this.#baseHi = 0;
    this.sample();
    const low = (lo >>> 0) - (this.lo >>> 0);
    this.#baseLo = low | 0;
    this.#baseHi = (hi - this.hi - (low < 0 ? 1 : 0)) | 0;
    this.sample();
  }

  /** Ticks from the last `sample` until mtime reaches a value; 0: it has. Beyond 2^53 it is never reached: Infinity. */
  until(lo: number, hi: number): number {
    if (!isBelow(this.lo, this.hi, lo, hi)) return 0;
    const ticks = ((hi >>> 0) - (this.hi >>> 0)) * 2 ** 32 + (lo >>> 0) - (this.lo >>> 0);
    return ticks < 2 ** 53 ? ticks : Infinity;
  }
}
