/** Zicsr: atomic reads and writes of CSRs. */
import type { Op } from './op.ts';
import { extension, op, system } from './op.ts';

const ZICSR = extension('Zicsr');

export const csrOps = (): readonly Op[] => [
  op('csrrw rd, csr, rs1', 'csr rs1 001 rd 1110011', ZICSR, system('csr', 'write', 'register')),
  op('csrrs rd, csr, rs1', 'csr rs1 010 rd 1110011', ZICSR, system('csr', 'set', 'register')),
  op('csrrc rd, csr, rs1', 'csr rs1 011 rd 1110011', ZICSR, system('csr', 'clear', 'register')),
  op('csrrwi rd, csr, uimm', 'csr uimm[4:0] 101 rd 1110011', ZICSR, system('csr', 'write', 'imm')),
  op('csrrsi rd, csr, uimm', 'csr uimm[4:0] 110 rd 1110011', ZICSR, system('csr', 'set', 'imm')),
  op('csrrci rd, csr, uimm', 'csr uimm[4:0] 111 rd 1110011', ZICSR, system('csr', 'clear', 'imm')),
];
