/** Zba, Zbb and Zbs: bit manipulation. */
import type { Emitter, Word } from '../engine/emitter.ts';
import type { Binary, Op } from './op.ts';
import { extension, immediate, op, registers, rv32, rv64, unary, word } from './op.ts';

const A = extension('Zba');
const B = extension('Zbb');
const S = extension('Zbs');

/** rs2 plus rs1 times 2^n; `uw`: plus the low word of rs1, zero-extended. */
const shadd =
  (n: number): Binary =>
  (e, a, b) =>
    e.add(e.shl(a, e.constant(n)), b);
const uw =
  (f: Binary): Binary =>
  (e, a, b) =>
    f(e, e.unsignedWord(a), b);
const shl: Binary = (e, a, b) => e.shl(a, b);
const rol: Binary = (e, a, b) => e.rotl(a, b);
const ror: Binary = (e, a, b) => e.rotr(a, b);

const not = (e: Emitter, a: Word): Word => e.xor(a, e.constant(-1));
const andn: Binary = (e, a, b) => e.and(a, not(e, b));
const orn: Binary = (e, a, b) => e.or(a, not(e, b));
const xnor: Binary = (e, a, b) => not(e, e.xor(a, b));
const clz = (e: Emitter, a: Word): Word => e.clz(a);
const ctz = (e: Emitter, a: Word): Word => e.ctz(a);
const cpop = (e: Emitter, a: Word): Word => e.popcnt(a);
const min: Binary = (e, a, b) => e.select(e.lt(a, b), a, b);
const minu: Binary = (e, a, b) => e.select(e.ltu(a, b), a, b);
const max: Binary = (e, a, b) => e.select(e.lt(a, b), b, a);
const maxu: Binary = (e, a, b) => e.select(e.ltu(a, b), b, a);
const zextHalf = (e: Emitter, a: Word): Word => e.and(a, e.constant(0xffff));

/** Bytes that are not zero become all ones. */
function orcb(e: Emitter, value: Word): Word {
  const low = e.constant(0x7f7f7f7f, 0x7f7f7f7f);
  const ones = e.constant(0x01010101, 0x01010101);
  return e.let(value, (a) => {
    // Bit 7 of each byte: of the byte itself, or carried into by any lower one.
    const any = e.or(a, e.add(e.and(a, low), low));
    return e.mul(e.and(e.shr(any, e.constant(7)), ones), e.constant(0xff));
  });
}

/** Bytes in the opposite order: neighbours change places, then pairs, at last the halves. */
function rev8(e: Emitter, value: Word): Word {
  const exchange = (a: Word, by: number, mask: Word): Word =>
    e.let(a, (x) =>
      e.or(e.shl(e.and(x, mask), e.constant(by)), e.and(e.shr(x, e.constant(by)), mask)),
    );
  let result = exchange(value, 8, e.constant(0x00ff00ff, 0x00ff00ff));
  if (e.xlen === 64) result = exchange(result, 16, e.constant(0x0000ffff, 0x0000ffff));
  return e.rotl(result, e.constant(e.xlen / 2));
}

const bit = (e: Emitter, index: Word): Word => e.shl(e.constant(1), index);
const bclr: Binary = (e, a, b) => andn(e, a, bit(e, b));
const bext: Binary = (e, a, b) => e.and(e.shr(a, b), e.constant(1));
const binv: Binary = (e, a, b) => e.xor(a, bit(e, b));
const bset: Binary = (e, a, b) => e.or(a, bit(e, b));

export const bitmanipOps = (): readonly Op[] => [
  op('add.uw rd, rs1, rs2', '0000100 rs2 rs1 000 rd 0111011', rv64(A), registers(uw(shadd(0)))),
  op('sh1add rd, rs1, rs2', '0010000 rs2 rs1 010 rd 0110011', A, registers(shadd(1))),
  op('sh2add rd, rs1, rs2', '0010000 rs2 rs1 100 rd 0110011', A, registers(shadd(2))),
  op('sh3add rd, rs1, rs2', '0010000 rs2 rs1 110 rd 0110011', A, registers(shadd(3))),
  op('sh1add.uw rd, rs1, rs2', '0010000 rs2 rs1 010 rd 0111011', rv64(A), registers(uw(shadd(1)))),
  op('sh2add.uw rd, rs1, rs2', '0010000 rs2 rs1 100 rd 0111011', rv64(A), registers(uw(shadd(2)))),
  op('sh3add.uw rd, rs1, rs2', '0010000 rs2 rs1 110 rd 0111011', rv64(A), registers(uw(shadd(3)))),
  op('slli.uw rd, rs1, shamt', '000010 shamt[5:0] rs1 001 rd 0011011', rv64(A), immediate(uw(shl))),

  op('andn rd, rs1, rs2', '0100000 rs2 rs1 111 rd 0110011', B, registers(andn)),
  op('orn rd, rs1, rs2', '0100000 rs2 rs1 110 rd 0110011', B, registers(orn)),
  op('xnor rd, rs1, rs2', '0100000 rs2 rs1 100 rd 0110011', B, registers(xnor)),
  op('clz rd, rs1', '0110000 00000 rs1 001 rd 0010011', B, unary(clz)),
  op('ctz rd, rs1', '0110000 00001 rs1 001 rd 0010011', B, unary(ctz)),
  op('cpop rd, rs1', '0110000 00010 rs1 001 rd 0010011', B, unary(cpop)),
  op('clzw rd, rs1', '0110000 00000 rs1 001 rd 0011011', rv64(B), word(unary(clz))),
  op('ctzw rd, rs1', '0110000 00001 rs1 001 rd 0011011', rv64(B), word(unary(ctz))),
  op('cpopw rd, rs1', '0110000 00010 rs1 001 rd 0011011', rv64(B), word(unary(cpop))),
  op('min rd, rs1, rs2', '0000101 rs2 rs1 100 rd 0110011', B, registers(min)),
  op('minu rd, rs1, rs2', '0000101 rs2 rs1 101 rd 0110011', B, registers(minu)),
  op('max rd, rs1, rs2', '0000101 rs2 rs1 110 rd 0110011', B, registers(max)),
  op('maxu rd, rs1, rs2', '0000101 rs2 rs1 111 rd 0110011', B, registers(maxu)),
  op(
    'sext.b rd, rs1',
    '0110000 00100 rs1 001 rd 0010011',
    B,
    unary((e, a) => e.extend8(a)),
  ),
  op(
    'sext.h rd, rs1',
    '0110000 00101 rs1 001 rd 0010011',
    B,
    unary((e, a) => e.extend16(a)),
  ),
  op('zext.h rd, rs1', '0000100 00000 rs1 100 rd 0110011', rv32(B), unary(zextHalf)),
  op('zext.h rd, rs1', '0000100 00000 rs1 100 rd 0111011', rv64(B), unary(zextHalf)),
  op('rol rd, rs1, rs2', '0110000 rs2 rs1 001 rd 0110011', B, registers(rol)),
  op('ror rd, rs1, rs2', '0110000 rs2 rs1 101 rd 0110011', B, registers(ror)),
  op('rori rd, rs1, shamt', '0110000 shamt[4:0] rs1 101 rd 0010011', rv32(B), immediate(ror)),
  op('rori rd, rs1, shamt', '011000 shamt[5:0] rs1 101 rd 0010011', rv64(B), immediate(ror)),
  op('rolw rd, rs1, rs2', '0110000 rs2 rs1 001 rd 0111011', rv64(B), word(registers(rol))),
  op('rorw rd, rs1, rs2', '0110000 rs2 rs1 101 rd 0111011', rv64(B), word(registers(ror))),
  op(
    'roriw rd, rs1, shamt',
    '0110000 shamt[4:0] rs1 101 rd 0011011',
    rv64(B),
    word(immediate(ror)),
  ),
  op('orc.b rd, rs1', '0010100 00111 rs1 101 rd 0010011', B, unary(orcb)),
  op('rev8 rd, rs1', '0110100 11000 rs1 101 rd 0010011', rv32(B), unary(rev8)),
  op('rev8 rd, rs1', '0110101 11000 rs1 101 rd 0010011', rv64(B), unary(rev8)),

  op('bclr rd, rs1, rs2', '0100100 rs2 rs1 001 rd 0110011', S, registers(bclr)),
  op('bext rd, rs1, rs2', '0100100 rs2 rs1 101 rd 0110011', S, registers(bext)),
  op('binv rd, rs1, rs2', '0110100 rs2 rs1 001 rd 0110011', S, registers(binv)),
  op('bset rd, rs1, rs2', '0010100 rs2 rs1 001 rd 0110011', S, registers(bset)),
  op('bclri rd, rs1, shamt', '0100100 shamt[4:0] rs1 001 rd 0010011', rv32(S), immediate(bclr)),
  op('bexti rd, rs1, shamt', '0100100 shamt[4:0] rs1 101 rd 0010011', rv32(S), immediate(bext)),
  op('binvi rd, rs1, shamt', '0110100 shamt[4:0] rs1 001 rd 0010011', rv32(S), immediate(binv)),
  op('bseti rd, rs1, shamt', '0010100 shamt[4:0] rs1 001 rd 0010011', rv32(S), immediate(bset)),
  op('bclri rd, rs1, shamt', '010010 shamt[5:0] rs1 001 rd 0010011', rv64(S), immediate(bclr)),
  op('bexti rd, rs1, shamt', '010010 shamt[5:0] rs1 101 rd 0010011', rv64(S), immediate(bext)),
  op('binvi rd, rs1, shamt', '011010 shamt[5:0] rs1 001 rd 0010011', rv64(S), immediate(binv)),
  op('bseti rd, rs1, shamt', '001010 shamt[5:0] rs1 001 rd 0010011', rv64(S), immediate(bset)),
];
