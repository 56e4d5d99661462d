/** Some cases of one scenario, run one after the other: what a thread does, this one or another. */
import type { Plan } from '../../dsl/index.ts';
import type { CaseResult, Failure } from '../session/results.ts';
import type { ScriptScenario } from './script.ts';
import type { Variation } from '../session/variation.ts';
import { variationName } from '../session/variation.ts';

/** Runs one plan; throws only where this program is wrong. */
export type CaseRunner = (plan: Plan, variation: Variation) => CaseResult;

export interface Bench {
  readonly runCase: CaseRunner;
  /** Every case runs once under each. */
  readonly variations: readonly Variation[];
  /** How often each is run; a difference between two runs is a failure. */
  readonly repeat: number;
  /** Milliseconds since some moment. */
  readonly clock: () => number;
  /** Internal errors show where they were thrown. */
  readonly debug: boolean;
}

/** Results in the order (case, variation), without the first `skip`. */
export function* runCases(
  scenario: ScriptScenario,
  file: string,
  cases: Uint32Array,
  bench: Bench,
  skip = 0,
): Generator<CaseResult, void, undefined> {
  let unit = 0;
  for (const k of cases) {
    let plan: Plan | null = null;
    for (const variation of bench.variations) {
      if (unit++ < skip) continue;
      const start = bench.clock();
      try {
        plan ??= scenario.expand(k);
        const result = repeated(plan, variation, bench);
        yield { ...result, milliseconds: bench.clock() - start };
      } catch (error) {
        const reason = internalError(error, scenario.id(k), variation, bench.debug);
        yield unfinished(scenario, file, k, variation, 'error', reason);
      }
    }
  }
}

/** The result of a case that did not come to its end by itself. */
export function unfinished(
  scenario: ScriptScenario,
  file: string,
  k: number,
  variation: Variation,
  status: 'error' | 'timeout',
  reason: string,
): CaseResult {
  return {
    id: scenario.id(k),
    file,
    line: scenario.line,
    suite: null,
    title: scenario.title,
    tags: scenario.tags,
    status,
    reason,
    failures: [],
    covers: scenario.covers,
    fired: [],
    witnesses: [],
    costs: [],
    steps: 0,
    milliseconds: 0,
    variation: variationName(variation),
    ...(status === 'error' ? { internal: true as const } : {}),
  };
}

function internalError(error: unknown, id: string, variation: Variation, debug: boolean): string {
  const message = error instanceof Error ? error.message : String(error);
  const stack = debug && error instanceof Error ? `\n${error.stack ?? ''}` : '';
  return `internal error: ${message} (please report this with the case ${id} and the seed ${variation.seed})${stack}`;
}

function repeated(plan: Plan, variation: Variation, bench: Bench): CaseResult {
  const first = bench.runCase(plan, variation);
  for (let run = 2; run <= bench.repeat; run++) {
    const again = bench.runCase(plan, variation);
    const difference = differenceOf(first, again);
    if (difference === null) continue;
    const failure: Failure = {
      span: plan.span,
      message: `run ${run} of ${bench.repeat} gave another ${difference} than the first: this is a fault of the model or of sdt`,
      expected: String(first.status),
      actual: String(again.status),
      because: null,
      rule: null,
      walk: [],
      kind: 'outcome',
    };
    return { ...again, status: 'fail', failures: [...first.failures, ...again.failures, failure] };
  }
  return first;
}

/** The first field in which two results of one case differ; null when they agree in all. */
function differenceOf(one: CaseResult, other: CaseResult): keyof CaseResult | null {
  for (const key of Object.keys(one) as (keyof CaseResult)[]) {
    if (key !== 'milliseconds' && fingerprint(one[key]) !== fingerprint(other[key])) return key;
  }
  return null;
}

function fingerprint(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? `${part}n` : part,
  );
}
