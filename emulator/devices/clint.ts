/** The core-local interruptor in SiFive's layout: msip and mtimecmp of every hart, and mtime. */
import type { Halves } from '../memory/bus.ts';
import type { Device, Line } from './device.ts';
import { LINES } from './device.ts';
import { isBelow, Timebase } from './timebase.ts';

const MTIMECMP = 0x4000;
const MTIME = 0xbff8;

/** What a CLINT needs of the machine around it. */
export interface ClintLinks {
  ticks(): number;
  raise(hart: number, line: Line, level: boolean): void;
}

/**
 * Takes aligned accesses of 4 and 8 bytes; registers of harts that do not exist read 0 and ignore writes. MTIP of a
 * hart is level: mtime >= mtimecmp, unsigned. It follows time only when `update` is called.
 * Hardware leaves mtimecmp undefined at reset; here it is all ones, so that no interrupt is pending.
 */
export class Clint implements Device {
  readonly name = 'clint';
  readonly size = 0x1_0000;
  readonly time: Timebase;
  readonly #links: ClintLinks;
  readonly #harts: number;
  readonly #msip: Uint8Array;
  /** By hart, low half first. */
  readonly #compare: Int32Array;
  readonly #mtip: Uint8Array;

  constructor(harts: number, links: ClintLinks) {
    this.#harts = harts;
    this.#links = links;
    this.time = new Timebase(() => links.ticks());
    this.time.reset();
    this.#msip = new Uint8Array(harts);
    this.#compare = new Int32Array(2 * harts).fill(-1);
    this.#mtip = new Uint8Array(harts);
  }

  accepts(_offset: number, size: number): boolean {
    return size === 4 || size === 8;
  }

  load(offset: number, size: number, to: Halves): void {
    this.time.sample();
    to.lo = this.#read(offset);
    to.hi = size === 8 ? this.#read(offset + 4) : 0;
  }

  store(offset: number, size: number, lo: number, hi: number): void {
    if (offset < MTIMECMP) {
      this.#writeMsip(offset >>> 2, lo);
      if (size === 8) this.#writeMsip((offset >>> 2) + 1, hi);
      return;
    }
    if (offset < MTIME) {
      const word = (offset - MTIMECMP) >>> 2;
      // A typed array ignores what is written beyond its end: harts that do not exist.
      this.#compare[word] = lo;
      if (size === 8) this.#compare[word + 1] = hi;
    } else if (offset < MTIME + 8) {
      const { time } = this;
      time.sample();
      if (size === 8) time.set(lo, hi);
      else if (offset === MTIME) time.set(lo, time.hi);
      else time.set(time.lo, lo);
    }
    this.update();
  }

  /** Samples the time and drives MTIP of every hart: after each slice, and wherever the engine wants to be exact. */
  update(): void {
    const { time } = this;
    time.sample();
    for (let hart = 0; hart < this.#harts; hart++) {
      const level = !isBelow(
        time.lo,
        time.hi,
        this.#compare[2 * hart],
        this.#compare[2 * hart + 1],
      );
      if (level === (this.#mtip[hart] === 1)) continue;
      this.#mtip[hart] = level ? 1 : 0;
      this.#links.raise(hart, LINES.MTIP, level);
    }
  }

  /** Ticks until the next MTIP rises, if nothing is written meanwhile; Infinity: never. For harts that all wait. */
  nextEvent(): number {
    this.time.sample();
    let next = Infinity;
    for (let hart = 0; hart < this.#harts; hart++) {
      if (this.#mtip[hart] === 1) continue;
      const ticks = this.time.until(this.#compare[2 * hart], this.#compare[2 * hart + 1]);
      next = Math.min(next, ticks);
    }
    return next;
  }

  #read(offset: number): number {
    if (offset < MTIMECMP) return this.#msip[offset >>> 2] ?? 0;
    if (offset < MTIME) return this.#compare[(offset - MTIMECMP) >>> 2] ?? 0;
    if (offset === MTIME) return this.time.lo;
    return offset === MTIME + 4 ? this.time.hi : 0;
  }

  /** Only bit 0 exists. */
  #writeMsip(hart: number, value: number): void {
    if (hart >= this.#harts) return;
    const level = value & 1;
    if (level === this.#msip[hart]) return;
    this.#msip[hart] = level;
    this.#links.raise(hart, LINES.MSIP, level === 1);
  }
}
