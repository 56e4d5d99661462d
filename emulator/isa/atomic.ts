/** A and Zacas: LR, SC, atomic memory operations, compare-and-swap. */
import type { AmoFunction, Op } from './op.ts';
import { extension, memory, op, rv32, rv64 } from './op.ts';

const ZALRSC = extension('Zalrsc');
const ZAAMO = extension('Zaamo');
const ZACAS = extension('Zacas');

const FUNCTIONS: readonly (readonly [AmoFunction, string])[] = [
  ['swap', '00001'],
  ['add', '00000'],
  ['xor', '00100'],
  ['and', '01100'],
  ['or', '01000'],
  ['min', '10000'],
  ['max', '10100'],
  ['minu', '11000'],
  ['maxu', '11100'],
];

const amo = (name: AmoFunction, funct5: string): readonly Op[] => [
  op(
    `amo${name}.w rd, rs2, (rs1)`,
    `${funct5} aq rl rs2 rs1 010 rd 0101111`,
    ZAAMO,
    memory('amo', 4, 'signed', name),
  ),
  op(
    `amo${name}.d rd, rs2, (rs1)`,
    `${funct5} aq rl rs2 rs1 011 rd 0101111`,
    rv64(ZAAMO),
    memory('amo', 8, 'signed', name),
  ),
];

export const atomicOps = (): readonly Op[] => [
  op('lr.w rd, (rs1)', '00010 aq rl 00000 rs1 010 rd 0101111', ZALRSC, memory('lr', 4)),
  op('lr.d rd, (rs1)', '00010 aq rl 00000 rs1 011 rd 0101111', rv64(ZALRSC), memory('lr', 8)),
  op('sc.w rd, rs2, (rs1)', '00011 aq rl rs2 rs1 010 rd 0101111', ZALRSC, memory('sc', 4)),
  op('sc.d rd, rs2, (rs1)', '00011 aq rl rs2 rs1 011 rd 0101111', rv64(ZALRSC), memory('sc', 8)),
  ...FUNCTIONS.flatMap(([name, funct5]) => amo(name, funct5)),
  op('amocas.w rd, rs2, (rs1)', '00101 aq rl rs2 rs1 010 rd 0101111', ZACAS, memory('cas', 4)),
  // Twice XLEN: register pairs, odd numbers are reserved.
  op(
    'amocas.d rd, rs2, (rs1)',
    '00101 aq rl rs2=even rs1 011 rd=even 0101111',
    rv32(ZACAS),
    memory('cas', 8),
  ),
  op(
    'amocas.d rd, rs2, (rs1)',
    '00101 aq rl rs2 rs1 011 rd 0101111',
    rv64(ZACAS),
    memory('cas', 8),
  ),
  op(
    'amocas.q rd, rs2, (rs1)',
    '00101 aq rl rs2=even rs1 100 rd=even 0101111',
    rv64(ZACAS),
    memory('cas', 16),
  ),
];
