/** Measuring: a workload, a calibration loop in the same run, and the ratio between them. */

export interface Workload {
  readonly name: string;
  /** What is counted, plural: `walks`, `cases`. */
  readonly unit: string;
  /** The budget in words, from the issue that set it. */
  readonly budget: string;
  /** Runs the workload at this scale (1 is the documented size) and says how much was done. */
  run(scale: number): Measured | Promise<Measured>;
}

export interface Measured {
  readonly units: number;
  readonly seconds: number;
  /** What else is worth a line: references per walk, milliseconds over bare node. */
  readonly note?: string;
  /** Peak resident memory of a child process, MiB, where the workload is one. */
  readonly megabytes?: number;
}

/** Seconds that `work` takes on this thread, best of `rounds`: the least disturbed one. */
export function seconds(work: () => void, rounds = 3): number {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint();
    work();
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e9);
  }
  return best;
}

/**
 * The calibration loop: dependent integer operations and loads over 64 KiB, millions per second.
 * A workload's ratio to it says how fast the code is, whatever the machine.
 */
export function calibrate(): number {
  const table = new Int32Array(16384);
  for (let i = 0; i < table.length; i++) table[i] = Math.imul(i, 0x9e3779b1);
  let x = 1;
  const iterations = 20_000_000;
  const time = seconds(() => {
    for (let i = 0; i < iterations; i++) x = (x ^ table[x & 16383]) + i;
  });
  return x === 0.5 ? 0 : iterations / time / 1e6;
}
