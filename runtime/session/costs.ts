/** What an outcome asks of the counters, and how the answer reads. */
import type { PlanOutcome } from '../../dsl/index.ts';
import type { Costs } from '../judge/actual.ts';

/** Whether an outcome says anything about costs. */
export function asksForCosts({ alternatives }: PlanOutcome): boolean {
  for (const { costing } of alternatives) if (costing.length > 0) return true;
  return false;
}

/** The counters that an outcome names. */
export function countersOf({ alternatives }: PlanOutcome): ReadonlySet<string> {
  return new Set(alternatives.flatMap(({ costing }) => costing.map(({ counter }) => counter)));
}

/** `costing vs 3, g 12, total 80`. */
export function describeCosts(outcome: PlanOutcome, costs: Costs): string {
  const named = [...countersOf(outcome)].map((counter) => `${counter} ${costs[counter] ?? 0}`);
  return `costing ${named.join(', ')}`;
}
