/** Bits of the status registers as words: mstatus, sstatus and vsstatus alike, those of hstatus, and the upper halves. */
import { cellOf } from './csr-cells.ts';

/** Index of the low word among the CSR words; the upper one follows. */
export const WORD = {
  mstatus: 2 * cellOf('mstatus'),
  hstatus: 2 * cellOf('hstatus'),
  vsstatus: 2 * cellOf('vsstatus'),
} as const;

export const SIE = 1 << 1;
export const MIE = 1 << 3;
export const SPIE = 1 << 5;
export const MPIE = 1 << 7;
export const SPP = 1 << 8;
export const MPP = 3 << 11;
export const MPRV = 1 << 17;
/** Of mstatus[63:32], which is mstatush where XLEN is 32. */
export const HIGH_GVA = 1 << 6;
export const HIGH_MPV = 1 << 7;
/** Of hstatus. */
export const GVA = 1 << 6;
export const SPV = 1 << 7;
export const SPVP = 1 << 8;
