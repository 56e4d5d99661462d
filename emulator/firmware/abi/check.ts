/** What a call refuses, in order: the specification names errors, and says nothing of which comes first. */
import type { Op, Port } from '../port.ts';
import type { RuleId } from '../../rules/fired.ts';
import { type ErrorName, ERRORS, SUCCESS } from './errors.ts';

/** Which text the firmware follows where the two differ: `machine profile`. */
export type Profile = 'spec' | 'salus';

export interface Check<N extends string = string> {
  /** What is wrong when it refuses, in one word. */
  readonly name: N;
  readonly error: ErrorName;
  /** Who says that it is refused. */
  readonly source: 'spec' | 'salus' | 'inferred';
  /** Whether the specification gives this error for it. */
  readonly hasCode: boolean;
  /** What Salus returns, where it differs. */
  readonly salus: ErrorName | null;
  /** The profile that alone checks it; null: both. */
  readonly only: Profile | null;
  /** Rules that say exactly this. */
  readonly rules: readonly RuleId[];
}

interface More {
  readonly salus?: ErrorName;
  readonly only?: Profile;
  readonly rules?: readonly RuleId[];
}

const row =
  (source: Check['source'], hasCode: boolean) =>
  <const N extends string>(name: N, error: ErrorName, more: More = {}): Check<N> => ({
    name,
    error,
    source,
    hasCode,
    salus: more.salus ?? null,
    only: more.only ?? null,
    rules: more.rules ?? [],
  });

/** The specification refuses it, with this error. */
export const coded = row('spec', true);
/** The specification refuses it and names no error: this one is Salus's where it has one, else the nearest. */
export const open = row('spec', false);
/** Only Salus is known to refuse it. */
export const salus = row('salus', false);
/** Nobody says so: what a careful implementation does. */
export const inferred = row('inferred', false);

/** Whether what a check forbids is the case: true refuses the call. */
export type Condition = () => boolean | Op<boolean>;

/** One condition for each check of a call. */
export type Conditions<N extends string> = { readonly [name in N]: Condition };

/** The error of a check under a profile; null: the profile does not make it. */
export function errorUnder(check: Check, profile: Profile): ErrorName | null {
  if (check.only !== null && check.only !== profile) return null;
  return profile === 'salus' && check.salus !== null ? check.salus : check.error;
}

/** Makes the checks in their order: the number of the first that refuses, which fires its rules; else `SUCCESS`. */
export function* refuse<N extends string>(
  port: Pick<Port, 'fired' | 'note'>,
  profile: Profile,
  checks: readonly Check<N>[],
  conditions: Conditions<N>,
): Op<bigint> {
  for (const check of checks) {
    const error = errorUnder(check, profile);
    if (error === null) continue;
    const made = conditions[check.name]();
    const isWrong = typeof made === 'boolean' ? made : yield* made;
    if (!isWrong) continue;
    for (const rule of check.rules) port.fired(rule);
    port.note({ what: 'refused', check: check.name, error: ERRORS[error] });
    return ERRORS[error];
  }
  return SUCCESS;
}
