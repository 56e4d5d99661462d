/** The computational instructions of F and D. */
import {
  add,
  classify,
  divide,
  extreme,
  fuse,
  multiply,
  order,
  squareRoot,
} from './float-arithmetic.ts';
import type { Mode } from './float-arithmetic.ts';
import { changeFormat, floatToInteger, integerToFloat } from './float-convert.ts';
import { DOUBLE, FLAG, SINGLE, decode } from './float-number.ts';
import type { Format, Rounded, Rounding } from './float-number.ts';
import { accrue, box, requireFloat, setFloat, unbox } from './float-registers.ts';
import type { HartCore } from './hart-core.ts';
import { extend, field, funct3Of, rdOf, rs1Of, rs2Of } from './word.ts';

/** The format of bits 26:25, when the hart has it. */
function formatOf(h: HartCore, which: number): Format {
  if (which === 0 && h.has('F')) return SINGLE;
  if (which === 1 && h.has('D')) return DOUBLE;
  return h.illegal();
}

function read(h: HartCore, register: number, format: Format): bigint {
  return format === SINGLE ? unbox(h, register) : (h.f[register] ?? 0n);
}

function write(h: HartCore, register: number, format: Format, { bits, flags }: Rounded): void {
  accrue(h, flags);
  setFloat(h, register, format === SINGLE ? box(h, bits) : bits);
}

/** The mode of the rm field; 7 is frm. What is reserved is illegal. */
function roundingOf(h: HartCore, word: number): Rounding {
  const rm = funct3Of(word);
  const mode = rm === 7 ? Number((h.c.fcsr >> 5n) & 7n) : rm;
  h.require(mode <= 4);
  return mode as Rounding;
}

/** FMADD, FMSUB, FNMSUB, FNMADD: opcodes 0x43, 0x47, 0x4b, 0x4f. */
export function executeFused(h: HartCore, word: number): void {
  const format = formatOf(h, field(word, 26, 25));
  requireFloat(h);
  const mode: Mode = { format, rounding: roundingOf(h, word) };
  const which = (word & 0x7f) >> 2;
  // FNMSUB is -(a*b) + c, FNMADD is -(a*b) - c.
  const signs = { product: which >= 0x12, addend: which === 0x11 || which === 0x13 };
  const [a, b, c] = [rs1Of(word), rs2Of(word), field(word, 31, 27)];
  const operands = [read(h, a, format), read(h, b, format), read(h, c, format)] as const;
  write(h, rdOf(word), format, fuse(operands, signs, mode));
}

export function executeFloat(h: HartCore, word: number): void {
  const format = formatOf(h, field(word, 26, 25));
  requireFloat(h);
  const [rd, rs1, rs2] = [rdOf(word), rs1Of(word), rs2Of(word)];
  const a = () => read(h, rs1, format);
  const b = () => read(h, rs2, format);
  const mode = (): Mode => ({ format, rounding: roundingOf(h, word) });
  const result = (value: Rounded) => write(h, rd, format, value);
  switch (field(word, 31, 27)) {
    case 0x00:
      return result(add(a(), b(), mode(), false));
    case 0x01:
      return result(add(a(), b(), mode(), true));
    case 0x02:
      return result(multiply(a(), b(), mode()));
    case 0x03:
      return result(divide(a(), b(), mode()));
    case 0x0b:
      h.require(rs2 === 0);
      return result(squareRoot(a(), mode()));
    case 0x04:
      return result({ bits: signInjected(h, word, format, a(), b()), flags: 0 });
    case 0x05:
      h.require(funct3Of(word) < 2);
      return result(extreme(a(), b(), format, funct3Of(word) === 1));
    case 0x08: {
      // FCVT.S.D and FCVT.D.S name the other format in rs2.
      h.require(h.has('D') && rs2 === (format === SINGLE ? 1 : 0));
      const from = format === SINGLE ? DOUBLE : SINGLE;
      return result(changeFormat(read(h, rs1, from), from, roundingOf(h, word)));
    }
    case 0x14:
      return compare(h, word, format, a(), b());
    case 0x18:
      return toRegister(h, word, format);
    case 0x1a:
      return fromRegister(h, word, format);
    case 0x1c:
      return moveToRegister(h, word, format);
    case 0x1e:
      return moveFromRegister(h, word, format);
    default:
      return h.illegal();
  }
}

function signInjected(h: HartCore, word: number, format: Format, a: bigint, b: bigint): bigint {
  const sign = 1n << BigInt(format.width - 1);
  const rest = a & (sign - 1n);
  switch (funct3Of(word)) {
    case 0:
      return rest | (b & sign);
    case 1:
      return rest | (~b & sign);
    case 2:
      return a ^ (b & sign);
    default:
      return h.illegal();
  }
}

function compare(h: HartCore, word: number, format: Format, a: bigint, b: bigint): void {
  const funct3 = funct3Of(word);
  h.require(funct3 <= 2);
  const [x, y] = [decode(a, format), decode(b, format)];
  const relation = order(x, y);
  const loud = funct3 !== 2 || [x, y].some((value) => value.kind === 'nan' && value.signaling);
  if (relation === null && loud) accrue(h, FLAG.NV);
  const holds =
    relation !== null &&
    (funct3 === 2 ? relation === 0 : funct3 === 1 ? relation < 0 : relation <= 0);
  h.set(rdOf(word), holds ? 1n : 0n);
}

/** The integer type that rs2 names: W, WU, L, LU. */
function integerType(h: HartCore, which: number): { readonly n: number; readonly signed: boolean } {
  h.require(which < (h.xlen === 64 ? 4 : 2));
  return { n: which < 2 ? 32 : 64, signed: which % 2 === 0 };
}

function toRegister(h: HartCore, word: number, format: Format): void {
  const type = integerType(h, rs2Of(word));
  const rounding = roundingOf(h, word);
  const { bits, flags } = floatToInteger(read(h, rs1Of(word), format), format, type, rounding);
  accrue(h, flags);
  // A word is sign-extended, also an unsigned one.
  h.set(rdOf(word), extend(bits, type.n, h.xlen));
}

function fromRegister(h: HartCore, word: number, format: Format): void {
  const { n, signed } = integerType(h, rs2Of(word));
  const rounding = roundingOf(h, word);
  const raw = h.get(rs1Of(word));
  const value = signed ? BigInt.asIntN(n, raw) : BigInt.asUintN(n, raw);
  write(h, rdOf(word), format, integerToFloat(value, format, rounding));
}

/** FMV.X.W, FMV.X.D and FCLASS. */
function moveToRegister(h: HartCore, word: number, format: Format): void {
  h.require(rs2Of(word) === 0 && funct3Of(word) < 2);
  if (funct3Of(word) === 1)
    return h.set(rdOf(word), classify(read(h, rs1Of(word), format), format));
  h.require(format === SINGLE || h.xlen === 64);
  h.set(rdOf(word), extend(h.f[rs1Of(word)] ?? 0n, format.width, h.xlen));
}

function moveFromRegister(h: HartCore, word: number, format: Format): void {
  h.require(rs2Of(word) === 0 && funct3Of(word) === 0 && (format === SINGLE || h.xlen === 64));
  const value = BigInt.asUintN(format.width, h.get(rs1Of(word)));
  setFloat(h, rdOf(word), format === SINGLE ? box(h, value) : value);
}
