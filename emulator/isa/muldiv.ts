/** M and Zmmul: integer multiplication and division. */
import type { Emitter, Word } from '../engine/emitter.ts';
import type { Binary, Op } from './op.ts';
import { extension, op, registers, rv64, word } from './op.ts';

const ZMMUL = extension('Zmmul');
const M = extension('M');

const mul: Binary = (e, a, b) => e.mul(a, b);

/** The high XLEN bits of the unsigned product, from products of halves. */
function highUnsigned(e: Emitter, a: Word, b: Word): Word {
  const half = e.constant(e.xlen / 2);
  const low = (x: Word): Word => e.and(x, e.xlen === 32 ? e.constant(0xffff) : e.constant(-1, 0));
  const high = (x: Word): Word => e.shr(x, half);
  const carried = e.shr(e.mul(low(a), low(b)), half);
  return e.let(e.add(e.mul(high(a), low(b)), carried), (one) =>
    e.let(e.add(e.mul(low(a), high(b)), low(one)), (two) =>
      e.add(e.add(e.mul(high(a), high(b)), high(one)), high(two)),
    ),
  );
}

/** A negative factor counts 2^XLEN too much of the other. */
function high(aSigned: boolean, bSigned: boolean): Binary {
  return (e, first, second) =>
    e.let(first, (a) =>
      e.let(second, (b) => {
        const excess = (x: Word, other: Word): Word =>
          e.and(e.sar(x, e.constant(e.xlen - 1)), other);
        let result = highUnsigned(e, a, b);
        if (aSigned) result = e.sub(result, excess(a, b));
        if (bSigned) result = e.sub(result, excess(b, a));
        return result;
      }),
    );
}

// By zero: quotient all ones, remainder the dividend. Overflow (by -1): quotient the dividend, remainder 0.
const div: Binary = (e, a, b) => {
  const negated = e.sub(e.constant(0), a);
  const proper = e.either(e.eq(b, e.constant(-1)), negated, e.div(a, b));
  return e.either(e.isZero(b), e.constant(-1), proper);
};
const divu: Binary = (e, a, b) => e.either(e.isZero(b), e.constant(-1), e.divu(a, b));
const rem: Binary = (e, a, b) => e.either(e.isZero(b), a, e.rem(a, b));
const remu: Binary = (e, a, b) => e.either(e.isZero(b), a, e.remu(a, b));

export const muldivOps = (): readonly Op[] => [
  op('mul rd, rs1, rs2', '0000001 rs2 rs1 000 rd 0110011', ZMMUL, registers(mul)),
  op('mulh rd, rs1, rs2', '0000001 rs2 rs1 001 rd 0110011', ZMMUL, registers(high(true, true))),
  op('mulhsu rd, rs1, rs2', '0000001 rs2 rs1 010 rd 0110011', ZMMUL, registers(high(true, false))),
  op('mulhu rd, rs1, rs2', '0000001 rs2 rs1 011 rd 0110011', ZMMUL, registers(high(false, false))),
  op('div rd, rs1, rs2', '0000001 rs2 rs1 100 rd 0110011', M, registers(div)),
  op('divu rd, rs1, rs2', '0000001 rs2 rs1 101 rd 0110011', M, registers(divu)),
  op('rem rd, rs1, rs2', '0000001 rs2 rs1 110 rd 0110011', M, registers(rem)),
  op('remu rd, rs1, rs2', '0000001 rs2 rs1 111 rd 0110011', M, registers(remu)),
  op('mulw rd, rs1, rs2', '0000001 rs2 rs1 000 rd 0111011', rv64(ZMMUL), word(registers(mul))),
  op('divw rd, rs1, rs2', '0000001 rs2 rs1 100 rd 0111011', rv64(M), word(registers(div))),
  op('divuw rd, rs1, rs2', '0000001 rs2 rs1 101 rd 0111011', rv64(M), word(registers(divu))),
  op('remw rd, rs1, rs2', '0000001 rs2 rs1 110 rd 0111011', rv64(M), word(registers(rem))),
  op('remuw rd, rs1, rs2', '0000001 rs2 rs1 111 rd 0111011', rv64(M), word(registers(remu))),
];
