/** The fields of table entries by name, as `mpte(v: 1, l: 1)` packs them: highest and lowest bit. */

export type Fields = Readonly<Record<string, readonly [high: number, low: number]>>;

/** Fields by XLEN; an absent XLEN: no such entry there. */
export interface EntryFormat {
  readonly 32?: Fields;
  readonly 64?: Fields;
}

/** `xwr0` .. : the tuples of a leaf, or of an MTT entry its 2-bit permissions. */
function row(name: string, count: number, low: number, step: number, width: number): Fields {
  return Object.fromEntries(
    [...Array(count).keys()].map((k) => [
      `${name}${k}`,
      [low + k * step + width - 1, low + k * step],
    ]),
  );
}

/** `xwr` is the tuple of a NAPOT leaf and tuple 0 of an ordinary one. */
function mpte(tuples: number, ppn: Fields[string]): Fields {
  const flags: Fields = { v: [0, 0], l: [1, 1], n: [2, 2], g: [15, 12], xwr: [10, 8] };
  return { ...flags, ppn, ...row('xwr', tuples, 8, 3, 3) };
}

const MPTE32 = mpte(8, [31, 10]);

const PTE_FLAGS: Fields = {
  v: [0, 0],
  r: [1, 1],
  w: [2, 2],
  x: [3, 3],
  u: [4, 4],
  g: [5, 5],
  a: [6, 6],
  d: [7, 7],
  rsw: [9, 8],
  xwr: [3, 1],
};

const PTE32: Fields = { ...PTE_FLAGS, ppn: [31, 10] };

export const ENTRY_FORMATS = {
  mpte: { 32: MPTE32, 64: mpte(16, [53, 10]) },
  mpte32: { 32: MPTE32, 64: MPTE32 },
  mttl1: { 32: row('perm', 8, 0, 4, 2), 64: row('perm', 16, 0, 4, 2) },
  mttl2: {
    32: { type: [24, 22], info: [21, 0], ...row('perm', 8, 0, 2, 2) },
    64: { type: [46, 44], info: [43, 0], ...row('perm', 16, 0, 2, 2) },
  },
  mttl3: { 64: { ppn: [43, 0], valid: [44, 44] } },
  pte: { 32: PTE32, 64: { ...PTE_FLAGS, ppn: [53, 10], pbmt: [62, 61], n: [63, 63] } },
  pte32: { 32: PTE32, 64: PTE32 },
} as const satisfies Record<string, EntryFormat>;
