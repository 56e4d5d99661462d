/** How a case ended, and what its traced line gave. */
import type { PlanProgramLine } from '../../dsl/index.ts';
import type { RuleId } from '../../emulator/index.ts';
import type { HartReader } from '../execute/hart-state.ts';
import type { Failure, ShownStep, Status, StepCost, Witness } from './results.ts';

/** How a case ended. */
export interface Ended {
  readonly status: Status;
  readonly reason: string | null;
  readonly failures: readonly Failure[];
  readonly witnesses: readonly Witness[];
  readonly costs: readonly StepCost[];
  /** Attempts made, looks of the bench included. */
  readonly steps: number;
  /** Index of the line that ran last. */
  readonly line: number;
  /** The line of a program that failed; null: it was none. */
  readonly within: PlanProgramLine | null;
  /** Memory references of the traced line. */
  readonly walk: readonly ShownStep[];
  /** What firmware did for the traced line, one line each; empty where there is none. */
  readonly firmware: readonly string[];
}

/** What the traced line gave. */
export interface Observed {
  readonly expected: string;
  readonly actual: string;
  /** Null: as expected. */
  readonly message: string | null;
  readonly rule: RuleId | null;
  /** Registers and CSRs as the line left them; null: nobody looks. */
  readonly state: HartReader | null;
}
