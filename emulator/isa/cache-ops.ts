/** Cache blocks (Zicbom, Zicboz, Zicbop), FENCE.I, waiting (Zawrs) and conditional zeroing (Zicond). */
import type { Binary, Op } from './op.ts';
import { extension, op, registers, system } from './op.ts';

const CBOM = extension('Zicbom');
const CBOP = extension('Zicbop');

const zeroIfZero: Binary = (e, a, b) => e.select(e.isZero(b), b, a);
const zeroUnlessZero: Binary = (e, a, b) => e.select(e.isZero(b), a, e.constant(0));

export const cacheOps = (): readonly Op[] => [
  op('cbo.inval (rs1)', '0000000 00000 rs1 010 00000 0001111', CBOM, system('cbo', 'inval')),
  op('cbo.clean (rs1)', '0000000 00001 rs1 010 00000 0001111', CBOM, system('cbo', 'clean')),
  op('cbo.flush (rs1)', '0000000 00010 rs1 010 00000 0001111', CBOM, system('cbo', 'flush')),
  op(
    'cbo.zero (rs1)',
    '0000000 00100 rs1 010 00000 0001111',
    extension('Zicboz'),
    system('cbo', 'zero'),
  ),
  // Prefetches are hints: encodings of ORI with rd = x0.
  op(
    'prefetch.i imm(rs1)',
    'imm[11:5] 00000 rs1 110 00000 0010011',
    CBOP,
    system('prefetch', 'fetch'),
    'ori',
  ),
  op(
    'prefetch.r imm(rs1)',
    'imm[11:5] 00001 rs1 110 00000 0010011',
    CBOP,
    system('prefetch', 'load'),
    'ori',
  ),
  op(
    'prefetch.w imm(rs1)',
    'imm[11:5] 00011 rs1 110 00000 0010011',
    CBOP,
    system('prefetch', 'store'),
    'ori',
  ),
  // imm, rs1 and rd of FENCE.I are reserved for finer fences and ignored.
  op(
    'fence.i',
    '************ ***** 001 ***** 0001111',
    extension('Zifencei'),
    system('fence', 'fence_i'),
  ),
  op('wrs.nto', '0000000 01101 00000 000 00000 1110011', extension('Zawrs'), system('wrs', 'nto')),
  op('wrs.sto', '0000000 11101 00000 000 00000 1110011', extension('Zawrs'), system('wrs', 'sto')),
  op(
    'czero.eqz rd, rs1, rs2',
    '0000111 rs2 rs1 101 rd 0110011',
    extension('Zicond'),
    registers(zeroIfZero),
  ),
  op(
    'czero.nez rd, rs1, rs2',
    '0000111 rs2 rs1 111 rd 0110011',
    extension('Zicond'),
    registers(zeroUnlessZero),
  ),
];
