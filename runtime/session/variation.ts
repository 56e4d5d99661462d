/** What one run varies for a plan: policy, model, revision, knobs, faults, seed and budget. */
export interface Variation {
  /** A policy of `CACHING`; null: what the scenario says, or none. */
  readonly caching: string | null;
  /** `--model`; null: what the scenario says, or the default machine. */
  readonly model: string | null;
  /** `--revision`; null: what the scenario says, or the current one. */
  readonly revision: string | null;
  /** `--set knob=value`. */
  readonly knobs: Readonly<Record<string, string>>;
  readonly faults: readonly string[];
  readonly seed: number;
  /** Attempts and instructions that one case may make before it counts as an error. */
  readonly steps: number;
  /** `off`: executed instructions find every page by the access path; results are the same. */
  readonly ways: 'on' | 'off';
  /** Firmware is made anew before each call; results are the same. */
  readonly amnesia: boolean;
}

export const DEFAULT_VARIATION: Variation = {
  caching: null,
  model: null,
  revision: null,
  knobs: {},
  faults: [],
  seed: 1,
  steps: 1_000_000,
  ways: 'on',
  amnesia: false,
};

/** What a result calls its variation: `retain`, `none, rdsm_hs, mtt_0_1, fault rx-as-r`; `default` when nothing is varied. */
export function variationName(variation: Variation): string {
  const knobs = Object.entries(variation.knobs).map(([name, value]) => `${name}=${value}`);
  const faults = variation.faults.map((fault) => `fault ${fault}`);
  const parts = [variation.caching, variation.model, variation.revision, ...knobs, ...faults];
  return parts.filter((part) => part !== null).join(', ') || 'default';
}

/** The options that give the same variation on the command line. */
export function variationOptions(variation: Variation): readonly string[] {
  const option = (name: string, value: string | null) => (value === null ? [] : [name, value]);
  return [
    ...option('--caching', variation.caching),
    ...option('--model', variation.model),
    ...option('--revision', variation.revision),
    ...Object.entries(variation.knobs).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ...variation.faults.flatMap((fault) => ['--fault', fault]),
    ...(variation.ways === 'on' ? [] : ['--ways', 'off']),
    ...(variation.amnesia ? ['--amnesia'] : []),
    ...(variation.seed === DEFAULT_VARIATION.seed ? [] : ['--seed', String(variation.seed)]),
    ...(variation.steps === DEFAULT_VARIATION.steps ? [] : ['--steps', String(variation.steps)]),
  ];
}
