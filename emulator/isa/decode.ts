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
  readonly fields: readonly Field[];
  readonly length: 2 | 4;
  readonly expansion: Expansion | null;
}

/** Bytes of the instruction whose first parcel this is; longer than 32 bits counts as 4. */
export function lengthOf(parcel: number): 2 | 4 {
  return (parcel & 3) === 3 ? 4 : 2;
}

/** The decoder of one instruction set. Rows of extensions that it lacks do not decode. */
export class Decoder {
  /** 32-bit rows by opcode and funct3, 16-bit rows by quadrant and funct3; the most specific first. */
  readonly #wide: readonly (readonly Entry[])[];
  readonly #short: readonly (readonly Entry[])[];

  constructor(isa: Isa, encoding: FenceEncoding = 'custom') {
    const rows = opsOf(isa, encoding);
    const entries = rows
      .map((row): Entry => ({
        row,
        mask: row.pattern.mask | 0,
        match: row.pattern.match | 0,
        fields: row.pattern.fields,
        length: row.pattern.length,
        expansion: expansionOf(row, rows),
      }))
      .sort((a, b) => bitsIn(b.mask) - bitsIn(a.mask));
    const wide = entries.filter(({ length }) => length === 4);
    const short = entries.filter(({ length }) => length === 2);
    this.#wide = buckets(
      wide,
      256,
      (index) => 3 | ((index & 31) << 2) | ((index >> 5) << 12),
      0x707f,
    );
    this.#short = buckets(short, 32, (index) => (index & 3) | ((index >> 2) << 13), 0xe003);
  }

  /**
   * Decodes a word (its upper half is ignored when the lower two bits say 16-bit). Null: illegal, reserved, or of an
   * extension that the instruction set lacks.
   */
  decode(word: number): Decoded | null {
    const entry = this.#find(word);
    if (entry === null) return null;
    const { row, fields, length, expansion } = entry;
    const formOperands: Record<Slot, number> = { ...NO_OPERANDS };
    for (const field of fields) formOperands[field.slot] = extract(field, word);
    const operands = expansion === null ? formOperands : expandOperands(expansion, formOperands);
    return { op: expansion?.op ?? row, operands, form: row, formOperands, length };
  }

  #find(word: number): Entry | null {
    const wide = (word & 3) === 3;
    const bits = wide ? word : word & 0xffff;
    const bucket = wide
      ? this.#wide[((word >>> 2) & 0x1f) | ((word >>> 7) & 0xe0)]
      : this.#short[(word & 3) | ((word >>> 11) & 0x1c)];
    for (const entry of bucket ?? []) {
      if ((bits & entry.mask) === entry.match && legal(entry.fields, word)) return entry;
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
  for (let rest = mask >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count++;
  return count;
}

/** Entries by the selected bits of the word; one whose mask leaves some of them open lies in several buckets. */
function buckets(
  entries: readonly Entry[],
  count: number,
  bitsOf: (index: number) => number,
  selected: number,
): readonly (readonly Entry[])[] {
  return Array.from({ length: count }, (_, index) =>
    entries.filter(({ mask, match }) => ((bitsOf(index) ^ match) & mask & selected) === 0),
  );
}
