/** M and Zmmul: integer multiplication and division. */
import type { Op } from './op.ts';
import { extension, op, pure, rv64 } from './op.ts';

const ZMMUL = extension('Zmmul');
const M = extension('M');

export const MULDIV: readonly Op[] = [
  op('mul rd, rs1, rs2', '0000001 rs2 rs1 000 rd 0110011', ZMMUL, pure()),
  op('mulh rd, rs1, rs2', '0000001 rs2 rs1 001 rd 0110011', ZMMUL, pure()),
  op('mulhsu rd, rs1, rs2', '0000001 rs2 rs1 010 rd 0110011', ZMMUL, pure()),
  op('mulhu rd, rs1, rs2', '0000001 rs2 rs1 011 rd 0110011', ZMMUL, pure()),
  op('div rd, rs1, rs2', '0000001 rs2 rs1 100 rd 0110011', M, pure()),
  op('divu rd, rs1, rs2', '0000001 rs2 rs1 101 rd 0110011', M, pure()),
  op('rem rd, rs1, rs2', '0000001 rs2 rs1 110 rd 0110011', M, pure()),
  op('remu rd, rs1, rs2', '0000001 rs2 rs1 111 rd 0110011', M, pure()),
  op('mulw rd, rs1, rs2', '0000001 rs2 rs1 000 rd 0111011', rv64(ZMMUL), pure()),
  op('divw rd, rs1, rs2', '0000001 rs2 rs1 100 rd 0111011', rv64(M), pure()),
  op('divuw rd, rs1, rs2', '0000001 rs2 rs1 101 rd 0111011', rv64(M), pure()),
  op('remw rd, rs1, rs2', '0000001 rs2 rs1 110 rd 0111011', rv64(M), pure()),
  op('remuw rd, rs1, rs2', '0000001 rs2 rs1 111 rd 0111011', rv64(M), pure()),
];
