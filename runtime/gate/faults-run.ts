/** Runs scenarios on a machine with one decision replaced, and says which of them noticed. */
import type { CaseResult } from '../session/results.ts';
import type { Script, ScriptScenario } from '../run/script.ts';
import type { Variation } from '../session/variation.ts';
import type { Caching } from '../../emulator/index.ts';

/** A named fault as the gate sees it: what it is, and the rules that the replaced decision decides. */
export interface PlantedFault {
  readonly name: string;
  readonly says: string;
  readonly breaks: readonly string[];
}

/** A case that failed because of a fault. */
export interface Kill {
  readonly fault: string;
  readonly id: string;
  readonly policy: Caching;
  readonly covers: readonly string[];
  readonly result: CaseResult;
}

export interface FaultRun {
  readonly scripts: readonly Script[];
  readonly policies: readonly Caching[];
  readonly variation: Variation;
  runCase(scenario: ScriptScenario, k: number, variation: Variation): CaseResult;
}

/** Every scenario of the scripts that covers one of `rules`. */
export function covering(scripts: readonly Script[], rules: readonly string[]): ScriptScenario[] {
  const wanted = new Set(rules);
  return scripts.flatMap((script) =>
    script.scenarios.filter((scenario) => scenario.covers.some((rule) => wanted.has(rule))),
  );
}

/**
 * The cases of `scenarios` that fail under the fault, one at most for each scenario.
 * Only a wrong outcome counts: a skipped check also skips its mark, so `covers-not-fired` would kill every fault for free.
 */
export function* kills(
  run: FaultRun,
  fault: PlantedFault,
  scenarios: readonly ScriptScenario[],
): Generator<Kill> {
  for (const scenario of scenarios) {
    const kill = firstKill(run, fault, scenario);
    if (kill !== null) yield kill;
  }
}

/** The first case of `scenarios` that fails under the fault: all of them under one policy before the next policy. */
export function firstKillOf(
  run: FaultRun,
  fault: PlantedFault,
  scenarios: readonly ScriptScenario[],
): Kill | null {
  for (const policy of run.policies) {
    const [kill] = kills({ ...run, policies: [policy] }, fault, scenarios);
    if (kill !== undefined) return kill;
  }
  return null;
}

function firstKill(run: FaultRun, fault: PlantedFault, scenario: ScriptScenario): Kill | null {
  for (const policy of run.policies) {
    const variation = { ...run.variation, caching: policy, faults: [fault.name] };
    for (let k = 0; k < scenario.count; k++) {
      const result = tried(run, scenario, k, variation);
      if (
        result?.status === 'fail' &&
        result.failures.some((failure) => failure.kind === 'outcome')
      ) {
        return { fault: fault.name, id: result.id, policy, covers: result.covers, result };
      }
    }
  }
  return null;
}

/** A machine that a fault makes throw has shown no wrong outcome: nobody noticed the fault by what it allows or denies. */
function tried(
  run: FaultRun,
  scenario: ScriptScenario,
  k: number,
  variation: Variation,
): CaseResult | null {
  try {
    return run.runCase(scenario, k, variation);
  } catch {
    return null;
  }
}
