/** Zba, Zbb and Zbs: bit manipulation. */
import type { Op } from './op.ts';
import { extension, op, pure, rv32, rv64 } from './op.ts';

const A = extension('Zba');
const B = extension('Zbb');
const S = extension('Zbs');

export const BITMANIP: readonly Op[] = [
  op('add.uw rd, rs1, rs2', '0000100 rs2 rs1 000 rd 0111011', rv64(A), pure()),
  op('sh1add rd, rs1, rs2', '0010000 rs2 rs1 010 rd 0110011', A, pure()),
  op('sh2add rd, rs1, rs2', '0010000 rs2 rs1 100 rd 0110011', A, pure()),
  op('sh3add rd, rs1, rs2', '0010000 rs2 rs1 110 rd 0110011', A, pure()),
  op('sh1add.uw rd, rs1, rs2', '0010000 rs2 rs1 010 rd 0111011', rv64(A), pure()),
  op('sh2add.uw rd, rs1, rs2', '0010000 rs2 rs1 100 rd 0111011', rv64(A), pure()),
  op('sh3add.uw rd, rs1, rs2', '0010000 rs2 rs1 110 rd 0111011', rv64(A), pure()),
  op('slli.uw rd, rs1, shamt', '000010 shamt[5:0] rs1 001 rd 0011011', rv64(A), pure()),

  op('andn rd, rs1, rs2', '0100000 rs2 rs1 111 rd 0110011', B, pure()),
  op('orn rd, rs1, rs2', '0100000 rs2 rs1 110 rd 0110011', B, pure()),
  op('xnor rd, rs1, rs2', '0100000 rs2 rs1 100 rd 0110011', B, pure()),
  op('clz rd, rs1', '0110000 00000 rs1 001 rd 0010011', B, pure()),
  op('ctz rd, rs1', '0110000 00001 rs1 001 rd 0010011', B, pure()),
  op('cpop rd, rs1', '0110000 00010 rs1 001 rd 0010011', B, pure()),
  op('clzw rd, rs1', '0110000 00000 rs1 001 rd 0011011', rv64(B), pure()),
  op('ctzw rd, rs1', '0110000 00001 rs1 001 rd 0011011', rv64(B), pure()),
  op('cpopw rd, rs1', '0110000 00010 rs1 001 rd 0011011', rv64(B), pure()),
  op('min rd, rs1, rs2', '0000101 rs2 rs1 100 rd 0110011', B, pure()),
  op('minu rd, rs1, rs2', '0000101 rs2 rs1 101 rd 0110011', B, pure()),
  op('max rd, rs1, rs2', '0000101 rs2 rs1 110 rd 0110011', B, pure()),
  op('maxu rd, rs1, rs2', '0000101 rs2 rs1 111 rd 0110011', B, pure()),
  op('sext.b rd, rs1', '0110000 00100 rs1 001 rd 0010011', B, pure()),
  op('sext.h rd, rs1', '0110000 00101 rs1 001 rd 0010011', B, pure()),
  op('zext.h rd, rs1', '0000100 00000 rs1 100 rd 0110011', rv32(B), pure()),
  op('zext.h rd, rs1', '0000100 00000 rs1 100 rd 0111011', rv64(B), pure()),
  op('rol rd, rs1, rs2', '0110000 rs2 rs1 001 rd 0110011', B, pure()),
  op('ror rd, rs1, rs2', '0110000 rs2 rs1 101 rd 0110011', B, pure()),
  op('rori rd, rs1, shamt', '0110000 shamt[4:0] rs1 101 rd 0010011', rv32(B), pure()),
  op('rori rd, rs1, shamt', '011000 shamt[5:0] rs1 101 rd 0010011', rv64(B), pure()),
  op('rolw rd, rs1, rs2', '0110000 rs2 rs1 001 rd 0111011', rv64(B), pure()),
  op('rorw rd, rs1, rs2', '0110000 rs2 rs1 101 rd 0111011', rv64(B), pure()),
  op('roriw rd, rs1, shamt', '0110000 shamt[4:0] rs1 101 rd 0011011', rv64(B), pure()),
  op('orc.b rd, rs1', '0010100 00111 rs1 101 rd 0010011', B, pure()),
  op('rev8 rd, rs1', '0110100 11000 rs1 101 rd 0010011', rv32(B), pure()),
  op('rev8 rd, rs1', '0110101 11000 rs1 101 rd 0010011', rv64(B), pure()),

  op('bclr rd, rs1, rs2', '0100100 rs2 rs1 001 rd 0110011', S, pure()),
  op('bext rd, rs1, rs2', '0100100 rs2 rs1 101 rd 0110011', S, pure()),
  op('binv rd, rs1, rs2', '0110100 rs2 rs1 001 rd 0110011', S, pure()),
  op('bset rd, rs1, rs2', '0010100 rs2 rs1 001 rd 0110011', S, pure()),
  op('bclri rd, rs1, shamt', '0100100 shamt[4:0] rs1 001 rd 0010011', rv32(S), pure()),
  op('bexti rd, rs1, shamt', '0100100 shamt[4:0] rs1 101 rd 0010011', rv32(S), pure()),
  op('binvi rd, rs1, shamt', '0110100 shamt[4:0] rs1 001 rd 0010011', rv32(S), pure()),
  op('bseti rd, rs1, shamt', '0010100 shamt[4:0] rs1 001 rd 0010011', rv32(S), pure()),
  op('bclri rd, rs1, shamt', '010010 shamt[5:0] rs1 001 rd 0010011', rv64(S), pure()),
  op('bexti rd, rs1, shamt', '010010 shamt[5:0] rs1 101 rd 0010011', rv64(S), pure()),
  op('binvi rd, rs1, shamt', '011010 shamt[5:0] rs1 001 rd 0010011', rv64(S), pure()),
  op('bseti rd, rs1, shamt', '001010 shamt[5:0] rs1 001 rd 0010011', rv64(S), pure()),
];
