/**
 * An encoding as the manual lists it, `"imm[11:0] rs1 011 rd 0000011"`, parsed once into mask, match and fields.
 *
 * Tokens from the highest bit down: `0101` fixed bits; `****` bits that decoders ignore and assemblers clear;
 * `rd`, `fs1`, `rs2'` (x8 to x15), `rm`, `aq`, `rl`, `csr`, `pred`, `succ`; `imm[12|10:5]` value bits in encoded
 * order. `imm` is signed, `uimm` and `shamt` are not, `nz` forbids zero; `rd!=0,2`, `rs2=1,5` and `rd=even` restrict.
 */

export const SLOTS = [
  'rd',
  'rs1',
  'rs2',
  'rs3',
  'imm',
  'csr',
  'rm',
  'aq',
  'rl',
  'pred',
  'succ',
] as const;

/** Where the value of an operand lies after decoding; float registers use the same slots. */
export type Slot = (typeof SLOTS)[number];

/** `width` bits at `at` of the word are the bits from `to` up of the value. */
export interface Part {
  readonly at: number;
  readonly to: number;
  readonly width: number;
}

export interface Field {
  readonly slot: Slot;
  readonly parts: readonly Part[];
  readonly signed: boolean;
  /** 8 for the three-bit registers of compressed forms. */
  readonly plus: 0 | 8;
  readonly min: number;
  readonly max: number;
  /** The value is a multiple of it. */
  readonly step: number;
  readonly allows: (value: number) => boolean;
}

export interface Pattern {
  readonly listing: string;
  /** Bytes of the instruction. */
  readonly length: 2 | 4;
  /** Unsigned; `(word & mask) === match` with both as unsigned numbers. */
  readonly mask: number;
  readonly match: number;
  readonly fields: readonly Field[];
}

const WIDTHS: Readonly<Record<string, number>> = {
  rm: 3,
  aq: 1,
  rl: 1,
  csr: 12,
  pred: 4,
  succ: 4,
};
const TOKEN = /^([a-z]+\d?)('?)(?:\[([\d:|]+)\])?(?:(!?=)([\da-z,]+))?$/;

interface Draft {
  readonly name: string;
  readonly slot: Slot;
  readonly plus: 0 | 8;
  readonly parts: Part[];
  allows: (value: number) => boolean;
}

/**
 * Parses a listing; throws on one that is not 16 or 32 bits long, and on an unknown token when its fields are asked
 * for: most instructions of the table are never met.
 */
export function pattern(listing: string): Pattern {
  let mask = 0;
  let match = 0;
  let width = 0;
  // From the highest bit down, by tokens.
  for (let from = 0; from < listing.length;) {
    const space = listing.indexOf(' ', from);
    const end = space < 0 ? listing.length : space;
    const first = listing.charCodeAt(from);
    if (first === STAR || first === ZERO || first === ONE) {
      for (let k = from; k < end; k++, width++) {
        const bit = listing.charCodeAt(k);
        mask = (mask << 1) | (bit === STAR ? 0 : 1);
        match = (match << 1) | (bit === ONE ? 1 : 0);
      }
    } else {
      const bits = widthOf(listing.slice(from, end));
      // A shift by 32 would be none.
      mask = bits === 32 ? 0 : mask << bits;
      match = bits === 32 ? 0 : match << bits;
      width += bits;
    }
    from = end + 1;
  }
  if (width !== 16 && width !== 32) throw new Error(`'${listing}' has ${width} bits`);
  let fields: readonly Field[] | null = null;
  return {
    listing,
    length: width === 16 ? 2 : 4,
    mask: mask >>> 0,
    match: match >>> 0,
    get fields() {
      return (fields ??= fieldsOf(listing));
    },
  };
}

const STAR = 42;
const ZERO = 48;
const ONE = 49;

const isFixed = (token: string): boolean => '01*'.includes(token.charAt(0));

/** Bits of an operand's token. */
function widthOf(token: string): number {
  const open = token.indexOf('[');
  if (open < 0) {
    if (token.includes("'")) return 3;
    const restricted = token.search(/[!=]/);
    return WIDTHS[restricted < 0 ? token : token.slice(0, restricted)] ?? 5;
  }
  let width = 0;
  for (const range of token.slice(open + 1, token.indexOf(']')).split('|')) {
    const [high, low = high] = range.split(':');
    width += Number(high) - Number(low) + 1;
  }
  return width;
}

function fieldsOf(listing: string): readonly Field[] {
  let at = 0;
  const drafts = new Map<Slot, Draft>();
  for (const token of listing.split(' ').reverse()) {
    at += isFixed(token) ? token.length : addField(token, at, drafts, listing);
  }
  return [...drafts.values()].map(finish);
}

/** Adds the token's bits, the lowest at `at`; returns how many. */
function addField(token: string, at: number, drafts: Map<Slot, Draft>, listing: string): number {
  const [, name, prime, ranges, relation, values] = TOKEN.exec(token) ?? [];
  const slot = name === undefined ? null : slotOf(name);
  if (name === undefined || slot === null) throw new Error(`'${token}' in '${listing}'`);
  const draft: Draft = drafts.get(slot) ?? {
    name,
    slot,
    plus: prime === "'" ? 8 : 0,
    parts: [],
    allows: slot === 'rm' ? (rm) => rm !== 5 && rm !== 6 : () => true,
  };
  drafts.set(slot, draft);
  if (relation !== undefined && values !== undefined) draft.allows = restriction(relation, values);
  if (name.startsWith('nz')) draft.allows = (value) => value !== 0;
  const width = prime === "'" ? 3 : (WIDTHS[name] ?? 5);
  let low = at;
  for (const range of (ranges ?? `${width - 1}:0`).split('|').reverse()) {
    const [high = 0, to = high] = range.split(':').map(Number);
    draft.parts.push({ at: low, to, width: high - to + 1 });
    low += high - to + 1;
  }
  return low - at;
}

/** The slot that a field name of a listing or an operand name of a syntax stands for; null: none. */
export function slotOf(name: string): Slot | null {
  const plain = name.replace(/'|:.*/, '').replace(/^f(?=[ds])/, 'r');
  if (/^(nz)?u?imm$|^shamt$|^offset$|^upper$/.test(plain)) return 'imm';
  return SLOTS.find((slot) => slot === plain) ?? null;
}

function restriction(relation: string, values: string): (value: number) => boolean {
  if (values === 'even') return (value) => value % 2 === 0;
  const listed = values.split(',').map(Number);
  return relation === '=' ? (value) => listed.includes(value) : (value) => !listed.includes(value);
}

function finish(draft: Draft): Field {
  const { slot, plus, parts, allows, name } = draft;
  const top = Math.max(...parts.map((part) => part.to + part.width));
  const step = 2 ** Math.min(...parts.map((part) => part.to));
  const signed = /^(nz)?imm$/.test(name);
  const max = signed ? 2 ** (top - 1) - step : 2 ** top - step + plus;
  const min = signed ? -(2 ** (top - 1)) : plus;
  return { slot, parts, signed, plus, min, max, step, allows };
}

/** The value of a field in an instruction word: an int32. */
export function extract(field: Field, word: number): number {
  let value = 0;
  for (const { at, to, width } of field.parts) {
    value |= ((word >>> at) & (2 ** width - 1)) << to;
  }
  if (field.signed) {
    const spare = 32 - Math.log2(-field.min) - 1;
    value = (value << spare) >> spare;
  }
  return value + field.plus;
}

/** The word bits that hold a value, which must fit (see `misfit`). Unsigned. */
export function insert(field: Field, value: number): number {
  let word = 0;
  for (const { at, to, width } of field.parts) {
    word |= (((value - field.plus) >> to) & (2 ** width - 1)) << at;
  }
  return word >>> 0;
}

/** Why a value cannot stand in a field, in plain words; null: it can. */
export function misfit(field: Field, value: bigint): string | null {
  const { min, max, step } = field;
  if (value < BigInt(min) || value > BigInt(max)) return `must be between ${min} and ${max}`;
  if (value % BigInt(step) !== 0n) return `must be a multiple of ${step}`;
  if (!field.allows(Number(value))) return `may not be ${value} here`;
  return null;
}
