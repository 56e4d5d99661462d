/** Smmtt34/46/56 of the MTT era: rows of one table, not code paths. */

export interface MttGeometry {
  readonly name: 'smmtt34' | 'smmtt46' | 'smmtt56';
  readonly xlen: 32 | 64;
  /** The MODE field of mttp. */
  readonly mode: number;
  /** The level of the root table: 3 (MTTL3) or 2 (MTTL2). */
  readonly root: 2 | 3;
  /** Bytes of one entry. */
  readonly entrySize: number;
  readonly pages: number;
  /** By level 1..3 (index 0 unused): `(page * scale[level] | 0) & mask[level]` is the table index. */
  readonly scale: readonly number[];
  readonly mask: readonly number[];
  /** Permission fields in an L1 entry and in a 2M_PAGES/4M_PAGES entry. */
  readonly fields: number;
  /** Bytes of the root table. */
  readonly rootSize: number;
  /** TYPE of an L2 entry that holds 2 MiB (RV64) or 4 MiB (RV32) permissions. */
  readonly bigPages: number;
}

export const MTT_GEOMETRIES = {
  smmtt34: {
    name: 'smmtt34',
    xlen: 32,
    mode: 1,
    root: 2,
    entrySize: 4,
    pages: 2 ** 22,
    scale: [1, 2 ** -3, 2 ** -13, 0],
    mask: [7, 1023, 511, 0],
    fields: 8,
    rootSize: 2048,
    bigPages: 5,
  },
  smmtt46: {
    name: 'smmtt46',
    xlen: 64,
    mode: 1,
    root: 2,
    entrySize: 8,
    pages: 2 ** 34,
    scale: [1, 2 ** -4, 2 ** -13, 0],
    mask: [15, 511, 2 ** 21 - 1, 0],
    fields: 16,
    rootSize: 2 ** 24,
    bigPages: 6,
  },
  smmtt56: {
    name: 'smmtt56',
    xlen: 64,
    mode: 2,
    root: 3,
    entrySize: 8,
    pages: 2 ** 44,
    scale: [1, 2 ** -4, 2 ** -13, 2 ** -34],
    mask: [15, 511, 2 ** 21 - 1, 1023],
    fields: 16,
    rootSize: 8192,
    bigPages: 6,
  },
} as const satisfies Record<string, MttGeometry>;
