/** Where batches run: on this thread, or on several whose results are released in order. */
import type { Bench } from './batch.ts';
import { runCases, unfinished } from './batch.ts';
import type { RuleId } from '../../emulator/index.ts';
import type { CaseResult } from '../session/results.ts';
import type { Batch, BatchResults, Executor } from './run.ts';
import type { Variation } from '../session/variation.ts';

/** What is sent to a thread. */
export interface ThreadTask {
  readonly path: string;
  /** Index of the scenario in its script. */
  readonly scenario: number;
  readonly cases: Uint32Array;
  /** Results (in the order case, variation) that are there already. */
  readonly skip: number;
}

/** What a thread answers: nothing when it begins, then results in order, and whether they were the last of the task. */
export interface ThreadAnswer {
  readonly results: readonly PackedResult[];
  readonly done: boolean;
}

/** A result on its way between threads: dozens of rule names as one text are copied ten times faster. */
export type PackedResult = Omit<CaseResult, 'fired'> & { readonly fired: string };

export function packed(result: CaseResult): PackedResult {
  return { ...result, fired: result.fired.join(' ') };
}

function unpacked(result: PackedResult): CaseResult {
  const fired = result.fired === '' ? [] : result.fired.split(' ');
  return { ...result, fired: fired as readonly RuleId[] };
}

export interface Thread {
  send(task: ThreadTask): void;
  stop(): void;
}

/** Starts a thread; `ended` is called when it dies by itself: why, and whether it had come to take tasks at all. */
export type StartThread = (
  answer: (answer: ThreadAnswer) => void,
  ended: (why: string, wasReady: boolean) => void,
) => Thread;

/** How many cases it takes for threads to give more than their start costs. */
const WORTH_THREADS = 5000;

/** How many threads to use. `asked`: by `-j`, null when it was not given. */
export function threadCount(asked: number | null, results: number, available: number): number {
  if (asked !== null) return asked;
  // One processor is for the thread that collects and reports: with two, threads cost more than they give.
  return results < WORTH_THREADS ? 1 : Math.max(1, available - 1);
}

/** Milliseconds of work after which this thread looks at signals and closed pipes again. */
const SLICE = 20;

/** Runs everything on this thread. `pause` lets the event loop turn. */
export function onThisThread(bench: Bench, pause: () => Promise<void>): Executor {
  return async function* (batches) {
    let last = bench.clock();
    for (const { of, cases } of batches) {
      let results: CaseResult[] = [];
      for (const result of runCases(of.scenario, of.script.path, cases, bench)) {
        results.push(result);
        if (bench.clock() - last < SLICE) continue;
        yield { of, results };
        results = [];
        await pause();
        last = bench.clock();
      }
      yield { of, results };
    }
  };
}

export interface ThreadOptions {
  readonly threads: number;
  readonly start: StartThread;
  readonly variations: readonly Variation[];
  /** Milliseconds that one case may take; null: any. */
  readonly timeout: number | null;
  readonly clock: () => number;
  /** Calls back every so many milliseconds until the returned function is called. */
  readonly every: (milliseconds: number, call: () => void) => () => void;
}

/** A batch under way: results that came in, and the thread that works on it. */
interface Job {
  readonly batch: Batch;
  readonly results: CaseResult[];
  released: number;
  done: boolean;
}

interface Seat {
  thread: Thread | null;
  job: Job | null;
  /** When it last answered on this task, null until it has begun; and whether it was found late once already. */
  heard: number | null;
  late: boolean;
}

/** Batches that may wait behind an unfinished one, per thread. */
const AHEAD = 4;

/** Runs batches on other threads; memory is bounded by the batches that are under way. */
export function onThreads(options: ThreadOptions): Executor {
  return async function* (batches) {
    const crew = new Crew(options, batches[Symbol.iterator]());
    try {
      yield* crew.results();
    } finally {
      crew.stop();
    }
  };
}

class Crew {
  readonly #options: ThreadOptions;
  readonly #batches: Iterator<Batch>;
  readonly #seats: Seat[];
  /** In the order of the batches; the first is the next to be released. */
  readonly #jobs: Job[] = [];
  #exhausted = false;
  #failure: Error | null = null;
  #wake: () => void = () => {};
  readonly #stopWatching: () => void;

  constructor(options: ThreadOptions, batches: Iterator<Batch>) {
    this.#options = options;
    this.#batches = batches;
    this.#seats = Array.from({ length: options.threads }, () => ({
      thread: null,
      job: null,
      heard: null,
      late: false,
    }));
    const { timeout } = options;
    this.#stopWatching =
      timeout === null
        ? () => {}
        : options.every(Math.max(10, timeout / 4), () => this.#watch(timeout));
  }

  async *results(): AsyncGenerator<BatchResults, void, undefined> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      this.#fill();
      const job = this.#jobs[0];
      if (job === undefined) return;
      if (job.released < job.results.length) {
        const results = job.results.slice(job.released);
        job.released = job.results.length;
        yield { of: job.batch.of, results };
      } else if (job.done) {
        this.#jobs.shift();
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }
  }

  stop(): void {
    this.#stopWatching();
    for (const seat of this.#seats) {
      const { thread } = seat;
      // Its end is no loss any more.
      seat.thread = null;
      thread?.stop();
    }
  }

  /** Gives every idle seat a batch, as long as the backlog is short. */
  #fill(): void {
    for (const seat of this.#seats) {
      if (seat.job !== null || this.#exhausted) continue;
      if (this.#jobs.length >= this.#seats.length * AHEAD) return;
      const next = this.#batches.next();
      if (next.done === true) {
        this.#exhausted = true;
        return;
      }
      const job: Job = { batch: next.value, results: [], released: 0, done: false };
      this.#jobs.push(job);
      this.#assign(seat, job);
    }
  }

  #assign(seat: Seat, job: Job): void {
    const { of, cases } = job.batch;
    seat.job = job;
    seat.heard = null;
    seat.late = false;
    seat.thread ??= this.#startFor(seat);
    seat.thread.send({
      path: of.script.path,
      scenario: of.index,
      cases,
      skip: job.results.length,
    });
  }

  #startFor(seat: Seat): Thread {
    const thread: Thread = this.#options.start(
      (answer) => {
        if (seat.thread === thread) this.#answered(seat, answer);
      },
      (why, wasReady) => {
        if (seat.thread !== thread) return;
        if (wasReady) this.#lost(seat, 'error', why);
        else this.#failure ??= new Error(`threads cannot be started: ${why}`);
        this.#wake();
      },
    );
    return thread;
  }

  #answered(seat: Seat, { results, done }: ThreadAnswer): void {
    const { job } = seat;
    if (job === null) return;
    for (const result of results) job.results.push(unpacked(result));
    seat.heard = this.#options.clock();
    seat.late = false;
    if (done) {
      job.done = true;
      seat.job = null;
      this.#fill();
    }
    this.#wake();
  }

  /** The case at hand hung or killed its thread: it gets a result, and another thread does the rest. */
  #lost(seat: Seat, status: 'error' | 'timeout', why: string): void {
    const { job } = seat;
    seat.thread = null;
    if (job === null) return;
    const { variations } = this.#options;
    const { of, cases } = job.batch;
    const unit = job.results.length;
    const k = cases[Math.floor(unit / variations.length)];
    const variation = variations[unit % variations.length];
    if (k === undefined || variation === undefined) {
      this.#answered(seat, { results: [], done: true });
      return;
    }
    job.results.push(unfinished(of.scenario, of.script.path, k, variation, status, why));
    if (job.results.length < cases.length * variations.length) this.#assign(seat, job);
    else this.#answered(seat, { results: [], done: true });
    this.#wake();
  }

  /** Late twice in a row, so that answers which wait in the queue of a busy main thread count as life. */
  #watch(timeout: number): void {
    const now = this.#options.clock();
    for (const seat of this.#seats) {
      if (seat.job === null || seat.heard === null || now - seat.heard < timeout) continue;
      if (!seat.late) {
        seat.late = true;
        continue;
      }
      seat.thread?.stop();
      this.#lost(seat, 'timeout', `no end after ${timeout / 1000} s of wall clock (--timeout)`);
    }
  }
}
