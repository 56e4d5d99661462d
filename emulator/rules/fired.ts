/** Which rules the model decided in this case: one byte per rule, set where the decision is made. */
import { RULE_LISTS } from './ids.ts';

export { R } from './ids.ts';

export type RuleId = (typeof RULE_LISTS)[keyof typeof RULE_LISTS][number];

/** Every rule; its position is its index. */
export const RULE_IDS: readonly RuleId[] = [
  ...RULE_LISTS['smsd-smmpt'],
  ...RULE_LISTS.cove,
  ...RULE_LISTS.io,
];

/** Marks of one case, by index of the rule. */
export type Fired = Uint8Array;

export function newFired(): Fired {
  return new Uint8Array(RULE_IDS.length);
}
