/** The variations that the settings ask for, every name checked. */
import { KNOBS, REVISIONS } from '../../emulator/index.ts';
import type { Variation } from '../session/variation.ts';
import { policies } from '../session/policies.ts';
import { VOCABULARY } from '../vocabulary/vocabulary.ts';
import { faultCatalogue } from './faults.ts';
import type { Settings } from './settings.ts';
import { UsageError, didYouMean } from './usage-error.ts';

export async function variationsOf(settings: Settings): Promise<readonly Variation[]> {
  const { amnesia, model, revision, seed, steps } = settings;
  const ways: Variation['ways'] = settings.ways === 'off' ? 'off' : 'on';
  if (model !== null) await known('model', model, VOCABULARY.models);
  if (revision !== null) await known('revision', revision, Object.keys(REVISIONS));
  for (const [name, value] of Object.entries(settings.set)) {
    await known('knob', name, Object.keys(KNOBS));
    const { values } = KNOBS[name as keyof typeof KNOBS];
    if (!(values as readonly string[]).includes(value)) {
      throw new UsageError(`the knob ${name} cannot be '${value}'`, `it is ${values.join(' or ')}`);
    }
  }
  for (const fault of settings.fault) {
    await known('fault', fault, Object.keys(await faultCatalogue()));
  }
  const common = {
    model,
    revision,
    knobs: settings.set,
    faults: settings.fault,
    seed,
    steps,
    ways,
    amnesia,
  };
  return policies(settings.caching).map((caching) => ({ ...common, caching }));
}

async function known(what: string, name: string, names: Iterable<string>): Promise<void> {
  const list = [...names];
  if (list.includes(name)) return;
  const advice = (await didYouMean(name, list)) ?? `there are ${list.slice(0, 20).join(', ')}`;
  throw new UsageError(`there is no ${what} '${name}'`, advice);
}
