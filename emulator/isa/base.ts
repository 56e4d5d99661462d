/** RV32I and RV64I: the base integer instructions. */
import type { Op } from './op.ts';
import { control, extension, memory, op, pure, rv32, rv64, system } from './op.ts';

const I = extension('I');
const I32 = rv32(I);
const I64 = rv64(I);

export const BASE: readonly Op[] = [
  op('lui rd, upper', 'imm[31:12] rd 0110111', I, pure()),
  op('auipc rd, upper', 'imm[31:12] rd 0010111', I, pure()),
  op('jal rd, offset', 'imm[20|10:1|11|19:12] rd 1101111', I, control('jal')),
  op('jalr rd, imm(rs1)', 'imm[11:0] rs1 000 rd 1100111', I, control('jalr')),
  op('beq rs1, rs2, offset', 'imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011', I, control('eq')),
  op('bne rs1, rs2, offset', 'imm[12|10:5] rs2 rs1 001 imm[4:1|11] 1100011', I, control('ne')),
  op('blt rs1, rs2, offset', 'imm[12|10:5] rs2 rs1 100 imm[4:1|11] 1100011', I, control('lt')),
  op('bge rs1, rs2, offset', 'imm[12|10:5] rs2 rs1 101 imm[4:1|11] 1100011', I, control('ge')),
  op('bltu rs1, rs2, offset', 'imm[12|10:5] rs2 rs1 110 imm[4:1|11] 1100011', I, control('ltu')),
  op('bgeu rs1, rs2, offset', 'imm[12|10:5] rs2 rs1 111 imm[4:1|11] 1100011', I, control('geu')),

  op('lb rd, imm(rs1)', 'imm[11:0] rs1 000 rd 0000011', I, memory('load', 1, 'signed')),
  op('lh rd, imm(rs1)', 'imm[11:0] rs1 001 rd 0000011', I, memory('load', 2, 'signed')),
  op('lw rd, imm(rs1)', 'imm[11:0] rs1 010 rd 0000011', I, memory('load', 4, 'signed')),
  op('ld rd, imm(rs1)', 'imm[11:0] rs1 011 rd 0000011', I64, memory('load', 8, 'signed')),
  op('lbu rd, imm(rs1)', 'imm[11:0] rs1 100 rd 0000011', I, memory('load', 1, 'unsigned')),
  op('lhu rd, imm(rs1)', 'imm[11:0] rs1 101 rd 0000011', I, memory('load', 2, 'unsigned')),
  op('lwu rd, imm(rs1)', 'imm[11:0] rs1 110 rd 0000011', I64, memory('load', 4, 'unsigned')),
  op('sb rs2, imm(rs1)', 'imm[11:5] rs2 rs1 000 imm[4:0] 0100011', I, memory('store', 1)),
  op('sh rs2, imm(rs1)', 'imm[11:5] rs2 rs1 001 imm[4:0] 0100011', I, memory('store', 2)),
  op('sw rs2, imm(rs1)', 'imm[11:5] rs2 rs1 010 imm[4:0] 0100011', I, memory('store', 4)),
  op('sd rs2, imm(rs1)', 'imm[11:5] rs2 rs1 011 imm[4:0] 0100011', I64, memory('store', 8)),

  op('addi rd, rs1, imm', 'imm[11:0] rs1 000 rd 0010011', I, pure()),
  op('slti rd, rs1, imm', 'imm[11:0] rs1 010 rd 0010011', I, pure()),
  op('sltiu rd, rs1, imm', 'imm[11:0] rs1 011 rd 0010011', I, pure()),
  op('xori rd, rs1, imm', 'imm[11:0] rs1 100 rd 0010011', I, pure()),
  op('ori rd, rs1, imm', 'imm[11:0] rs1 110 rd 0010011', I, pure()),
  op('andi rd, rs1, imm', 'imm[11:0] rs1 111 rd 0010011', I, pure()),
  op('slli rd, rs1, shamt', '0000000 shamt[4:0] rs1 001 rd 0010011', I32, pure()),
  op('srli rd, rs1, shamt', '0000000 shamt[4:0] rs1 101 rd 0010011', I32, pure()),
  op('srai rd, rs1, shamt', '0100000 shamt[4:0] rs1 101 rd 0010011', I32, pure()),
  op('slli rd, rs1, shamt', '000000 shamt[5:0] rs1 001 rd 0010011', I64, pure()),
  op('srli rd, rs1, shamt', '000000 shamt[5:0] rs1 101 rd 0010011', I64, pure()),
  op('srai rd, rs1, shamt', '010000 shamt[5:0] rs1 101 rd 0010011', I64, pure()),

  op('add rd, rs1, rs2', '0000000 rs2 rs1 000 rd 0110011', I, pure()),
  op('sub rd, rs1, rs2', '0100000 rs2 rs1 000 rd 0110011', I, pure()),
  op('sll rd, rs1, rs2', '0000000 rs2 rs1 001 rd 0110011', I, pure()),
  op('slt rd, rs1, rs2', '0000000 rs2 rs1 010 rd 0110011', I, pure()),
  op('sltu rd, rs1, rs2', '0000000 rs2 rs1 011 rd 0110011', I, pure()),
  op('xor rd, rs1, rs2', '0000000 rs2 rs1 100 rd 0110011', I, pure()),
  op('srl rd, rs1, rs2', '0000000 rs2 rs1 101 rd 0110011', I, pure()),
  op('sra rd, rs1, rs2', '0100000 rs2 rs1 101 rd 0110011', I, pure()),
  op('or rd, rs1, rs2', '0000000 rs2 rs1 110 rd 0110011', I, pure()),
  op('and rd, rs1, rs2', '0000000 rs2 rs1 111 rd 0110011', I, pure()),

  op('addiw rd, rs1, imm', 'imm[11:0] rs1 000 rd 0011011', I64, pure()),
  op('slliw rd, rs1, shamt', '0000000 shamt[4:0] rs1 001 rd 0011011', I64, pure()),
  op('srliw rd, rs1, shamt', '0000000 shamt[4:0] rs1 101 rd 0011011', I64, pure()),
  op('sraiw rd, rs1, shamt', '0100000 shamt[4:0] rs1 101 rd 0011011', I64, pure()),
  op('addw rd, rs1, rs2', '0000000 rs2 rs1 000 rd 0111011', I64, pure()),
  op('subw rd, rs1, rs2', '0100000 rs2 rs1 000 rd 0111011', I64, pure()),
  op('sllw rd, rs1, rs2', '0000000 rs2 rs1 001 rd 0111011', I64, pure()),
  op('srlw rd, rs1, rs2', '0000000 rs2 rs1 101 rd 0111011', I64, pure()),
  op('sraw rd, rs1, rs2', '0100000 rs2 rs1 101 rd 0111011', I64, pure()),

  // Reserved fm values, rd and rs1 of FENCE are ignored: an ordinary fence.
  op('fence pred, succ', '**** pred succ ***** 000 ***** 0001111', I, system('fence')),
  op('fence.tso', '1000 0011 0011 ***** 000 ***** 0001111', I, system('fence'), 'fence'),
  op(
    'pause',
    '0000 0001 0000 00000 000 00000 0001111',
    extension('Zihintpause'),
    system('pause'),
    'fence',
  ),
];
