/** What one run varies for a plan: the policy, model, revision, knobs, faults and seed that a scenario does not name. */
import { CACHING } from '../emulator/index.ts';
import type { Caching } from '../emulator/index.ts';

export interface Variation {
  readonly caching: Caching;
  /** `--model`; null: what the scenario or the default machine says. */
  readonly model: string | null;
  /** `--revision`; null: what the scenario or the default machine says. */
  readonly revision: string | null;
  /** `--set knob=value`. */
  readonly knobs: Readonly<Record<string, string>>;
  readonly faults: readonly string[];
  readonly seed: number;
}

export const DEFAULT_SEED = 1;

export const DEFAULT_VARIATION: Variation = {
  caching: 'none',
  model: null,
  revision: null,
  knobs: {},
  faults: [],
  seed: DEFAULT_SEED,
};

/** The policies that `--caching WORD` visits. */
export function policies(word: Caching | 'all'): readonly Caching[] {
  return word === 'all' ? CACHING : [word];
}

/** What a result calls its variation: `retain`, `none, rdsm_hs, mtt_0_1, fault rx-as-r`. */
export function variationName(variation: Variation): string {
  const knobs = Object.entries(variation.knobs).map(([name, value]) => `${name}=${value}`);
  const faults = variation.faults.map((fault) => `fault ${fault}`);
  return [variation.caching, variation.model, variation.revision, ...knobs, ...faults]
    .filter((part) => part !== null)
    .join(', ');
}
