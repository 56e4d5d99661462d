/** What arithmetic takes from fcsr and leaves there: the rounding mode and the accrued exceptions. */

/** Bits of fflags. */
export const FLAGS = {
  /** Inexact: the result was rounded. */
  NX: 1,
  /** Underflow: tiny after rounding, and inexact. */
  UF: 2,
  /** Overflow. */
  OF: 4,
  /** Divide by zero: an exact infinity from finite operands. */
  DZ: 8,
  /** Invalid operation. */
  NV: 16,
} as const;

/** As `rm` and frm encode them; `ROUNDING_MODES` of the assembler gives the names. */
export const ROUNDING = {
  /** To nearest, ties to even. */
  RNE: 0,
  /** Towards zero. */
  RTZ: 1,
  /** Down, towards -infinity. */
  RDN: 2,
  /** Up, towards +infinity. */
  RUP: 3,
  /** To nearest, ties to max magnitude. */
  RMM: 4,
} as const;

export type Rounding = (typeof ROUNDING)[keyof typeof ROUNDING];

/** Operations read `rounding` and set bits of `flags`; they clear none. */
export interface Environment {
  rounding: Rounding;
  flags: number;
}

/** `rm` of an instruction that takes the mode from frm. */
const DYNAMIC = 7;

/** The mode that an instruction's `rm` asks for; null: reserved, an illegal instruction. */
export function roundingMode(rm: number, frm: number): Rounding | null {
  const mode = rm === DYNAMIC ? frm : rm;
  return mode <= ROUNDING.RMM ? (mode as Rounding) : null;
}
