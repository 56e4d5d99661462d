/** The walk as data: one step per table entry looked at, in order, with the verdict on it. */
import type { Reason } from '../rules/reasons.ts';
import type { RuleId } from '../rules/fired.ts';
import type { StageName } from '../translate/stage.ts';

export interface WalkStep {
  readonly stage: StageName;
  readonly level: number;
  /** Nesting: 0 for the outermost walk, one more for a walk on behalf of a table read. */
  readonly depth: number;
  /** Physical address of the entry, bytes. */
  readonly at: bigint;
  /** The raw entry. */
  readonly entry: bigint;
  readonly source: 'memory' | 'cache';
  readonly verdict: 'next' | 'leaf' | Reason;
  readonly rule: RuleId | null;
}
