/** Sv32 .. Sv57 and their x4 forms: rows of one table, not code paths. */

export interface StageGeometry {
  readonly name: 'sv32' | 'sv39' | 'sv48' | 'sv57' | 'sv32x4' | 'sv39x4' | 'sv48x4' | 'sv57x4';
  readonly xlen: 32 | 64;
  /** The MODE field of satp, vsatp or hgatp. */
  readonly mode: number;
  readonly levels: number;
  /** Bytes of one entry: 4 or 8. */
  readonly entrySize: number;
  /** By level: `(page * scale[level] | 0) & mask[level]` is the index. */
  readonly scale: readonly number[];
  readonly mask: readonly number[];
  /** Pages that one leaf of a level covers. */
  readonly span: readonly number[];
  /** Bits of the input address, and how they are checked: sign extension (S, VS) or zero extension (G). */
  readonly addressBits: number;
  readonly signed: boolean;
  /** Pages of the input address space: 2^(addressBits - 12). */
  readonly pages: number;
}

function geometry(
  name: StageGeometry['name'],
  xlen: 32 | 64,
  mode: number,
  levels: number,
  x4: boolean,
): StageGeometry {
  const bits = xlen === 32 ? 10 : 9;
  const level = [...Array(levels).keys()];
  return {
    name,
    xlen,
    mode,
    levels,
    entrySize: xlen / 8,
    scale: level.map((l) => 2 ** -(bits * l)),
    mask: level.map((l) => 2 ** (x4 && l === levels - 1 ? bits + 2 : bits) - 1),
    span: level.map((l) => 2 ** (bits * l)),
    addressBits: 12 + bits * levels + (x4 ? 2 : 0),
    signed: !x4 && xlen === 64,
    pages: 2 ** (bits * levels + (x4 ? 2 : 0)),
  };
}

export const STAGE_GEOMETRIES = {
  sv32: geometry('sv32', 32, 1, 2, false),
  sv39: geometry('sv39', 64, 8, 3, false),
  sv48: geometry('sv48', 64, 9, 4, false),
  sv57: geometry('sv57', 64, 10, 5, false),
  sv32x4: geometry('sv32x4', 32, 1, 2, true),
  sv39x4: geometry('sv39x4', 64, 8, 3, true),
  sv48x4: geometry('sv48x4', 64, 9, 4, true),
  sv57x4: geometry('sv57x4', 64, 10, 5, true),
} as const satisfies Record<string, StageGeometry>;
