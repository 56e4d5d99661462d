/** Zicfiss: the shadow stack. Without it these encodings are may-be-operations (Zimop), else illegal. */
import type { Op } from './op.ts';
import { as, extension, memory, op, rv64, system } from './op.ts';

const SS = extension('Zicfiss');
const SSC = extension('Zicfiss', 'Zca');

export const shadowStackOps = (): readonly Op[] => [
  op(
    'sspush rs2',
    '1100111 rs2=1,5 00000 100 00000 1110011',
    SS,
    system('shadow', 'push'),
    'mop.rr.7',
  ),
  op(
    'sspopchk rs1',
    '1100110 11100 rs1=1,5 100 00000 1110011',
    SS,
    system('shadow', 'check'),
    'mop.r.28',
  ),
  op('ssrdp rd', '1100110 11100 00000 100 rd!=0 1110011', SS, system('shadow', 'read'), 'mop.r.28'),
  op(
    'ssamoswap.w rd, rs2, (rs1)',
    '01001 aq rl rs2 rs1 010 rd 0101111',
    SS,
    memory('amo', 4, 'signed', 'ssswap'),
  ),
  op(
    'ssamoswap.d rd, rs2, (rs1)',
    '01001 aq rl rs2 rs1 011 rd 0101111',
    rv64(SS),
    memory('amo', 8, 'signed', 'ssswap'),
  ),
  op('c.sspush ra', '011 0 00001 00000 01', SSC, as('sspush ra'), 'c.mop.1'),
  op('c.sspopchk t0', '011 0 00101 00000 01', SSC, as('sspopchk t0'), 'c.mop.5'),
];
