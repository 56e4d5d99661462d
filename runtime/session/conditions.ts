/** Conditions on what the run chose (`when caching is retain`): decided here, as the plan cannot know. */
import type { PlanCondition } from '../../dsl/index.ts';

/** Whether all hold; an empty list does. */
export function holds(
  conditions: readonly PlanCondition[],
  facts: ReadonlyMap<string, string>,
): boolean {
  for (const { word, is } of conditions) {
    if (facts.get(word) !== is) return false;
  }
  return true;
}
