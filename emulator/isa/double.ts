/** D: double precision. */
import { floatOps } from './float.ts';
import type { Op } from './op.ts';
import { extension, memory, op, pure, rv64, system } from './op.ts';

const D = extension('D');

export const doubleOps = (): readonly Op[] => [
  op('fld fd, imm(rs1)', 'imm[11:0] rs1 011 fd 0000111', D, memory('load', 8, 'float')),
  op('fsd fs2, imm(rs1)', 'imm[11:5] fs2 rs1 011 imm[4:0] 0100111', D, memory('store', 8, 'float')),
  ...floatOps({ suffix: 'd', fmt: '01', where: D }),
  op('fcvt.s.d fd, fs1, rm', '0100000 00001 fs1 rm fd 1010011', D, system('float', 'narrow', 'd')),
  op(
    'fcvt.d.s fd, fs1, rm:rne',
    '0100001 00000 fs1 rm fd 1010011',
    D,
    system('float', 'widen', 's'),
  ),
  op(
    'fmv.x.d rd, fs1',
    '1110001 00000 fs1 000 rd 1010011',
    rv64(D),
    pure((e) => e.allOf(e.fs1)),
  ),
  op(
    'fmv.d.x fd, rs1',
    '1111001 00000 rs1 000 fd 1010011',
    rv64(D),
    pure((e) => e.rawOf(e.rs1)),
  ),
];
