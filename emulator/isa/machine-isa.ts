/** Between what a machine is asked to be and the instruction set that this gives it. */
import type { Feature, Platform } from '../platform.ts';
import { FEATURES } from '../platform.ts';
import type { Extension, Isa } from './extensions.ts';
import { EXTENSIONS, withImplied } from './extensions.ts';
import { parseIsa } from './isa-string.ts';

/** In every machine. */
const ALWAYS: readonly Extension[] = ['I', 'S', 'Zicsr', 'Zifencei', 'Zicntr', 'Zihpm'];

/** A feature whose instructions exist only together with another's. */
const WITH: Partial<Record<Feature, Feature>> = {
  D: 'F',
  Zacas: 'A',
  Zawrs: 'A',
  Zicfiss: 'A',
  Zcmop: 'C',
};

const isExtension = (name: string): name is Extension => Object.hasOwn(EXTENSIONS, name);
const isFeature = (name: string): name is Feature => Object.hasOwn(FEATURES, name);

const BY_LOWER: ReadonlyMap<string, Feature> = new Map(
  (Object.keys(FEATURES) as Feature[]).map((name) => [name.toLowerCase(), name]),
);

/** Features that a machine has unless an ISA string names another of their kind. */
const PAGING: readonly Feature[] = ['Sv32', 'Sv39', 'Sv48', 'Sv57'];
const TABLES: readonly Feature[] = ['Smmpt34', 'Smmpt43', 'Smmpt52', 'Smmpt64'];
const USUAL: readonly Feature[] = ['pmp', 'Svade', 'misaligned_access'];

type IsaError = NonNullable<ReturnType<typeof parseIsa>['error']>;

const known = new WeakMap<ReadonlySet<Feature>, Map<32 | 64, Isa>>();

/** The instruction set of a machine; the same object for the same set of features. */
export function isaOf({ xlen, features }: Pick<Platform, 'xlen' | 'features'>): Isa {
  const byWidth = known.get(features) ?? new Map<32 | 64, Isa>();
  known.set(features, byWidth);
  const isa = byWidth.get(xlen) ?? { xlen, extensions: extensionsOf(xlen, features) };
  byWidth.set(xlen, isa);
  return isa;
}

function extensionsOf(xlen: 32 | 64, features: ReadonlySet<Feature>): ReadonlySet<Extension> {
  const has = (name: Feature): boolean => {
    const other = WITH[name];
    return features.has(name) && (other === undefined || features.has(other));
  };
  const named = [...features].filter((name) => isExtension(name) && has(name)) as Extension[];
  const bits = (['Zba', 'Zbb', 'Zbs'] as const).every((name) => features.has(name));
  return withImplied(xlen, [...ALWAYS, ...named, ...(bits ? ['B' as const] : [])]);
}

/**
 * The features of a machine by an ISA string (`rv64imac_sstc_sv39`), or what is wrong with it. PMP, Svade and
 * misaligned accesses are in every machine; so is every Sv mode of its width where the string names none, and with
 * Smsd every mode of the protection table.
 */
export function featuresOfIsa(
  text: string,
):
  | { readonly xlen: 32 | 64; readonly features: ReadonlySet<Feature>; readonly error: null }
  | { readonly xlen: null; readonly features: null; readonly error: IsaError } {
  const parsed = parseIsa(text);
  if (parsed.isa === null) return { xlen: null, features: null, error: parsed.error };
  const { xlen, extensions } = parsed.isa;
  const features = new Set<Feature>(([...extensions] as string[]).filter(isFeature));
  if (extensions.has('Zaamo') && extensions.has('Zalrsc')) features.add('A');
  if (extensions.has('Zca')) features.add('C');
  for (const word of text.toLowerCase().split('_')) {
    const name = BY_LOWER.get(word);
    if (name !== undefined) features.add(name);
  }
  const fits = (name: Feature) => /3[24]$/.test(name) === (xlen === 32);
  const isNamed = (names: readonly Feature[]) => names.some((name) => features.has(name));
  if (!isNamed(PAGING)) for (const name of PAGING.filter(fits)) features.add(name);
  if (features.has('Smsd') && !isNamed(TABLES)) {
    for (const name of TABLES.filter(fits)) features.add(name);
  }
  for (const name of USUAL) features.add(name);
  return { xlen, features, error: null };
}
