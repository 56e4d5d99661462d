/** Smmpt34/43/52/64: rows of one table, not code paths. */

import { R } from '../rules/fired.ts';

export interface MptGeometry {
  readonly name: 'smmpt34' | 'smmpt43' | 'smmpt52' | 'smmpt64';
  readonly xlen: 32 | 64;
  /** The MODE field of mmpt. */
  readonly mode: number;
  readonly levels: number;
  /** MPTESIZE in bytes. */
  readonly entrySize: number;
  /** XWR tuples in a leaf: 8 or 16. */
  readonly tuples: number;
  /** Pages that the mode can address; an SPA page at or above it is out of range. */
  readonly pages: number;
  /** By level: `(page * scale[level] | 0) & mask[level]` is the table index. */
  readonly scale: readonly number[];
  readonly mask: readonly number[];
  /** By level: the same for the tuple index within a leaf. */
  readonly tupleScale: readonly number[];
  /** By level: pages that one tuple covers. */
  readonly tupleSpan: readonly number[];
  /** Bytes of the root table (its alignment too, at least a page). */
  readonly rootSize: number;
  /** The only legal G of a NAPOT leaf: 2^(G+1) entries. */
  readonly napot: number;
  /** The rule that gives the index bits: a position in the catalogue. */
  readonly rule: number;
}

function geometry(
  name: MptGeometry['name'],
  xlen: 32 | 64,
  mode: number,
  levels: number,
  addressBits: number,
  rootBits: number,
  rule: number,
): MptGeometry {
  const tupleBits = xlen === 32 ? 3 : 4;
  // Index widths from level 0 upwards; the root's own width comes last.
  const widths = [xlen === 32 ? 10 : 9, 9, 9, 9].slice(0, levels - 1).concat(rootBits);
  const low = widths.map(
    (_, level) => tupleBits + widths.slice(0, level).reduce((a, b) => a + b, 0),
  );
  return {
    name,
    xlen,
    mode,
    levels,
    entrySize: xlen / 8,
    tuples: 2 ** tupleBits,
    pages: 2 ** (addressBits - 12),
    scale: low.map((bit) => 2 ** -bit),
    mask: widths.map((width) => 2 ** width - 1),
    tupleScale: low.map((bit) => 2 ** -(bit - tupleBits)),
    tupleSpan: low.map((bit) => 2 ** (bit - tupleBits)),
    rootSize: 2 ** rootBits * (xlen / 8),
    napot: xlen === 32 ? 6 : 4,
    rule,
  };
}

export const MPT_GEOMETRIES = {
  smmpt34: geometry('smmpt34', 32, 1, 2, 34, 9, R.SMMPT_GEO_01),
  smmpt43: geometry('smmpt43', 64, 1, 3, 43, 9, R.SMMPT_GEO_02),
  smmpt52: geometry('smmpt52', 64, 2, 4, 52, 9, R.SMMPT_GEO_03),
  smmpt64: geometry('smmpt64', 64, 3, 5, 64, 12, R.SMMPT_GEO_04),
} as const satisfies Record<string, MptGeometry>;
