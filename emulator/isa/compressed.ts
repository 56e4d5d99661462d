/** C (Zca, Zcf, Zcd): 16-bit forms of other instructions. HINT code points decode to what they expand to. */
import type { Op } from './op.ts';
import { as, extension, op, rv32, rv64 } from './op.ts';

const CA = extension('Zca');
const CF = rv32(extension('Zcf'));
const CD = extension('Zcd');
const CA32 = rv32(CA);
const CA64 = rv64(CA);
const JUMP = 'imm[11|4|9:8|10|6|7|3:1|5]';

export const compressedOps = (): readonly Op[] => [
  // Quadrant 0. The all-zero parcel is c.addi4spn with a zero immediate: illegal.
  op(
    "c.addi4spn rd', sp, nzuimm",
    "000 nzuimm[5:4|9:6|2|3] rd' 00",
    CA,
    as("addi rd', sp, nzuimm"),
  ),
  op("c.fld fd', uimm(rs1')", "001 uimm[5:3] rs1' uimm[7:6] fd' 00", CD, as("fld fd', uimm(rs1')")),
  op("c.lw rd', uimm(rs1')", "010 uimm[5:3] rs1' uimm[2|6] rd' 00", CA, as("lw rd', uimm(rs1')")),
  op("c.flw fd', uimm(rs1')", "011 uimm[5:3] rs1' uimm[2|6] fd' 00", CF, as("flw fd', uimm(rs1')")),
  op("c.ld rd', uimm(rs1')", "011 uimm[5:3] rs1' uimm[7:6] rd' 00", CA64, as("ld rd', uimm(rs1')")),
  op(
    "c.fsd fs2', uimm(rs1')",
    "101 uimm[5:3] rs1' uimm[7:6] fs2' 00",
    CD,
    as("fsd fs2', uimm(rs1')"),
  ),
  op(
    "c.sw rs2', uimm(rs1')",
    "110 uimm[5:3] rs1' uimm[2|6] rs2' 00",
    CA,
    as("sw rs2', uimm(rs1')"),
  ),
  op(
    "c.fsw fs2', uimm(rs1')",
    "111 uimm[5:3] rs1' uimm[2|6] fs2' 00",
    CF,
    as("fsw fs2', uimm(rs1')"),
  ),
  op(
    "c.sd rs2', uimm(rs1')",
    "111 uimm[5:3] rs1' uimm[7:6] rs2' 00",
    CA64,
    as("sd rs2', uimm(rs1')"),
  ),

  // Quadrant 1.
  op('c.nop', '000 0 00000 00000 01', CA, as('addi zero, zero, 0'), 'c.addi'),
  op('c.addi rd, imm', '000 imm[5] rd imm[4:0] 01', CA, as('addi rd, rd, imm')),
  op('c.jal offset', `001 ${JUMP} 01`, CA32, as('jal ra, offset')),
  op('c.addiw rd, imm', '001 imm[5] rd!=0 imm[4:0] 01', CA64, as('addiw rd, rd, imm')),
  op('c.li rd, imm', '010 imm[5] rd imm[4:0] 01', CA, as('addi rd, zero, imm')),
  op(
    'c.addi16sp sp, nzimm',
    '011 nzimm[9] 00010 nzimm[4|6|8:7|5] 01',
    CA,
    as('addi sp, sp, nzimm'),
  ),
  op('c.lui rd, upper', '011 nzimm[17] rd!=2 nzimm[16:12] 01', CA, as('lui rd, upper')),
  op("c.srli rd', shamt", "100 0 00 rd' shamt[4:0] 01", CA32, as("srli rd', rd', shamt")),
  op("c.srai rd', shamt", "100 0 01 rd' shamt[4:0] 01", CA32, as("srai rd', rd', shamt")),
  op("c.srli rd', shamt", "100 shamt[5] 00 rd' shamt[4:0] 01", CA64, as("srli rd', rd', shamt")),
  op("c.srai rd', shamt", "100 shamt[5] 01 rd' shamt[4:0] 01", CA64, as("srai rd', rd', shamt")),
  op("c.andi rd', imm", "100 imm[5] 10 rd' imm[4:0] 01", CA, as("andi rd', rd', imm")),
  op("c.sub rd', rs2'", "100 0 11 rd' 00 rs2' 01", CA, as("sub rd', rd', rs2'")),
  op("c.xor rd', rs2'", "100 0 11 rd' 01 rs2' 01", CA, as("xor rd', rd', rs2'")),
  op("c.or rd', rs2'", "100 0 11 rd' 10 rs2' 01", CA, as("or rd', rd', rs2'")),
  op("c.and rd', rs2'", "100 0 11 rd' 11 rs2' 01", CA, as("and rd', rd', rs2'")),
  op("c.subw rd', rs2'", "100 1 11 rd' 00 rs2' 01", CA64, as("subw rd', rd', rs2'")),
  op("c.addw rd', rs2'", "100 1 11 rd' 01 rs2' 01", CA64, as("addw rd', rd', rs2'")),
  op('c.j offset', `101 ${JUMP} 01`, CA, as('jal zero, offset')),
  op(
    "c.beqz rs1', offset",
    "110 imm[8|4:3] rs1' imm[7:6|2:1|5] 01",
    CA,
    as("beq rs1', zero, offset"),
  ),
  op(
    "c.bnez rs1', offset",
    "111 imm[8|4:3] rs1' imm[7:6|2:1|5] 01",
    CA,
    as("bne rs1', zero, offset"),
  ),

  // Quadrant 2.
  op('c.slli rd, shamt', '000 0 rd shamt[4:0] 10', CA32, as('slli rd, rd, shamt')),
  op('c.slli rd, shamt', '000 shamt[5] rd shamt[4:0] 10', CA64, as('slli rd, rd, shamt')),
  op('c.fldsp fd, uimm(sp)', '001 uimm[5] fd uimm[4:3|8:6] 10', CD, as('fld fd, uimm(sp)')),
  op('c.lwsp rd, uimm(sp)', '010 uimm[5] rd!=0 uimm[4:2|7:6] 10', CA, as('lw rd, uimm(sp)')),
  op('c.flwsp fd, uimm(sp)', '011 uimm[5] fd uimm[4:2|7:6] 10', CF, as('flw fd, uimm(sp)')),
  op('c.ldsp rd, uimm(sp)', '011 uimm[5] rd!=0 uimm[4:3|8:6] 10', CA64, as('ld rd, uimm(sp)')),
  op('c.jr rs1', '100 0 rs1!=0 00000 10', CA, as('jalr zero, 0(rs1)')),
  op('c.mv rd, rs2', '100 0 rd rs2!=0 10', CA, as('add rd, zero, rs2')),
  op('c.ebreak', '100 1 00000 00000 10', CA, as('ebreak')),
  op('c.jalr rs1', '100 1 rs1!=0 00000 10', CA, as('jalr ra, 0(rs1)')),
  op('c.add rd, rs2', '100 1 rd rs2!=0 10', CA, as('add rd, rd, rs2')),
  op('c.fsdsp fs2, uimm(sp)', '101 uimm[5:3|8:6] fs2 10', CD, as('fsd fs2, uimm(sp)')),
  op('c.swsp rs2, uimm(sp)', '110 uimm[5:2|7:6] rs2 10', CA, as('sw rs2, uimm(sp)')),
  op('c.fswsp fs2, uimm(sp)', '111 uimm[5:2|7:6] fs2 10', CF, as('fsw fs2, uimm(sp)')),
  op('c.sdsp rs2, uimm(sp)', '111 uimm[5:3|8:6] rs2 10', CA64, as('sd rs2, uimm(sp)')),
];
