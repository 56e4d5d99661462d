/** What machine lines say of firmware, with the defaults of what they leave open. */
import {
  ACCELERATIONS,
  type FirmwareSpec,
  type ModelName,
  NACL_FEATURES,
} from '../../emulator/index.ts';

export interface FirmwareSettings extends Pick<
  FirmwareSpec,
  'gstage' | 'tsm' | 'nacl' | 'shadowPages' | 'acceleration'
> {
  /** Seed of the interleaving of firmware; null: handlers run to completion. */
  readonly schedule: number | null;
  readonly amnesia: boolean;
}

/** Machine properties by name; the last value wins. */
export interface Asked {
  word(name: string): string | null;
  number(name: string): number | null;
  values(name: string): readonly string[];
}

const NACL_WORDS = Object.keys(NACL_FEATURES) as (keyof typeof NACL_FEATURES)[];
const MAX_VCPUS = 8;
const SHADOW_PAGES = 256;

export function firmwareSettings(
  asked: Asked,
  xlen: 32 | 64,
  model: ModelName,
  amnesia: boolean,
): FirmwareSettings {
  const gstage = asked.word('gstage') ?? (xlen === 32 ? 'sv32x4' : 'sv39x4');
  return {
    gstage: gstage as FirmwareSpec['gstage'],
    tsm: {
      profile: asked.word('profile') === 'salus' ? 'salus' : 'spec',
      state: asked.word('tsm') === 'loaded' ? 'loaded' : 'ready',
      maxVcpus: asked.number('max_vcpus') ?? MAX_VCPUS,
      interruptible: true,
    },
    nacl: chosen(asked.values('nacl'), NACL_WORDS),
    shadowPages: asked.number('shadow_pages') ?? SHADOW_PAGES,
    acceleration: accelerationOf(asked, model),
    schedule: asked.number('schedule'),
    amnesia,
  };
}

/** Hypothetical hardware belongs to one model, which has all of it unless a line says otherwise. */
function accelerationOf(asked: Asked, model: ModelName): FirmwareSpec['acceleration'] {
  if (model !== 'nested_accel') return new Set();
  const words = asked.values('accel');
  return chosen(words.length === 0 ? ['all'] : words, ACCELERATIONS);
}

/** Words of a list, which `all` names together and `none` clears. */
function chosen<T extends string>(words: readonly string[], known: readonly T[]): ReadonlySet<T> {
  const last = words.findLast((word) => word === 'all' || word === 'none');
  return new Set(last === 'all' ? known : known.filter((name) => words.includes(name)));
}
