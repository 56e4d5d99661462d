/** H: guest loads and stores, hypervisor fences; Svinval: their fine-grained forms. */
import type { Op } from './op.ts';
import { extension, op, rv64, system } from './op.ts';

const H = extension('H');
const H64 = rv64(H);
const INVAL = extension('Svinval');
const H_INVAL = extension('Svinval', 'H');
const load = (kind: 'hlv' | 'hlvx', size: number, extend: 'signed' | 'unsigned') =>
  system('load', kind, size, extend);
const store = (size: number) => system('store', 'hsv', size);
const fence = (name: string) => system('fence', name);

export const hypervisorOps = (): readonly Op[] => [
  op('hlv.b rd, (rs1)', '0110000 00000 rs1 100 rd 1110011', H, load('hlv', 1, 'signed')),
  op('hlv.bu rd, (rs1)', '0110000 00001 rs1 100 rd 1110011', H, load('hlv', 1, 'unsigned')),
  op('hlv.h rd, (rs1)', '0110010 00000 rs1 100 rd 1110011', H, load('hlv', 2, 'signed')),
  op('hlv.hu rd, (rs1)', '0110010 00001 rs1 100 rd 1110011', H, load('hlv', 2, 'unsigned')),
  op('hlvx.hu rd, (rs1)', '0110010 00011 rs1 100 rd 1110011', H, load('hlvx', 2, 'unsigned')),
  op('hlv.w rd, (rs1)', '0110100 00000 rs1 100 rd 1110011', H, load('hlv', 4, 'signed')),
  op('hlvx.wu rd, (rs1)', '0110100 00011 rs1 100 rd 1110011', H, load('hlvx', 4, 'unsigned')),
  op('hlv.wu rd, (rs1)', '0110100 00001 rs1 100 rd 1110011', H64, load('hlv', 4, 'unsigned')),
  op('hlv.d rd, (rs1)', '0110110 00000 rs1 100 rd 1110011', H64, load('hlv', 8, 'signed')),
  op('hsv.b rs2, (rs1)', '0110001 rs2 rs1 100 00000 1110011', H, store(1)),
  op('hsv.h rs2, (rs1)', '0110011 rs2 rs1 100 00000 1110011', H, store(2)),
  op('hsv.w rs2, (rs1)', '0110101 rs2 rs1 100 00000 1110011', H, store(4)),
  op('hsv.d rs2, (rs1)', '0110111 rs2 rs1 100 00000 1110011', H64, store(8)),
  op('hfence.vvma rs1, rs2', '0010001 rs2 rs1 000 00000 1110011', H, fence('hfence_vvma')),
  op('hfence.gvma rs1, rs2', '0110001 rs2 rs1 000 00000 1110011', H, fence('hfence_gvma')),

  op('sinval.vma rs1, rs2', '0001011 rs2 rs1 000 00000 1110011', INVAL, fence('sinval_vma')),
  op('sfence.w.inval', '0001100 00000 00000 000 00000 1110011', INVAL, fence('sfence_w_inval')),
  op('sfence.inval.ir', '0001100 00001 00000 000 00000 1110011', INVAL, fence('sfence_inval_ir')),
  op('hinval.vvma rs1, rs2', '0010011 rs2 rs1 000 00000 1110011', H_INVAL, fence('hinval_vvma')),
  op('hinval.gvma rs1, rs2', '0110011 rs2 rs1 000 00000 1110011', H_INVAL, fence('hinval_gvma')),
];
