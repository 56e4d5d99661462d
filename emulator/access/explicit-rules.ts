/** Which rules an explicit access marks, when the protection table has decided it, or need not. */
import { R } from '../rules/fired.ts';
import type { Reason } from '../rules/reasons.ts';
import { EXECUTE, KINDS, READ } from './kinds.ts';
import type { Port } from './port.ts';
import { TABLE } from './physical.ts';

/** `why`: what the protection table said, null where it allows or does not apply. */
export function markExplicit(port: Port, page: number, why: Reason | null): void {
  const { context, fired, kind } = port;
  if (context.domain === null) {
    if (context.mode === 'M') {
      if (!port.mprv) fired[R.SMMPT_ACC_03] = 1;
      else fired[kind.origin === 'fetch' ? R.SMMPT_ACC_04 : R.SMMPT_ACC_06] = 1;
    }
    return;
  }
  fired[context.virtual ? R.SMMPT_ACC_02 : R.SMMPT_ACC_01] = 1;
  if (kind.rule >= 0) fired[kind.rule] = 1;
  fired[R.SMMPT_PMP_15] = 1;
  if (port.borrowed) markBorrowed(port);
  if (context.user || context.sum) fired[R.SMMPT_ACC_15] = 1;
  if (context.domain.sdid !== 0) fired[R.SMSD_SDID_02] = 1;
  if (context.first === null && !context.virtual) fired[R.SMMPT_LKUP_16] = 1;
  if (port.xwr === EXECUTE) markExecuteOnly(port);
  if (port.xwr === READ && kind === KINDS.hlvx) fired[R.SMMPT_ACC_12] = 1;
  if (kind.writes && port.physical.ready(page, TABLE) >= 0) {
    fired[R.SMMPT_PMP_11] = 1;
    if (why === null) fired[R.SMMPT_PMP_12] = 1;
  }
  if (why === null) {
    fired[R.SMMPT_LKUP_14] = 1;
    fired[R.SMMPT_PMP_07] = 1;
    if (context.domain.isolation === 'smmtt') fired[R.SMMTT_LKUP_09] = 1;
  } else markDenied(port);
}

/** The page is no ordinary memory. */
export function markRegion({ context, fired, physical }: Port, page: number): void {
  if (context.domain !== null && physical.pma.kindOf(page) === 'io') fired[R.SMMPT_ACC_32] = 1;
}

/** The access is another mode's: MPRV, or a hypervisor load or store. */
export function markBorrowed({ context, fired, kind, executing }: Port): void {
  if (kind.hypervisor) fired[executing === 'M' ? R.SMMPT_ACC_09 : R.SMMPT_ACC_08] = 1;
  else {
    fired[context.virtual ? R.SMMPT_ACC_07 : R.SMMPT_ACC_05] = 1;
    if (context.domain?.isolation === 'smmtt') fired[R.SMMTT_LKUP_10] = 1;
  }
}

/** The page is execute-only in the protection table. */
function markExecuteOnly({ context, fired, kind }: Port): void {
  if (kind === KINDS.amo) fired[R.SMMPT_ACC_20] = 1;
  if (kind.origin !== 'load') return;
  if (context.mxr) fired[R.SMMPT_ACC_13] = 1;
  if (context.vsmxr) fired[R.SMMPT_ACC_14] = 1;
}

function markDenied({ context, fired, kind }: Port): void {
  fired[R.SMMPT_LKUP_11] = 1;
  fired[R.SMMPT_LKUP_12] = 1;
  fired[R.SMMPT_LKUP_13] = 1;
  fired[R.SMMPT_PMP_08] = 1;
  if (context.first !== null) fired[R.SMMPT_LKUP_15] = 1;
  if (kind.origin !== 'store') fired[R.SMMPT_ACC_34] = 1;
  if (kind.shadowStack) fired[R.SMMPT_ACC_24] = 1;
  if (context.domain?.isolation === 'smmtt') fired[R.SMMTT_LKUP_05] = 1;
}

/** An access that lies in one page, under isolation. */
export function markWhole(port: Port, offset: number, size: number): void {
  const { context, fired, kind } = port;
  if (context.domain === null) return;
  fired[R.SMMPT_SPLIT_12] = 1;
  // A program's accesses are not all seen, so what depends on where in a page they lie is marked by steps; but the
  // last parcel of a page is always fetched for itself.
  if (offset === 0 && !port.inProgram) fired[R.SMMPT_SPLIT_13] = 1;
  if (kind.origin === 'fetch' && size === 2 && offset === 4094) fired[R.SMMPT_SPLIT_11] = 1;
}

/** An access in two pages; `first` is the physical page of its first part, `why` the verdict on the second. */
export function markSplit(
  { context, fired, kind, page: second, isNapot, xwr }: Port,
  first: number,
  firstNapot: boolean,
  why: Reason | null,
): void {
  if (context.domain === null) return;
  if (kind.origin === 'fetch') fired[R.SMMPT_SPLIT_10] = 1;
  else fired[kind.origin === 'load' ? R.SMMPT_SPLIT_01 : R.SMMPT_SPLIT_02] = 1;
  const entry = context.domain.geometry.xlen === 64 ? 16 : 8;
  if (Math.floor(first / entry) === Math.floor(second / entry)) fired[R.SMMPT_SPLIT_05] = 1;
  else fired[R.SMMPT_SPLIT_06] = 1;
  if (Math.floor(first / 8192) !== Math.floor(second / 8192)) fired[R.SMMPT_SPLIT_07] = 1;
  if (firstNapot !== isNapot) fired[R.SMMPT_SPLIT_08] = 1;
  if (why === null) return;
  fired[R.SMMPT_SPLIT_03] = 1;
  if (kind.origin !== 'store') return;
  fired[R.SMMPT_SPLIT_04] = 1;
  if (xwr === READ || xwr === (READ | EXECUTE)) fired[R.SMMPT_SPLIT_09] = 1;
}
