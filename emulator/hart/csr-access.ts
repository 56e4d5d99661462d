/** Who may access a CSR: a value, an illegal instruction or a virtual instruction. */
import type { Mode } from '../access/context.ts';
import type { Denial } from '../access/trap.ts';
import { R } from '../rules/fired.ts';
import type { Reason } from '../rules/reasons.ts';
import { counterBit } from './csr-counters.ts';
import { isFloatCsr } from './csr-float.ts';
import { HSTATUS } from './csr-hypervisor.ts';
import { MSTATUS } from './csr-machine.ts';
import type { CsrRow, CsrState } from './csr-row.ts';
import { floatStatus } from './float-state.ts';

/** Nominal privilege as CSR numbers encode it: 0 U, 1 S, 2 HS, 3 M. */
const PRIVILEGE: Readonly<Record<Mode, number>> = { M: 3, S: 2, U: 0, VS: 1, VU: 0 };

export const isVirtual = (mode: Mode) => mode === 'VS' || mode === 'VU';

const illegal = (because: Reason): Denial => ({ cause: 2, because, rule: null });

/** With V=1: a virtual instruction if HS-mode could do it (TVM aside), else illegal. */
function inGuest(state: CsrState, hsQualified: boolean, because: Reason): Denial {
  return state.decide.isVirtualInstruction(hsQualified)
    ? { cause: 22, because, rule: null }
    : illegal(because);
}

/** mcounteren, hcounteren and scounteren, from the top down. */
function deniesCounter(state: CsrState, mode: Mode, bit: number): Denial | null {
  if (mode === 'M') return null;
  const enabled = (name: string) =>
    state.decide.opensCounter(((state.raw(name) >> BigInt(bit)) & 1n) !== 0n);
  if (!enabled('mcounteren')) return illegal('csr.privilege');
  if (isVirtual(mode) && !enabled('hcounteren')) return inGuest(state, true, 'csr.privilege');
  if ((mode === 'U' || mode === 'VU') && !enabled('scounteren')) {
    return mode === 'VU' ? inGuest(state, true, 'csr.privilege') : illegal('csr.privilege');
  }
  return null;
}

/** TVM stops HS at satp and hgatp, VTVM stops VS at satp; neither stops M. */
function deniesTranslation(state: CsrState, row: CsrRow, mode: Mode): Denial | null {
  if (row.name !== 'satp' && row.name !== 'hgatp') return null;
  const { decide } = state;
  const tvm = (state.raw('mstatus') & MSTATUS.TVM) !== 0n;
  if (mode === 'S' && decide.trapsSatp(tvm)) return illegal('csr.privilege');
  const vtvm = (state.raw('hstatus') & HSTATUS.VTVM) !== 0n;
  if (mode === 'VS' && decide.trapsVirtualSatp(vtvm)) return inGuest(state, true, 'csr.privilege');
  return null;
}

/** Machine-level CSRs of supervisor domains that were refused below M. */
function markRefused(state: CsrState, row: CsrRow, mode: Mode): void {
  const { fired } = state;
  if (row.name === 'mmpt') {
    fired[isVirtual(mode) ? R.SMSD_CSR_03 : R.SMSD_CSR_02] = 1;
    fired[R.TEE_08] = 1;
  }
  if (row.name === 'msdcfg') fired[R.SMSD_CSR_04] = 1;
  if (row.name === 'mttp') fired[R.SMMTT_CSR_01] = 1;
}

/** Why `mode` may not read (or write) the CSR `row` as named by the instruction, or null. */
export function deniesCsr(
  state: CsrState,
  row: CsrRow,
  mode: Mode,
  writes: boolean,
): Denial | null {
  const { decide } = state;
  const needs = (row.number >> 8) & 3;
  const hsAllows =
    decide.isPrivileged(needs, PRIVILEGE.S) && !(writes && decide.isReadOnly(row.number));
  if (row.gate !== null) {
    const denial = row.gate(state, mode);
    if (denial !== null) return denial;
  }
  if (!decide.isPrivileged(needs, PRIVILEGE[mode])) {
    markRefused(state, row, mode);
    return isVirtual(mode) ? inGuest(state, hsAllows, 'csr.privilege') : illegal('csr.privilege');
  }
  if (writes && decide.isReadOnly(row.number)) return illegal('csr.read_only');
  if (isFloatCsr(row.number) && floatStatus(state, mode) === 0) return illegal('float.off');
  const bit = counterBit(row.number);
  if (bit !== null) return deniesCounter(state, mode, bit);
  return deniesTranslation(state, row, mode);
}
