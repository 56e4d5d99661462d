/** The walk while it is taken: numbers only; the machine turns them into `WalkStep`s when asked. */
import type { Reason } from '../rules/reasons.ts';
import type { StageName } from '../translate/stage.ts';

export interface LoggedStep {
  readonly stage: StageName;
  readonly level: number;
  readonly depth: number;
  /** Physical page and offset of the entry. */
  readonly page: number;
  readonly offset: number;
  readonly size: number;
  lo: number;
  hi: number;
  readonly source: 'memory' | 'cache';
  verdict: 'next' | 'leaf' | Reason;
  /** Index in the catalogue, or -1. */
  rule: number;
}

/** Steps that are kept: of a program that runs for long the last ones. */
const LONGEST = 16_384;

export class TraceLog {
  steps: LoggedStep[] = [];

  /** Notes an entry that was read; the verdict follows. */
  note(step: Omit<LoggedStep, 'verdict' | 'rule'>): LoggedStep {
    const logged: LoggedStep = { ...step, verdict: 'next', rule: -1 };
    if (this.steps.length === LONGEST) this.steps.splice(0, LONGEST / 2);
    this.steps.push(logged);
    return logged;
  }

  take(): LoggedStep[] {
    const { steps } = this;
    this.steps = [];
    return steps;
  }
}
