/** Runs several harts by turns: slices of seeded length, exact to one instruction, so that a run repeats exactly. */
import type { Mode } from '../access/context.ts';
import type { Trap } from '../access/trap.ts';
import type { Board } from '../devices/board.ts';
import type { End } from '../devices/device.ts';
import type { Clock } from './clock.ts';
import type { Executor } from './executor.ts';
import { isWoken } from './interrupts.ts';

/** Somewhere that a hart may come; `modes`: only while it is in one of them. */
export interface Place {
  readonly hart: number;
  readonly pc: bigint;
  readonly modes?: readonly Mode[];
}

export interface Limits {
  /** Instructions of all harts together, trapping ones included. */
  readonly steps: number;
  /** The run ends when a hart arrives at its pc. */
  readonly until: readonly Place[];
  /** Whether the run ends at a trap (or interrupt) just taken. */
  readonly stopAtTrap: (hart: number, trap: Trap) => boolean;
}

export interface Stop {
  /**
   * `waiting`: no hart runs, and no timer will wake one; `finished`: a device ended it; `home`: a hart whose step had
   * left it in firmware or in a guest has come back.
   */
  readonly why: 'steps' | 'until' | 'trap' | 'waiting' | 'finished' | 'home';
  readonly hart: number;
  readonly pc: bigint;
  readonly mode: Mode;
  readonly trap: Trap | null;
  /** Of `finished`: 0 for a pass, the code of a failure; null for a reset or a refusal. */
  readonly code: number | null;
  readonly end: End | null;
  /** Instructions executed in this run, trapping ones included. */
  readonly steps: number;
  /** Those of them that retired. */
  readonly retired: number;
}

/** Firmware between the harts of a run and the software of the scenario. */
export interface Passage {
  /** Whether a trap just taken leads into firmware: then nobody else hears of it, and the slice ends. */
  absorbs(executor: Executor, trap: Trap): boolean;
  /** Whether a hart has run firmware since `after` was asked last: the slice ends. */
  hasLanded(executor: Executor): boolean;
  /** A hart that came home before this run. */
  news(): Executor | null;
  /** Behind a slice: whether the hart has come home, or what trap firmware has handed to software here. */
  after(executor: Executor): 'home' | Trap | null;
}

type Places = readonly Place[];

/** Executes at most `budget` instructions of a hart; returns how many. */
export interface Runner {
  run(executor: Executor, budget: number): number;
}

/** Longest slices: a power of two while another hart can run, and while none can. */
const TURN_BITS = 12;
const ALONE = 100_000;

export class Schedule {
  private readonly clock: Clock;
  private readonly board: Pick<Board, 'update' | 'end'>;
  private executors: readonly Executor[] = [];
  /** Null: there is no firmware. */
  passage: Passage | null = null;
  private state = 1;
  private turn = 0;
  /** The hart that took a trap which ends the run. */
  private stopped: Executor | null = null;
  /** Somebody set a timer, woke a hart or ended the run: the slice is over. */
  private leaves = false;
  /** Instructions of the slice behind those that the engine was asked for. */
  private beyond = 0;

  constructor(clock: Clock, board: Pick<Board, 'update' | 'end'>) {
    this.clock = clock;
    this.board = board;
  }

  reset(executors: readonly Executor[], seed: number): void {
    this.executors = executors;
    this.passage = null;
    this.state = (seed ^ 0x5eed_c0de) | 0 || 1;
    this.turn = 0;
  }

  /** Runs all harts that are not parked. */
  run(runner: Runner, limits: Limits): Stop {
    const { board, clock, executors } = this;
    const before = executors.map(({ hart }) => hart.csrs.retired - hart.csrs.trapped);
    this.stopped = null;
    let left = limits.steps;
    let last = executors.find(({ parked }) => !parked) ?? executors[0];
    const stop = (why: Stop['why'], executor = last): Stop => ({
      why,
      hart: executor.hart.id,
      pc: executor.registers.pc,
      mode: executor.mode,
      trap: why === 'trap' ? executor.trap : null,
      code: why === 'finished' ? codeOf(board.end) : null,
      end: board.end,
      steps: limits.steps - left,
      retired: executors.reduce(
        (sum, { hart }, index) => sum + hart.csrs.retired - hart.csrs.trapped - before[index],
        0,
      ),
    });
    const arrived = this.passage?.news() ?? null;
    if (arrived !== null) return stop('home', arrived);
    for (const executor of executors) this.listen(executor, limits);
    for (;;) {
      board.update();
      if (board.end !== null) return stop('finished');
      if (left <= 0) return stop('steps');
      for (const executor of executors) wake(executor);
      const ready = executors.filter(({ parked, waiting }) => !parked && !waiting);
      const due = clock.stepsUntilEvent();
      if (ready.length === 0) {
        // Only harts that wait can be woken; there are none if all are parked.
        if (due === Infinity || executors.every(({ parked }) => parked)) return stop('waiting');
        clock.skip(clock.untilEvent());
        continue;
      }
      const executor = ready.find(({ hart }) => hart.id >= this.turn) ?? ready[0];
      last = executor;
      const isAlone =
        ready.length === 1 && !executors.some(({ waitsForReservation }) => waitsForReservation);
      const length = isAlone ? ALONE : this.draw();
      const watched = limits.until.filter(({ hart }) => hart === executor.hart.id);
      const budget = Math.min(length, left, due);
      const { isFresh } = executor;
      executor.isFresh = false;
      const isInterrupted = executor.interrupt();
      // A hart arrives behind its WFI when it wakes there, and where a step has left it.
      if (isFresh && !isInterrupted && arrives(executor, watched)) return stop('until');
      const steps = this.isStopped() ? 0 : this.slice(runner, executor, budget, watched);
      left -= steps;
      if (ready.length > 1) this.turn = executor.hart.id + 1;
      if (this.stopped !== null) return stop('trap', this.stopped);
      const met = this.passage === null ? null : this.passage.after(executor);
      if (met === 'home') return stop('home');
      if (met !== null && limits.stopAtTrap(executor.hart.id, met)) return stop('trap');
      if (steps > 0 && !executor.waiting && arrives(executor, watched)) return stop('until');
    }
  }

  /** A slice; one instruction at a time where a place ends it. */
  private slice(runner: Runner, executor: Executor, budget: number, places: Places): number {
    this.leaves = false;
    this.beyond = 0;
    if (places.length === 0) return runner.run(executor, budget);
    let steps = 0;
    while (steps < budget) {
      this.beyond = budget - steps - 1;
      const done = runner.run(executor, 1);
      steps += done;
      if (done === 0 || this.leaves || this.isStopped()) break;
      if (executor.waiting || arrives(executor, places)) break;
      if (this.passage !== null && this.passage.hasLanded(executor)) break;
    }
    return steps;
  }

  private isStopped(): boolean {
    return this.stopped !== null;
  }

  private listen(executor: Executor, { stopAtTrap }: Limits): void {
    const { passage } = this;
    executor.onTrap = (trap) => {
      if (passage !== null && passage.absorbs(executor, trap)) return true;
      if (!stopAtTrap(executor.hart.id, trap)) return false;
      this.stopped = executor;
      return true;
    };
    executor.mustLeave = () => {
      const leaves =
        this.stopped !== null ||
        this.board.end !== null ||
        this.executors.some((other) => other.waiting && isWoken(other.hart.csrs)) ||
        this.clock.stepsUntilEvent() < executor.left + this.beyond;
      this.leaves = leaves;
      return leaves;
    };
  }

  /** A slice length of at most 2^TURN_BITS, short ones as likely as long ones. */
  private draw(): number {
    const bits = this.random() % (TURN_BITS + 1);
    return 1 + (this.random() % 2 ** bits);
  }

  private random(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x >>> 0;
  }
}

/** WFI ends with an interrupt that is pending and enabled in mie, and with a non-maskable one. */
function wake(executor: Executor): void {
  if (!executor.waiting) return;
  if (executor.nmi || isWoken(executor.hart.csrs)) {
    executor.waiting = false;
    executor.waitsForReservation = false;
    executor.isFresh = true;
  }
}

function arrives({ registers, mode }: Executor, places: Places): boolean {
  return (
    places.length > 0 &&
    places.some(({ pc, modes }) => pc === registers.pc && (modes?.includes(mode) ?? true))
  );
}

function codeOf(end: End | null): number | null {
  if (end === null) return null;
  if (end.kind === 'pass') return 0;
  return end.kind === 'fail' ? end.code : null;
}
