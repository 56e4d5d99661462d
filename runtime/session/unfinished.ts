/**
 * Programs that a case has started and left before their last line: what they say further down was never looked at, so
 * the case fails, unless the scenario has said `running`, or has destroyed the TVM.
 */
import type { PlanOutcome, Span } from '../../dsl/index.ts';
import type { Unfinished } from '../execute/program-runs.ts';
import type { Failure } from './results.ts';

/** Whether the alternative of an outcome that was chosen leaves a program where it is. */
export function saysRunning({ alternatives }: PlanOutcome, chosen: number): boolean {
  const verdict = alternatives[chosen]?.verdict;
  return verdict === undefined || verdict.kind === 'running';
}

/** `span`: of the scenario, for a program whose lines have no place. */
export function unfinishedFailure({ program, line, where }: Unfinished, span: Span): Failure {
  const at = line.line?.span ?? span;
  return {
    span: at,
    message: `program ${program.name} never came past line ${at.line} ${where}`,
    expected: 'the program to come to its last line',
    actual: 'the case ended first',
    because: null,
    rule: null,
    walk: [],
    kind: 'outcome',
  };
}
