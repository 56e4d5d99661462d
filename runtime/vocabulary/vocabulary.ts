/** The language's vocabulary, filled from the emulator's catalogues: nobody copies a list. */
import type {
  FenceWord,
  Format,
  Operation,
  StageWord,
  TableMode,
  Vocabulary,
} from '../../dsl/index.ts';
import {
  Assembler,
  COUNTERS,
  CSR_NAMES,
  csrNumbers,
  F_REGISTERS,
  FEATURES,
  FENCE_WORDS,
  FENCES,
  formatOf,
  FORMATS,
  KINDS,
  KNOBS,
  MPT_GEOMETRIES,
  MTT_GEOMETRIES,
  OPERATIONS,
  REASONS,
  REVISIONS,
  RULE_IDS,
  STAGE_GEOMETRIES,
  wholeIsa,
  X_REGISTERS,
} from '../../emulator/index.ts';
import { calls, SUPPLIES } from './calls.ts';
import type { Makers } from './lazily.ts';
import { lazily } from './lazily.ts';
import {
  LATER_CSRS,
  LATER_FEATURES,
  LATER_FIELDS,
  LATER_FORMATS,
  LATER_INTERRUPTS,
  LATER_REASONS,
  laterFormat,
} from './later-words.ts';
import { MODELS, PROPERTIES } from './machine-properties.ts';
import { INTERRUPTS } from '../judge/interrupts.ts';
import { TRAP_FIELDS } from '../judge/trap-fields.ts';

const PAGE = 4096n;
const XLENS = [32, 64] as const;

function isolationModes(): Vocabulary['isolationModes'] {
  const common = (g: { name: string; xlen: 32 | 64; pages: number; rootSize: number }) => ({
    name: g.name,
    xlen: g.xlen,
    addressBits: Math.log2(g.pages) + 12,
    rootSize: BigInt(g.rootSize),
    stages: [],
    feature: featureOf(g.name),
  });
  const mpt = Object.values(MPT_GEOMETRIES).map((g) => ({
    ...common(g),
    isolation: 'smmpt' as const,
    leafSizes: g.tupleSpan.map((pages) => BigInt(pages) * PAGE),
  }));
  const mtt = Object.values(MTT_GEOMETRIES).map((g) => ({
    ...common(g),
    isolation: 'smmtt' as const,
    // Levels count from 1 (L1); 1 GiB, which is 32 equal L2 entries, stands where L3 would.
    leafSizes: [PAGE, PAGE, 2n ** 25n / BigInt(g.fields), 2n ** 30n],
  }));
  return new Map([...mpt, ...mtt].map((mode) => [mode.name, mode]));
}

function translationModes(): Vocabulary['translationModes'] {
  const modes = Object.values(STAGE_GEOMETRIES).map((g): TableMode => {
    const guest = g.name.endsWith('x4');
    const stages: readonly StageWord[] = guest ? ['g'] : ['s', 'vs', 'io'];
    return {
      name: g.name,
      xlen: g.xlen,
      leafSizes: g.span.map((pages) => BigInt(pages) * PAGE),
      addressBits: g.addressBits,
      rootSize: guest ? 4n * PAGE : PAGE,
      stages,
      feature: featureOf(g.name.replace('x4', '')),
    };
  });
  return new Map(modes.map((mode) => [mode.name, mode]));
}

/** `smmpt43` to `Smmpt43`, if there is such a feature. */
function featureOf(mode: string): string | null {
  const name = mode.charAt(0).toUpperCase() + mode.slice(1);
  return Object.hasOwn(FEATURES, name) ? name : null;
}

function operations(): Vocabulary['operations'] {
  const rows = Object.entries(OPERATIONS).map(([name, row]): Operation => ({
    name,
    origin: KINDS[row.kind].origin,
    widths: row.widths,
    takesValue: ['write', 'conditional', 'add', 'swap'].includes(row.effect),
    feature: row.feature,
  }));
  return new Map(rows.map((row) => [row.name, row]));
}

function fences(): Vocabulary['fences'] {
  const words = Object.entries(FENCE_WORDS).map(([word, name]): [string, FenceWord] => {
    const { mnemonic, rs1, rs2, feature } = FENCES[name];
    return [word, { name, mnemonic, for: rs1, of: rs2, feature }];
  });
  return new Map(words);
}

function format(name: string, xlen: 32 | 64): Format | null {
  const known = formatOf(name, xlen);
  if (known === null) return laterFormat(name);
  const fields = Object.entries(known.fields).map(
    ([field, [high, low]]) => [field, { high, low }] as const,
  );
  return { bits: known.bits, fields: new Map(fields) };
}

const assemblers = new Map<32 | 64, Assembler>();

/** Against everything that some machine has: what one machine lacks is a matter of its cases. */
function assemble(
  text: string,
  xlen: 32 | 64,
  single: boolean,
): ReturnType<Vocabulary['assemble']> {
  const assembler = assemblers.get(xlen) ?? new Assembler(wholeIsa(xlen));
  assemblers.set(xlen, assembler);
  const result = assembler.assemble(text);
  if (result.error !== null || !single) return result.error;
  const { bytes } = result;
  const short = bytes.length > 0 && ((bytes[0] ?? 0) & 3) !== 3;
  if (bytes.length === (short ? 2 : 4)) return null;
  const message = 'a step executes one instruction, and this is not one: a program holds several';
  return { message, col: 1, length: text.length };
}

const MEMBERS: Makers<Vocabulary> = {
  rules: () => new Set<string>(RULE_IDS),
  reasons: () => new Set<string>([...Object.keys(REASONS), ...LATER_REASONS]),
  knobs: () => new Map(Object.entries(KNOBS).map(([name, knob]) => [name, knob.values])),
  openRules: () =>
    new Map<string, string>(
      Object.entries(KNOBS).flatMap(([name, { rule }]) => (rule === null ? [] : [[rule, name]])),
    ),
  csrs: () => {
    const numbers = csrNumbers();
    return new Map<string, { xlens: readonly (32 | 64)[]; number: number | null }>([
      ...LATER_CSRS.map((name) => [name, { xlens: XLENS, number: null }] as const),
      ...[...CSR_NAMES].map(
        ([name, xlens]) => [name, { xlens, number: numbers.get(name) ?? null }] as const,
      ),
    ]);
  },
  formatNames: () => new Set([...Object.keys(FORMATS), ...Object.keys(LATER_FORMATS)]),
  format: () => format,
  models: () => new Set<string>(MODELS),
  revisions: () => new Map(Object.entries(REVISIONS)),
  isolationModes,
  translationModes,
  properties: () => PROPERTIES,
  features: () => new Set([...Object.keys(FEATURES), ...Object.keys(LATER_FEATURES)]),
  operations,
  fences,
  shootdowns: () => new Set(['mpt', 'vma', 'vvma', 'gvma', 'iompt', 'iommu', 'all']),
  flushes: () => new Set(['tlb', 'walk', 'mpt', 'all']),
  actorFlags: () => new Set(['mxr', 'sum', 'vsmxr', 'vssum', 'hu', 'spvp0', 'ats']),
  counters: () => new Set([...Object.keys(COUNTERS), 'total']),
  calls,
  trapFields: () => new Set([...TRAP_FIELDS, ...LATER_FIELDS, 'pc']),
  registers: () => new Map([...X_REGISTERS, ...F_REGISTERS]),
  interrupts: () => new Set([...Object.keys(INTERRUPTS), ...LATER_INTERRUPTS]),
  supplies: () => new Set(SUPPLIES),
  assemble: () => assemble,
  tags: () => null,
};

/** The vocabulary with the tags that the configuration declares; none: any tag may stand. */
export function vocabularyOf(tags: readonly string[]): Vocabulary {
  if (tags.length === 0) return VOCABULARY;
  return lazily({ ...MEMBERS, tags: () => new Set(tags) });
}

export const VOCABULARY: Vocabulary = lazily(MEMBERS);
