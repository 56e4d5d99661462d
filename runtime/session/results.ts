/** What running one case gave: data for every reporter, baseline and gate. */
import type { Span } from '../../dsl/index.ts';
import type { RuleId, StageName, WalkStep } from '../../emulator/index.ts';

export type Status =
  'pass' | 'fail' | 'known failure' | 'unexpected pass' | 'skip' | 'error' | 'timeout';

/**
 * A table entry that a step looked at, for readers; or, as `pmp`, the PMP verdict that was kept of a page: `at` the page,
 * `entry` its rights, READ | WRITE | EXECUTE.
 */
export interface ShownStep extends Omit<WalkStep, 'stage'> {
  readonly stage: StageName | 'pmp';
  /** Of one from the cache: `cached`, and where its table says something else by now, how that came about; else null. */
  readonly kept: string | null;
  /** The line that wrote the entry by hand (`entry`, `poke`), over what the other lines built; else null. */
  readonly byHand: number | null;
}

/** Why a case failed: enough to draw the frame without running it again. */
export interface Failure {
  /** The line that failed, with the caret under the expected outcome. */
  readonly span: Span;
  /** One sentence. */
  readonly message: string;
  readonly expected: string;
  readonly actual: string;
  /** `mpt.permission`, ... of the actual trap, if any. */
  readonly because: string | null;
  readonly rule: RuleId | null;
  /** The walk that led there; replayed with tracing on, so empty where the back end has none. */
  readonly walk: readonly ShownStep[];
  readonly kind: 'outcome' | 'covers-not-fired' | 'unexpected pass' | 'stale';
}

/** One step whose outcome was a set: what the model chose. */
export interface Witness {
  readonly span: Span;
  /** Every member as written. */
  readonly members: readonly string[];
  /** Index of the member that held. */
  readonly chosen: number;
}

/** One step's counted costs, kept for baselines where the step has a `costing` clause. */
export interface StepCost {
  readonly line: number;
  readonly costs: Readonly<Record<string, number>>;
}

export interface CaseResult {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly suite: string | null;
  readonly title: string;
  readonly tags: readonly string[];
  readonly status: Status;
  /** Why it was skipped, is a known failure, or could not run; null for a pass. */
  readonly reason: string | null;
  readonly failures: readonly Failure[];
  readonly covers: readonly string[];
  /** Rules decided while it ran. */
  readonly fired: readonly RuleId[];
  readonly witnesses: readonly Witness[];
  readonly costs: readonly StepCost[];
  readonly steps: number;
  /** Wall clock, milliseconds: for JUnit and the slowest list only. */
  readonly milliseconds: number;
  /** The caching policy, model and revision it ran under. */
  readonly variation: string;
  /** With status `error`: this program broke. Without it, an error is the script's: the case cannot be run as written. */
  readonly internal?: true;
}

/** A pass in the sense of the exit code. */
export function isGreen(status: Status): boolean {
  return status === 'pass' || status === 'known failure' || status === 'skip';
}
