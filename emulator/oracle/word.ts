/** Fields and immediates of an instruction word, as the base formats draw them. */

/** Bits `high` to `low` of a word. */
export function field(word: number, high: number, low: number): number {
  return (word >>> low) & (2 ** (high - low + 1) - 1);
}

/** The low `width` bits as a signed number, in `xlen` bits. */
export function extend(value: bigint, width: number, xlen: number): bigint {
  return BigInt.asUintN(xlen, BigInt.asIntN(width, value));
}

export const rdOf = (word: number) => field(word, 11, 7);
export const rs1Of = (word: number) => field(word, 19, 15);
export const rs2Of = (word: number) => field(word, 24, 20);
export const funct3Of = (word: number) => field(word, 14, 12);
export const funct7Of = (word: number) => field(word, 31, 25);

/** I-type: bits 31:20. */
export function immediateI(word: number): bigint {
  return BigInt.asIntN(12, BigInt(field(word, 31, 20)));
}

/** S-type: bits 31:25 and 11:7. */
export function immediateS(word: number): bigint {
  return BigInt.asIntN(12, BigInt((field(word, 31, 25) << 5) | field(word, 11, 7)));
}

/** B-type: bits 31, 7, 30:25, 11:8; even. */
export function immediateB(word: number): bigint {
  const value =
    (field(word, 31, 31) << 12) |
    (field(word, 7, 7) << 11) |
    (field(word, 30, 25) << 5) |
    (field(word, 11, 8) << 1);
  return BigInt.asIntN(13, BigInt(value));
}

/** U-type: bits 31:12, in their place. */
export function immediateU(word: number): bigint {
  return BigInt.asIntN(32, BigInt(field(word, 31, 12)) << 12n);
}

/** J-type: bits 31, 19:12, 20, 30:21; even. */
export function immediateJ(word: number): bigint {
  const value =
    (field(word, 31, 31) << 20) |
    (field(word, 19, 12) << 12) |
    (field(word, 20, 20) << 11) |
    (field(word, 30, 21) << 1);
  return BigInt.asIntN(21, BigInt(value));
}
