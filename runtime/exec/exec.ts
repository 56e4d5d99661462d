/** Runs a program in slices, so that whoever runs it stays in charge between them. */
import type { Stop, Trap } from '../../emulator/index.ts';
import { ArenaFull, Recorder } from '../../emulator/index.ts';
import { commitLine, trapLines } from './commit-log.ts';
import type { Outcome } from './outcome.ts';
import { outcomeOf, UNFINISHED } from './outcome.ts';
import type { Powered } from './power-on.ts';
import type { Taken } from './whereabouts.ts';
import { takenLines, whereHartIs } from './whereabouts.ts';

/** Steps of a slice: always the same, so that who looks in between does not change how harts take turns. */
const SLICE = 200_000;

export interface ExecOptions {
  /** Steps of all harts; null: no end. */
  readonly maxSteps: number | null;
  /** Takes the lines of a trace; null: none is made. */
  readonly trace: ((lines: string) => void) | null;
  /** Between slices: why the run must end now, or null. */
  readonly between: () => Promise<Outcome | null>;
}

export interface Ended {
  readonly status: number;
  /** What to say, a line each; none: the program said everything itself. */
  readonly lines: readonly string[];
  readonly steps: number;
}

export async function exec(powered: Powered, options: ExecOptions): Promise<Ended> {
  const { machine, platform } = powered;
  let taken: Taken | null = null;
  const recorder = options.trace === null ? null : tracer(platform.xlen, options.trace);
  machine.execution.witness = recorder;
  const stopAtTrap = (hart: number, trap: Trap): boolean => {
    recorder?.trapped(hart, trap);
    if (trap.interrupt !== true) {
      taken = { count: (taken?.count ?? 0) + 1, first: taken?.first ?? trap, last: trap };
    }
    return false;
  };

  let steps = 0;
  const end = (outcome: Outcome): Ended => {
    const lines = outcome.says === null ? [] : [outcome.says];
    if (outcome.isLost) {
      for (let hart = 0; hart < platform.harts; hart++)
        lines.push(whereHartIs(powered, hart, machine.execution.isWaiting(hart)));
      lines.push(...takenLines(powered, taken));
    }
    return { status: outcome.status, lines, steps };
  };
  for (;;) {
    const left = (options.maxSteps ?? Infinity) - steps;
    let stop: Stop;
    try {
      stop = machine.run({ steps: Math.min(SLICE, left), until: [], stopAtTrap });
    } catch (error) {
      if (!(error instanceof ArenaFull)) throw error;
      const says = 'the program touched more memory than a machine can have: nearly 2 GiB';
      return end({ status: UNFINISHED, says, isLost: true });
    }
    steps += stop.steps;
    if (stop.steps === SLICE && stop.retired === 0) {
      const says = `nothing has retired for ${SLICE} steps: each trap leads to the next`;
      return end({ status: UNFINISHED, says, isLost: true });
    }
    if (stop.why !== 'steps' || steps === options.maxSteps) return end(outcomeOf(stop, steps));
    const outcome = await options.between();
    if (outcome !== null) return end(outcome);
  }
}

function tracer(xlen: 32 | 64, trace: (lines: string) => void): Recorder {
  return new Recorder({
    retired: (commit) => trace(commitLine(commit)),
    trapped: (hart, trap) => trace(trapLines(hart, xlen, trap)),
  });
}
