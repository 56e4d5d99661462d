/** Environment calls, trap returns, WFI and SFENCE.VMA. */
import type { Op } from './op.ts';
import { extension, op, system } from './op.ts';

const I = extension('I');
const S = extension('S');

export const privilegedOps = (): readonly Op[] => [
  op('ecall', '0000000 00000 00000 000 00000 1110011', I, system('ecall')),
  op('ebreak', '0000000 00001 00000 000 00000 1110011', I, system('ebreak')),
  op('mret', '0011000 00010 00000 000 00000 1110011', I, system('xret', 'M')),
  op('sret', '0001000 00010 00000 000 00000 1110011', S, system('xret', 'S')),
  op('mnret', '0111000 00010 00000 000 00000 1110011', extension('Smrnmi'), system('xret', 'NMI')),
  op('wfi', '0001000 00101 00000 000 00000 1110011', I, system('wfi')),
  op('sfence.vma rs1, rs2', '0001001 rs2 rs1 000 00000 1110011', S, system('fence', 'sfence_vma')),
];
