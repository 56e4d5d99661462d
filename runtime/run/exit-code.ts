/** What the process says when it ends; precedence internal > usage > failed. */
import type { Tally } from './events.ts';

export const EXIT = {
  passed: 0,
  failed: 1,
  /** Usage, configuration or a script error, found before the run or while a case is set up. */
  usage: 2,
  /** An internal error, a timeout, a report that could not be written. */
  internal: 3,
  /** Nothing was selected: a gate is never green on nothing. */
  nothing: 4,
} as const;

/** Precedence of codes that several parts of one command arrive at; signals beat all. */
export function worst(...codes: readonly number[]): number {
  const order: readonly number[] = [
    EXIT.passed,
    EXIT.nothing,
    EXIT.failed,
    EXIT.usage,
    EXIT.internal,
  ];
  return codes.reduce((a, b) => {
    const [rankA, rankB] = [order.indexOf(a), order.indexOf(b)];
    if (rankA < 0) return a;
    return rankB < 0 || rankB > rankA ? b : a;
  }, EXIT.passed);
}

export interface RunOutcome {
  readonly counts: Tally;
  /** How many of the errors are this program's, not the script's. */
  readonly internal: number;
  /** Whether a script could not be compiled. */
  readonly brokenScripts: boolean;
  /** No case was selected, and that is not allowed. */
  readonly nothing: boolean;
}

/** The code of a run. */
export function exitCode({ counts, internal, brokenScripts, nothing }: RunOutcome): number {
  return worst(
    nothing ? EXIT.nothing : EXIT.passed,
    counts.fail + counts['unexpected pass'] > 0 ? EXIT.failed : EXIT.passed,
    brokenScripts || counts.error > internal ? EXIT.usage : EXIT.passed,
    internal + counts.timeout > 0 ? EXIT.internal : EXIT.passed,
  );
}
