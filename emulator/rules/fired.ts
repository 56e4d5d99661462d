/** Which rules the model decided in this case: one byte per rule, set where the decision is made. */
import { CATALOGUE } from './catalogue.ts';

export type RuleId = (typeof CATALOGUE)[number]['id'];

type Underscored<S extends string> = S extends `${infer A}-${infer B}`
  ? `${A}_${Underscored<B>}`
  : S;

/** Rule id, with `_` for `-`, to its index: `fired[R.SMMPT_LKUP_02] = 1`. */
export const R = Object.fromEntries(
  CATALOGUE.map((rule, index) => [rule.id.replaceAll('-', '_'), index]),
) as { readonly [K in RuleId as Underscored<K>]: number };

export const RULE_IDS: readonly RuleId[] = CATALOGUE.map((rule) => rule.id);

/** Marks of one case; index = position in the catalogue. */
export type Fired = Uint8Array;

export function newFired(): Fired {
  return new Uint8Array(CATALOGUE.length);
}
