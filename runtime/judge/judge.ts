/** Expected against actual: strict by default, every loosening is written in the scenario. */
import type { PlanAlternative, PlanOutcome } from '../../dsl/index.ts';
import type { Actual, Costs } from './actual.ts';
import { describe } from './describe.ts';
import type { MatchContext } from './match.ts';
import { matchCosts, matchEvent } from './match.ts';

export interface Judgement {
  /** Null: the outcome holds; else one sentence that says what differs. */
  readonly message: string | null;
  /** Index of the alternative that held; -1 when none did, or when anything goes. */
  readonly chosen: number;
  /** What the back end cannot tell, of the clauses that had to be checked. */
  readonly unchecked: readonly string[];
}

/** Any outcome of the list will do; the first that holds is the one chosen. Costs null: judged by `judgeCosts`. */
export function judge(
  outcome: PlanOutcome,
  actual: Actual,
  costs: Costs | null,
  context: MatchContext,
): Judgement {
  const { alternatives } = outcome;
  if (alternatives.length === 0) return { message: null, chosen: -1, unchecked: NOTHING };
  let message = '';
  let index = 0;
  for (const alternative of alternatives) {
    const unchecked: string[] = [];
    const why = judgeAlternative(alternative, actual, costs, context, unchecked);
    if (why === null) return { message: null, chosen: index, unchecked };
    message = why;
    index++;
  }
  if (alternatives.length > 1) {
    const got = describe(actual, context.reasons);
    message = `none of the ${alternatives.length} allowed outcomes: got ${got}`;
  }
  return { message, chosen: -1, unchecked: NOTHING };
}

const NOTHING: readonly string[] = [];

function judgeAlternative(
  alternative: PlanAlternative,
  actual: Actual,
  costs: Costs | null,
  context: MatchContext,
  unchecked: string[],
): string | null {
  let why = matchEvent(alternative, actual, context, unchecked);
  if (why === null && costs !== null) why = matchCosts(alternative, costs, context);
  if (!alternative.not) return why;
  // A clause that nobody could check leaves a negation open too: it is accepted, and told.
  if (why !== null || unchecked.length > 0) return null;
  return `got ${describe(actual, context.reasons)}, which is excluded`;
}
