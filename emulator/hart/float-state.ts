/** Whether float state may be used (FS), that it was changed (Dirty), and what operations take from fcsr and add to it. */
import type { Mode } from '../access/context.ts';
import { cellOf } from './csr-cells.ts';
import type { CsrState } from './csr-row.ts';

// Words of the registers; at XLEN 64 SD is in the upper one.
const MSTATUS = 2 * cellOf('mstatus');
const VSSTATUS = 2 * cellOf('vsstatus');
const FCSR = 2 * cellOf('fcsr');

const FS = 3 << 13;
const DIRTY = 3 << 13;
const SD = 1 << 31;
/** fflags. */
const FLAGS = 31;

const isVirtual = (mode: Mode) => mode === 'VS' || mode === 'VU';

/**
 * What `mode` may do with float state: 0 nothing (Off: an illegal instruction), 1 read it, and write it after
 * `markFloatDirty`, 2 write it. With V=1 both vsstatus.FS and mstatus.FS count.
 */
export function floatStatus({ words, decide }: CsrState, mode: Mode): 0 | 1 | 2 {
  const host = words[MSTATUS] & FS;
  const guest = isVirtual(mode) ? words[VSSTATUS] & FS : host;
  if (decide.floatIsOff(host === 0, guest === 0)) return 0;
  return host === DIRTY && guest === DIRTY ? 2 : 1;
}

/** Float state was written in `mode`: FS and SD of each status register that counts. */
export function markFloatDirty(state: CsrState, mode: Mode): void {
  markDirty(state, MSTATUS);
  if (isVirtual(mode)) markDirty(state, VSSTATUS);
}

function markDirty({ words, platform, decide }: CsrState, low: number): void {
  words[low] |= DIRTY;
  if (decide.summarisesFloat()) words[platform.xlen === 64 ? low + 1 : low] |= SD;
}

/** The rounding mode in fcsr. */
export function dynamicRounding({ words }: CsrState): number {
  return (words[FCSR] >>> 5) & 7;
}

/** Adds the flags of an operation to fcsr; flags are float state. */
export function accrueFlags(state: CsrState, mode: Mode, flags: number): void {
  if (flags === 0) return;
  const { words, decide } = state;
  words[FCSR] = (words[FCSR] & ~FLAGS) | decide.accrued(words[FCSR] & FLAGS, flags);
  markFloatDirty(state, mode);
}
