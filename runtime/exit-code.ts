/** What the process says when it ends; precedence internal > usage > failed. */
import type { Tally } from './events.ts';

export const EXIT = {
  passed: 0,
  failed: 1,
  /** Usage, configuration or a script error. */
  usage: 2,
  /** An internal error, a case that could not be run, a timeout, a report that could not be written. */
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

/** The code of a run. `nothing`: no case was selected and that is not allowed. */
export function exitCode(counts: Tally, scriptErrors: boolean, nothing: boolean): number {
  return worst(
    nothing ? EXIT.nothing : EXIT.passed,
    counts.fail + counts['unexpected pass'] > 0 ? EXIT.failed : EXIT.passed,
    scriptErrors ? EXIT.usage : EXIT.passed,
    counts.error + counts.timeout > 0 ? EXIT.internal : EXIT.passed,
  );
}
