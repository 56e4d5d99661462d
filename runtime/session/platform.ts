/** What a plan and a run ask of the machine, as the platform that a back end builds, or why there is none. */
import type { Plan, PlanMachine } from '../../dsl/index.ts';
import type {
  CacheSizes,
  Caching,
  DeviceSpec,
  Feature,
  KnobName,
  Knobs,
  ModelName,
  Platform,
  Range,
  RevisionName,
} from '../../emulator/index.ts';
import {
  CACHING,
  DEFAULT_KNOBS,
  FEATURES,
  refuseAcceleration,
  KNOBS,
  MODELS,
  MPT_GEOMETRIES,
  MTT_GEOMETRIES,
  REVISIONS,
  STAGE_GEOMETRIES,
} from '../../emulator/index.ts';
import { needsFirmware } from '../firmware/needs.ts';
import { type FirmwareSettings, firmwareSettings } from '../firmware/settings.ts';
import { LATER_FEATURES } from '../vocabulary/later-words.ts';
import type { Variation } from './variation.ts';

/** What the runtime itself must know beside the platform. */
export interface Setup {
  readonly platform: Platform;
  readonly model: ModelName;
  /** The mode of a domain that names none; null: Bare. */
  readonly mpt: string | null;
  /** Byte order of tables that the bench writes. */
  readonly bigEndianTables: boolean;
  /** Bits of medeleg that the privileged start sets. */
  readonly medeleg: bigint;
  /** What firmware is told, where there is some. */
  readonly firmware: FirmwareSettings;
  /** What conditions (`when caching is retain`) compare with. */
  readonly facts: ReadonlyMap<string, string>;
}

/** A machine that cannot be had: a visible skip when it is a matter of the machine, an error when of the script. */
export interface Refusal {
  readonly status: 'skip' | 'error';
  readonly reason: string;
}

const KNOB_NAMES = Object.keys(KNOBS) as KnobName[];
const LATER: ReadonlySet<string> = new Set(['Smsdia', 'Smsdqosid', ...Object.keys(LATER_FEATURES)]);
/** So many that every domain, and the guest of every domain on each hart, has a VMID of its own. */
const LEAST_VMIDS = 8;
const DEFAULT_RAM: Range = { base: 0x8000_0000n, size: 0x1000_0000n };
const DEFAULT_SIZES: CacheSizes = { tlb: 64, walk: 32, mpt: 32 };
/** Four times what the conformance suite writes; with 32 MiB outside its heap the collector would run at once. */
const DEFAULT_ARENA = 8 * 1024 * 1024;

/** medeleg bits by the words of `machine delegates`. */
const DELEGATIONS: Readonly<Record<string, bigint>> = {
  access_faults: 0xa2n,
  page_faults: 0xb000n,
  guest_page_faults: 0xb0_0000n,
  all: 0xb0_b0a2n,
};

const DEFAULT_MODES: Readonly<Record<'smmpt' | 'smmtt', Readonly<Record<32 | 64, string>>>> = {
  smmpt: { 32: 'smmpt34', 64: 'smmpt43' },
  smmtt: { 32: 'smmtt34', 64: 'smmtt46' },
};

const GEOMETRIES: Readonly<Record<string, { readonly xlen: 32 | 64 }>> = {
  ...STAGE_GEOMETRIES,
  ...MPT_GEOMETRIES,
  ...MTT_GEOMETRIES,
};

/** Every feature that a machine of this width can have and the bench models. */
const FEATURES_OF = { 32: featuresOf(32), 64: featuresOf(64) };

function featuresOf(xlen: 32 | 64): ReadonlySet<Feature> {
  const names = Object.keys(FEATURES) as Feature[];
  return new Set(
    names.filter((name) => {
      const geometry = GEOMETRIES[name.toLowerCase()];
      return !LATER.has(name) && (geometry === undefined || geometry.xlen === xlen);
    }),
  );
}

/** The same set for the same question, so that a machine can tell that nothing changed. */
const reduced = new Map<string, ReadonlySet<Feature>>();

function featuresWithout(xlen: 32 | 64, without: readonly string[]): ReadonlySet<Feature> {
  if (without.length === 0) return FEATURES_OF[xlen];
  const key = `${xlen} ${without.join(' ')}`;
  let features = reduced.get(key);
  if (features === undefined) {
    features = new Set([...FEATURES_OF[xlen]].filter((name) => !without.includes(name)));
    reduced.set(key, features);
  }
  return features;
}

/** `DEFAULT_KNOBS` itself where nothing is asked for. */
function knobsOf(asked: Asked, variation: Variation): Knobs {
  let knobs: Knobs = DEFAULT_KNOBS;
  for (const name of KNOB_NAMES) {
    const word = asked.word(name) ?? variation.knobs[name] ?? knobs[name];
    if (word !== knobs[name]) knobs = { ...knobs, [name]: word };
  }
  return knobs;
}

/** Whether a feature is known but not modelled by any machine yet. */
export function isLater(feature: string): boolean {
  return LATER.has(feature);
}

/** Properties that put a device on the bus. */
const DEVICES = ['clint', 'uart', 'finisher'] as const;

/** The machine that the scenario asks for; what it leaves open is the run's to choose. */
export function setupOf(
  machine: PlanMachine,
  xlen: 32 | 64,
  variation: Variation,
): Setup | Refusal {
  const asked = new Asked(machine);
  const model = asked.word('model') ?? variation.model ?? 'tsm_peer';
  if (!isModel(model)) return { status: 'error', reason: `no deployment model ${model}` };
  const revision = asked.word('revision') ?? variation.revision ?? 'smmpt_0_9';
  if (!isRevision(revision)) return later(`revision ${revision}`);
  const caching = asked.word('caching') ?? variation.caching ?? 'none';
  if (!isCaching(caching)) return { status: 'error', reason: `no caching policy ${caching}` };

  const row = MODELS[model];
  const features = featuresWithout(xlen, [...machine.without, ...(row.without ?? [])]);
  const lacking = row.requires.find((feature) => !features.has(feature));
  if (lacking !== undefined) return { status: 'skip', reason: `${model} requires ${lacking}` };
  if (xlen === 32 && row.handlers.some(({ name }) => name === 'root')) {
    return { status: 'skip', reason: `${model} is modelled for RV64` };
  }
  const mode = asked.word('mpt') ?? DEFAULT_MODES[REVISIONS[revision].isolation][xlen];
  const delegated = asked.values('delegates');
  const devices = DEVICES.flatMap((kind) =>
    asked.ranges(kind, []).map(({ base }): DeviceSpec => ({ kind, base })),
  );
  const firmware = firmwareSettings(asked, xlen, model, variation.amnesia);
  const nesting = firmware.acceleration.size > 0;
  const tval = asked.word('tval') === 'zero' ? 'zero' : 'address';
  const wrong = refuseAcceleration(firmware.acceleration);
  if (wrong !== null) return { status: 'error', reason: wrong };
  const vmidlen = asked.number('vmidlen') ?? (xlen === 32 ? 7 : 14);
  if (firmware.acceleration.has('walk3') && vmidlen < LEAST_VMIDS) {
    return { status: 'skip', reason: `accel walk3 is modelled with ${LEAST_VMIDS} bits of VMID` };
  }
  if (nesting && tval === 'zero') {
    return { status: 'error', reason: 'accel needs instructions in tval' };
  }
  const platform: Platform = {
    xlen,
    harts: asked.number('harts') ?? 1,
    features,
    ram: asked.ranges('ram', [DEFAULT_RAM]),
    io: asked.ranges('io', []),
    aliases: [],
    sdidlen: asked.number('sdidlen') ?? 6,
    asidlen: asked.number('asidlen') ?? (xlen === 32 ? 9 : 16),
    vmidlen,
    pmpEntries: features.has('pmp') ? (asked.number('pmp') ?? 16) : 0,
    tval,
    revision,
    knobs: knobsOf(asked, variation),
    caching,
    cacheSizes: {
      tlb: asked.number('tlb') ?? DEFAULT_SIZES.tlb,
      walk: asked.number('walk') ?? DEFAULT_SIZES.walk,
      mpt: asked.number('mpt_cache') ?? DEFAULT_SIZES.mpt,
    },
    seed: variation.seed,
    faults: variation.faults,
    arena: asked.number('arena') ?? DEFAULT_ARENA,
    ways: variation.ways,
    ...(nesting ? { nesting } : {}),
    ...(devices.length > 0 ? { devices } : {}),
  };
  return {
    platform,
    model,
    mpt: row.isolation !== 'mpt' || mode === 'bare' ? null : mode,
    bigEndianTables: asked.word('tables') === 'big',
    medeleg: delegated.reduce((bits, word) => bits | (DELEGATIONS[word] ?? 0n), 0n),
    firmware,
    facts: factsOf(platform, model, mode),
  };
}

/** Firmware needs a CLINT to interrupt other harts: where one lies unless a machine line says otherwise. */
const CLINT = { kind: 'clint', base: 0x200_0000n } as const;

/** The same machine with what belongs to one case: the pattern in its memory, its aliases, the devices of firmware. */
export function platformOf(setup: Setup, seed: number, plan: Plan): Platform {
  const { regions } = plan;
  const { devices = [] } = setup.platform;
  const aliases = regions.some((region) => region.aliases !== null)
    ? regions.flatMap((region) => {
        const of = regions.find((other) => other.name === region.aliases);
        return of === undefined ? [] : [{ base: region.base, size: region.size, of: of.base }];
      })
    : setup.platform.aliases;
  const lacksClint = setup.platform.harts > 1 && !devices.some(({ kind }) => kind === 'clint');
  if (!lacksClint || !needsFirmware(plan, setup.model)) {
    return { ...setup.platform, seed, aliases };
  }
  return { ...setup.platform, seed, aliases, devices: [...devices, CLINT] };
}

/** Why the mode of a protection table cannot be used on this platform; null: it can. */
export function refuseMode(mode: string, platform: Platform): Refusal | null {
  const revision = REVISIONS[platform.revision];
  const geometry = GEOMETRIES[mode];
  if (geometry === undefined) return { status: 'error', reason: `no mode ${mode}` };
  if (geometry.xlen !== platform.xlen) {
    return { status: 'error', reason: `${mode} does not exist with xlen ${platform.xlen}` };
  }
  if (!revision.modes.some((name) => name === mode)) {
    return { status: 'skip', reason: `${mode} does not exist in revision ${platform.revision}` };
  }
  const feature = mode.charAt(0).toUpperCase() + mode.slice(1);
  return platform.features.has(feature as Feature)
    ? null
    : { status: 'skip', reason: `requires ${feature}` };
}

/** The properties of the machine lines; for those that do not add up, the last value wins. */
class Asked {
  readonly #machine: PlanMachine;

  constructor(machine: PlanMachine) {
    this.#machine = machine;
  }

  values(name: string): readonly string[] {
    return this.#machine.properties
      .filter((property) => property.name === name)
      .flatMap((property) => property.values.map(String));
  }

  word(name: string): string | null {
    const last = this.#machine.properties.findLast((property) => property.name === name);
    return last?.values[0] === undefined ? null : String(last.values[0]);
  }

  number(name: string): number | null {
    const word = this.word(name);
    return word === null ? null : Number(word);
  }

  ranges(name: string, otherwise: readonly Range[]): readonly Range[] {
    const found = this.#machine.properties.flatMap((property) =>
      property.name === name && property.at !== null ? [property.at] : [],
    );
    return found.length > 0 ? found : otherwise;
  }
}

function factsOf(platform: Platform, model: string, mpt: string): ReadonlyMap<string, string> {
  const facts = new Map<string, string>([
    ['model', model],
    ['mpt', mpt],
    ['xlen', String(platform.xlen)],
    ['revision', platform.revision],
    ['caching', platform.caching],
    ['tval', platform.tval],
    ['harts', String(platform.harts)],
    ['sdidlen', String(platform.sdidlen)],
    ['asidlen', String(platform.asidlen)],
    ['vmidlen', String(platform.vmidlen)],
    ['pmp', String(platform.pmpEntries)],
  ]);
  for (const [knob, value] of Object.entries(platform.knobs)) facts.set(knob, String(value));
  for (const name of [...Object.keys(FEATURES), ...Object.keys(LATER_FEATURES)]) {
    if (!facts.has(name)) facts.set(name, platform.features.has(name as Feature) ? 'yes' : 'no');
  }
  return facts;
}

/** What a later part of the bench brings: `not modelled yet: ...`. */
function later(what: string): Refusal {
  return { status: 'skip', reason: `not modelled yet: ${what}` };
}

function isModel(name: string): name is ModelName {
  return name in MODELS;
}

function isRevision(name: string): name is RevisionName {
  return name in REVISIONS;
}

function isCaching(name: string): name is Caching {
  return CACHING.some((policy) => policy === name);
}
