/** Instruction words to rows and operands. */
import type { Expansion, Operands } from './alias.ts';
import { expandOperands, expansionOf, NO_OPERANDS } from './alias.ts';
import type { Isa } from './extensions.ts';
import type { FenceEncoding } from './isolation.ts';
import type { Op } from './op.ts';
import type { Field, Slot } from './pattern.ts';
import { extract } from './pattern.ts';
import { opsOf } from './table.ts';

export interface Decoded {
  /** What it does: of a compressed form the instruction that it stands for. */
  readonly op: Op;
  readonly operands: Operands;
  /** How it is written: the row whose encoding it is, and that row's operands. */
  readonly form: Op;
  readonly formOperands: Operands;
  /** Bytes. */
  readonly length: 2 | 4;
}

interface Entry {
  readonly row: Op;
  readonly mask: number;
  readonly match: number;
  readonly length: 2 | 4;
  /** Bits that are fixed. */
  readonly weight: number;
  /** Undefined: not looked for yet. */
  expansion: Expansion | null | undefined;
}

/** Bytes of the instruction whose first parcel this is; longer than 32 bits counts as 4. */
export function lengthOf(parcel: number): 2 | 4 {
  return (parcel & 3) === 3 ? 4 : 2;
}

const made = new WeakMap<Isa, Map<FenceEncoding, Decoder>>();

/** The decoder of an instruction set, made once. */
export function decoderOf(isa: Isa, encoding: FenceEncoding): Decoder {
  const known = made.get(isa) ?? new Map<FenceEncoding, Decoder>();
  made.set(isa, known);
  const decoder = known.get(encoding) ?? new Decoder(isa, encoding);
  known.set(encoding, decoder);
  return decoder;
}

/** The decoder of one instruction set. Rows of extensions that it lacks do not decode. */
export class Decoder {
  /** 32-bit rows by opcode and funct3, 16-bit rows by quadrant and funct3; the most specific first. */
  readonly #wide: readonly (readonly Entry[])[];
  readonly #short: readonly (readonly Entry[])[];
  readonly #rows: readonly Op[];

  constructor(isa: Isa, encoding: FenceEncoding = 'custom') {
    const rows = opsOf(isa, encoding);
    this.#rows = rows;
    const entries = rows
      .map((row): Entry => ({
        row,
        mask: row.pattern.mask | 0,
        match: row.pattern.match | 0,
        length: row.pattern.length,
        weight: bitsIn(row.pattern.mask),
        expansion: undefined,
      }))
      .sort((a, b) => b.weight - a.weight);
    const wide = entries.filter(({ length }) => length === 4);
    const short = entries.filter(({ length }) => length === 2);
    this.#wide = buckets(wide, 256, wideIndex);
    this.#short = buckets(short, 32, shortIndex);
  }

  /**
   * Decodes a word (its upper half is ignored when the lower two bits say 16-bit). Null: illegal, reserved, or of an
   * extension that the instruction set lacks.
   */
  decode(word: number): Decoded | null {
    const entry = this.#find(word);
    if (entry === null) return null;
    const { row, length } = entry;
    const { fields } = row.pattern;
    const expansion = (entry.expansion ??= expansionOf(row, this.#rows));
    const formOperands: Record<Slot, number> = { ...NO_OPERANDS };
    for (const field of fields) formOperands[field.slot] = extract(field, word);
    const operands = expansion === null ? formOperands : expandOperands(expansion, formOperands);
    return { op: expansion?.op ?? row, operands, form: row, formOperands, length };
  }

  #find(word: number): Entry | null {
    const wide = (word & 3) === 3;
    const bits = wide ? word : word & 0xffff;
    const bucket = wide ? this.#wide[wideIndex(word)] : this.#short[shortIndex(word)];
    for (const entry of bucket ?? []) {
      if ((bits & entry.mask) === entry.match && legal(entry.row.pattern.fields, word))
        return entry;
    }
    return null;
  }
}

function legal(fields: readonly Field[], word: number): boolean {
  for (const field of fields) if (!field.allows(extract(field, word))) return false;
  return true;
}

function bitsIn(mask: number): number {
  let count = 0;
  for (let rest = mask | 0; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** The bits that choose a bucket: opcode and funct3, or quadrant and funct3. */
const wideIndex = (word: number): number => ((word >>> 2) & 0x1f) | ((word >>> 7) & 0xe0);
const shortIndex = (word: number): number => (word & 3) | ((word >>> 11) & 0x1c);

/** Entries by their buckets; one whose mask leaves some of the choosing bits open lies in several. */
function buckets(
  entries: readonly Entry[],
  count: number,
  indexOf: (word: number) => number,
): readonly (readonly Entry[])[] {
  const all = Array.from({ length: count }, (): Entry[] => []);
  for (const entry of entries) {
    const fixed = indexOf(entry.match);
    const open = indexOf(~entry.mask);
    let some = open;
    for (;;) {
      all[fixed | some].push(entry);
      if (some === 0) break;
      some = (some - 1) & open;
    }
  }
  return all;
}
