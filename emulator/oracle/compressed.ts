/** The 16-bit instructions as the 32-bit ones that they stand for. */
import { field } from './word.ts';

interface Rules {
  readonly xlen: 32 | 64;
  has(feature: string): boolean;
}

const r = (funct7: number, rs2: number, rs1: number, funct3: number, rd: number, opcode: number) =>
  ((funct7 << 25) | (rs2 << 20) | (rs1 << 15) | (funct3 << 12) | (rd << 7) | opcode) >>> 0;
const i = (immediate: number, rs1: number, funct3: number, rd: number, opcode: number) =>
  (((immediate & 0xfff) << 20) | (rs1 << 15) | (funct3 << 12) | (rd << 7) | opcode) >>> 0;
const s = (immediate: number, rs2: number, rs1: number, funct3: number, opcode: number) =>
  r((immediate >> 5) & 0x7f, rs2, rs1, funct3, immediate & 0x1f, opcode);

function b(offset: number, rs1: number, funct3: number): number {
  const upper = (field(offset, 12, 12) << 6) | field(offset, 10, 5);
  const lower = (field(offset, 4, 1) << 1) | field(offset, 11, 11);
  return r(upper, 0, rs1, funct3, lower, 0x63);
}

function j(offset: number, rd: number): number {
  const immediate =
    (field(offset, 20, 20) << 19) |
    (field(offset, 10, 1) << 9) |
    (field(offset, 11, 11) << 8) |
    field(offset, 19, 12);
  return ((immediate << 12) | (rd << 7) | 0x6f) >>> 0;
}

/** Bits of the instruction gathered as `[high, low, position of the low one]`. */
function gather(c: number, ...parts: readonly (readonly [number, number, number])[]): number {
  return parts.reduce((sum, [high, low, to]) => sum | (field(c, high, low) << to), 0);
}

const signed = (value: number, width: number) => (value << (32 - width)) >> (32 - width);

/** The 32-bit instruction, or null where the encoding is reserved or its extension absent. */
export function expand(c: number, rules: Rules): number | null {
  switch (c & 3) {
    case 0:
      return quadrant0(c, rules);
    case 1:
      return quadrant1(c, rules);
    default:
      return quadrant2(c, rules);
  }
}

/** Loads and stores of a memory operand, by funct3 less 4 for the stores. */
function widthOf(which: number, rules: Rules): { size: 4 | 8; float: boolean } | null {
  if (which === 2) return { size: 4, float: false };
  if (which === 1) return rules.has('D') ? { size: 8, float: true } : null;
  if (rules.xlen === 64) return { size: 8, float: false };
  return rules.has('F') ? { size: 4, float: true } : null;
}

function quadrant0(c: number, rules: Rules): number | null {
  const funct3 = field(c, 15, 13);
  const [rd, rs1] = [8 + field(c, 4, 2), 8 + field(c, 9, 7)];
  if (funct3 === 0) {
    const immediate = gather(c, [12, 11, 4], [10, 7, 6], [6, 6, 2], [5, 5, 3]);
    return immediate === 0 ? null : i(immediate, 2, 0, rd, 0x13);
  }
  if (funct3 === 4) return null;
  const kind = widthOf(funct3 & 3, rules);
  if (kind === null) return null;
  const word = gather(c, [12, 10, 3], [6, 6, 2], [5, 5, 6]);
  const double = gather(c, [12, 10, 3], [6, 5, 6]);
  const offset = kind.size === 4 ? word : double;
  const width = kind.size === 4 ? 2 : 3;
  if (funct3 < 4) return i(offset, rs1, width, rd, kind.float ? 0x07 : 0x03);
  return s(offset, rd, rs1, width, kind.float ? 0x27 : 0x23);
}

function quadrant1(c: number, rules: Rules): number | null {
  const rd = field(c, 11, 7);
  const immediate = signed(gather(c, [12, 12, 5], [6, 2, 0]), 6);
  const jump = signed(
    gather(
      c,
      [12, 12, 11],
      [11, 11, 4],
      [10, 9, 8],
      [8, 8, 10],
      [7, 7, 6],
      [6, 6, 7],
      [5, 3, 1],
      [2, 2, 5],
    ),
    12,
  );
  const branch = signed(gather(c, [12, 12, 8], [11, 10, 3], [6, 5, 6], [4, 3, 1], [2, 2, 5]), 9);
  const short = 8 + field(c, 9, 7);
  switch (field(c, 15, 13)) {
    case 0:
      return i(immediate, rd, 0, rd, 0x13);
    case 1:
      if (rules.xlen === 32) return j(jump, 1);
      return rd === 0 ? null : i(immediate, rd, 0, rd, 0x1b);
    case 2:
      return i(immediate, 0, 0, rd, 0x13);
    case 3:
      return upper(c, rd, immediate, rules);
    case 4:
      return arithmetic(c, short, immediate, rules);
    case 5:
      return j(jump, 0);
    case 6:
      return b(branch, short, 0);
    default:
      return b(branch, short, 1);
  }
}

function upper(c: number, rd: number, immediate: number, rules: Rules): number | null {
  if (immediate === 0) {
    // c.mop.1, 3 .. 15; c.sspush x1 is c.mop.1 and c.sspopchk x5 is c.mop.5.
    if (field(c, 12, 12) !== 0 || rd % 2 === 0 || rd > 15) return null;
    if (!rules.has('Zicfiss') && !rules.has('Zcmop')) return null;
    if (rules.has('Zicfiss') && rd === 1) return 0xce10_4073;
    if (rules.has('Zicfiss') && rd === 5) return 0xcdc2_c073;
    return 0x0000_0013;
  }
  if (rd !== 2) return (((immediate & 0xf_ffff) << 12) | (rd << 7) | 0x37) >>> 0;
  const pointer = gather(c, [12, 12, 9], [6, 6, 4], [5, 5, 6], [4, 3, 7], [2, 2, 5]);
  return i(signed(pointer, 10), 2, 0, 2, 0x13);
}

function arithmetic(c: number, rd: number, immediate: number, rules: Rules): number | null {
  const which = field(c, 11, 10);
  const amount = immediate & 0x3f;
  if (which < 2) {
    if (rules.xlen === 32 && amount > 31) return null;
    return i(amount | (which === 1 ? 0x400 : 0), rd, 5, rd, 0x13);
  }
  if (which === 2) return i(immediate, rd, 7, rd, 0x13);
  const rs2 = 8 + field(c, 4, 2);
  const operation = field(c, 6, 5);
  if (field(c, 12, 12) === 0) {
    const funct3 = [0, 4, 6, 7][operation] ?? 0;
    return r(operation === 0 ? 0x20 : 0, rs2, rd, funct3, rd, 0x33);
  }
  if (rules.xlen === 32 || operation > 1) return null;
  return r(operation === 0 ? 0x20 : 0, rs2, rd, 0, rd, 0x3b);
}

function quadrant2(c: number, rules: Rules): number | null {
  const funct3 = field(c, 15, 13);
  const rd = field(c, 11, 7);
  const rs2 = field(c, 6, 2);
  if (funct3 === 0) {
    const amount = gather(c, [12, 12, 5], [6, 2, 0]);
    return rules.xlen === 32 && amount > 31 ? null : i(amount, rd, 1, rd, 0x13);
  }
  if (funct3 === 4) return registers(c, rd, rs2);
  const kind = widthOf(funct3 & 3, rules);
  if (kind === null) return null;
  if (funct3 < 4) {
    if (!kind.float && rd === 0) return null;
    const word = gather(c, [12, 12, 5], [6, 4, 2], [3, 2, 6]);
    const double = gather(c, [12, 12, 5], [6, 5, 3], [4, 2, 6]);
    const [offset, width] = kind.size === 4 ? [word, 2] : [double, 3];
    return i(offset, 2, width, rd, kind.float ? 0x07 : 0x03);
  }
  const word = gather(c, [12, 9, 2], [8, 7, 6]);
  const double = gather(c, [12, 10, 3], [9, 7, 6]);
  const [offset, width] = kind.size === 4 ? [word, 2] : [double, 3];
  return s(offset, rs2, 2, width, kind.float ? 0x27 : 0x23);
}

function registers(c: number, rd: number, rs2: number): number | null {
  if (field(c, 12, 12) === 0) {
    if (rs2 !== 0) return r(0, rs2, 0, 0, rd, 0x33);
    return rd === 0 ? null : i(0, rd, 0, 0, 0x67);
  }
  if (rs2 !== 0) return r(0, rs2, rd, 0, rd, 0x33);
  return rd === 0 ? 0x0010_0073 : i(0, rd, 0, 1, 0x67);
}
