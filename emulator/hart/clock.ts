/** The machine's time: steps of all its harts, divided, and what waiting harts skipped. Nothing reads a real clock. */
import type { Board } from '../devices/board.ts';
import { Cell } from '../edges.ts';
import type { CsrFile } from './csr-file.ts';
import type { Executor } from './executor.ts';
import { STCE } from './interrupts.ts';

/** Ticks beyond are no event's: a program that waits again and again comes to where adding one tick changes nothing. */
const LAST_TICK = 2 ** 52;

export class Clock {
  private readonly board: Pick<Board, 'clint' | 'nextEvent'>;
  private readonly cell = new Cell();
  private executors: readonly Executor[] = [];
  /** Steps per tick. */
  private tick = 1;
  private skipped = 0;

  constructor(board: Pick<Board, 'clint' | 'nextEvent'>) {
    this.board = board;
  }

  reset(executors: readonly Executor[], tick: number): void {
    this.executors = executors;
    this.tick = tick;
    this.skipped = 0;
    for (const { hart } of executors) hart.csrs.clock = this;
  }

  /** Ticks since reset. */
  ticks(): number {
    return Math.floor(this.steps() / this.tick) + this.skipped;
  }

  /** mtime: what software made of the ticks, where there is a CLINT. */
  now(): bigint {
    const { clint } = this.board;
    if (clint === null) return BigInt(this.ticks());
    clint.time.sample();
    return this.cell.join(clint.time.lo, clint.time.hi);
  }

  /** Waiting harts let time pass. */
  skip(ticks: number): void {
    this.skipped += ticks;
  }

  /** Ticks until a timer interrupt becomes pending that is not yet; Infinity: never, or after ticks end to be exact. */
  untilEvent(): number {
    let next = this.board.nextEvent();
    for (const { hart } of this.executors) {
      if (hart.csrs.platform.features.has('Sstc'))
        next = Math.min(next, this.untilCompare(hart.csrs));
    }
    return this.ticks() + next <= LAST_TICK ? next : Infinity;
  }

  /** The same in steps. */
  stepsUntilEvent(): number {
    const ticks = this.untilEvent();
    return ticks === Infinity ? ticks : ticks * this.tick - (this.steps() % this.tick);
  }

  private steps(): number {
    let steps = 0;
    for (const executor of this.executors) {
      executor.sync();
      steps += executor.hart.csrs.retired;
    }
    return steps;
  }

  /** stimecmp and vstimecmp, as far as they are on. */
  private untilCompare(csrs: CsrFile): number {
    if ((csrs.raw('menvcfg') & STCE) === 0n) return Infinity;
    const now = this.now();
    const host = distance(now, csrs.raw('stimecmp'));
    if (!csrs.has('vstimecmp') || (csrs.raw('henvcfg') & STCE) === 0n) return host;
    const guestNow = BigInt.asUintN(64, now + csrs.raw('htimedelta'));
    return Math.min(host, distance(guestNow, csrs.raw('vstimecmp')));
  }
}

/** Ticks until a comparator is reached; Infinity: it was, or it is too far. */
function distance(now: bigint, compare: bigint): number {
  if (compare <= now) return Infinity;
  const ticks = Number(compare - now);
  return Number.isSafeInteger(ticks) ? ticks : Infinity;
}
