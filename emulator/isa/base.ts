/** RV32I and RV64I: the base integer instructions. */
import type { Binary, Op } from './op.ts';
import { branch, control, extension, immediate, memory, op, pure } from './op.ts';
import { registers, rv32, rv64, system, word } from './op.ts';

const I = extension('I');
const I32 = rv32(I);
const I64 = rv64(I);

const add: Binary = (e, a, b) => e.add(a, b);
const sub: Binary = (e, a, b) => e.sub(a, b);
const slt: Binary = (e, a, b) => e.value(e.lt(a, b));
const sltu: Binary = (e, a, b) => e.value(e.ltu(a, b));
const xor: Binary = (e, a, b) => e.xor(a, b);
const or: Binary = (e, a, b) => e.or(a, b);
const and: Binary = (e, a, b) => e.and(a, b);
const sll: Binary = (e, a, b) => e.shl(a, b);
const srl: Binary = (e, a, b) => e.shr(a, b);
const sra: Binary = (e, a, b) => e.sar(a, b);

export const baseOps = (): readonly Op[] => [
  op(
    'lui rd, upper',
    'imm[31:12] rd 0110111',
    I,
    pure((e) => e.imm),
  ),
  op(
    'auipc rd, upper',
    'imm[31:12] rd 0010111',
    I,
    pure((e) => e.add(e.pc, e.imm)),
  ),
  op('jal rd, offset', 'imm[20|10:1|11|19:12] rd 1101111', I, control('call')),
  op('jalr rd, imm(rs1)', 'imm[11:0] rs1 000 rd 1100111', I, control('return')),
  op(
    'beq rs1, rs2, offset',
    'imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011',
    I,
    branch((e) => e.eq(e.rs1, e.rs2)),
  ),
  op(
    'bne rs1, rs2, offset',
    'imm[12|10:5] rs2 rs1 001 imm[4:1|11] 1100011',
    I,
    branch((e) => e.ne(e.rs1, e.rs2)),
  ),
  op(
    'blt rs1, rs2, offset',
    'imm[12|10:5] rs2 rs1 100 imm[4:1|11] 1100011',
    I,
    branch((e) => e.lt(e.rs1, e.rs2)),
  ),
  op(
    'bge rs1, rs2, offset',
    'imm[12|10:5] rs2 rs1 101 imm[4:1|11] 1100011',
    I,
    branch((e) => e.ge(e.rs1, e.rs2)),
  ),
  op(
    'bltu rs1, rs2, offset',
    'imm[12|10:5] rs2 rs1 110 imm[4:1|11] 1100011',
    I,
    branch((e) => e.ltu(e.rs1, e.rs2)),
  ),
  op(
    'bgeu rs1, rs2, offset',
    'imm[12|10:5] rs2 rs1 111 imm[4:1|11] 1100011',
    I,
    branch((e) => e.geu(e.rs1, e.rs2)),
  ),

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

  op('addi rd, rs1, imm', 'imm[11:0] rs1 000 rd 0010011', I, immediate(add)),
  op('slti rd, rs1, imm', 'imm[11:0] rs1 010 rd 0010011', I, immediate(slt)),
  op('sltiu rd, rs1, imm', 'imm[11:0] rs1 011 rd 0010011', I, immediate(sltu)),
  op('xori rd, rs1, imm', 'imm[11:0] rs1 100 rd 0010011', I, immediate(xor)),
  op('ori rd, rs1, imm', 'imm[11:0] rs1 110 rd 0010011', I, immediate(or)),
  op('andi rd, rs1, imm', 'imm[11:0] rs1 111 rd 0010011', I, immediate(and)),
  op('slli rd, rs1, shamt', '0000000 shamt[4:0] rs1 001 rd 0010011', I32, immediate(sll)),
  op('srli rd, rs1, shamt', '0000000 shamt[4:0] rs1 101 rd 0010011', I32, immediate(srl)),
  op('srai rd, rs1, shamt', '0100000 shamt[4:0] rs1 101 rd 0010011', I32, immediate(sra)),
  op('slli rd, rs1, shamt', '000000 shamt[5:0] rs1 001 rd 0010011', I64, immediate(sll)),
  op('srli rd, rs1, shamt', '000000 shamt[5:0] rs1 101 rd 0010011', I64, immediate(srl)),
  op('srai rd, rs1, shamt', '010000 shamt[5:0] rs1 101 rd 0010011', I64, immediate(sra)),

  op('add rd, rs1, rs2', '0000000 rs2 rs1 000 rd 0110011', I, registers(add)),
  op('sub rd, rs1, rs2', '0100000 rs2 rs1 000 rd 0110011', I, registers(sub)),
  op('sll rd, rs1, rs2', '0000000 rs2 rs1 001 rd 0110011', I, registers(sll)),
  op('slt rd, rs1, rs2', '0000000 rs2 rs1 010 rd 0110011', I, registers(slt)),
  op('sltu rd, rs1, rs2', '0000000 rs2 rs1 011 rd 0110011', I, registers(sltu)),
  op('xor rd, rs1, rs2', '0000000 rs2 rs1 100 rd 0110011', I, registers(xor)),
  op('srl rd, rs1, rs2', '0000000 rs2 rs1 101 rd 0110011', I, registers(srl)),
  op('sra rd, rs1, rs2', '0100000 rs2 rs1 101 rd 0110011', I, registers(sra)),
  op('or rd, rs1, rs2', '0000000 rs2 rs1 110 rd 0110011', I, registers(or)),
  op('and rd, rs1, rs2', '0000000 rs2 rs1 111 rd 0110011', I, registers(and)),

  op('addiw rd, rs1, imm', 'imm[11:0] rs1 000 rd 0011011', I64, word(immediate(add))),
  op('slliw rd, rs1, shamt', '0000000 shamt[4:0] rs1 001 rd 0011011', I64, word(immediate(sll))),
  op('srliw rd, rs1, shamt', '0000000 shamt[4:0] rs1 101 rd 0011011', I64, word(immediate(srl))),
  op('sraiw rd, rs1, shamt', '0100000 shamt[4:0] rs1 101 rd 0011011', I64, word(immediate(sra))),
  op('addw rd, rs1, rs2', '0000000 rs2 rs1 000 rd 0111011', I64, word(registers(add))),
  op('subw rd, rs1, rs2', '0100000 rs2 rs1 000 rd 0111011', I64, word(registers(sub))),
  op('sllw rd, rs1, rs2', '0000000 rs2 rs1 001 rd 0111011', I64, word(registers(sll))),
  op('srlw rd, rs1, rs2', '0000000 rs2 rs1 101 rd 0111011', I64, word(registers(srl))),
  op('sraw rd, rs1, rs2', '0100000 rs2 rs1 101 rd 0111011', I64, word(registers(sra))),

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
