/** Where a trap goes: M-mode, unless medeleg hands it to HS, and hedeleg on to the guest. */
import type { Mode } from '../access/context.ts';
import { isVirtual } from './csr-access.ts';
import { cellOf } from './csr-cells.ts';
import type { CsrState } from './csr-row.ts';

const CALLS: Readonly<Record<Mode, number>> = { U: 8, VU: 8, S: 9, VS: 10, M: 11 };

export const trapDecisions = {
  /** medeleg and hedeleg: bit `cause` hands the exception down. */
  isDelegated: (delegation: number, cause: number) => ((delegation >>> cause) & 1) === 1,
  /** A trap never goes to a mode below the one it happened in. */
  staysInMachine: (mode: Mode): boolean => mode === 'M',
  /** Only what happened with V=1 can be handed on to VS. */
  mayGoToGuest: (virtual: boolean) => virtual,
  epc: (pc: bigint) => pc,
  tval: (address: bigint) => address,
  /** mtval2 and htval hold it shifted right by 2. */
  guestAddress: (gpa: bigint | null) => gpa,
  tinst: (value: bigint) => value,
  gva: (isGuestVirtual: boolean) => isGuestVirtual,
  /** MPV and SPV. */
  previousVirtual: (virtual: boolean) => virtual,
  /** MPP: 3 M, 1 S and VS, 0 U and VU; SPP is its lowest bit. */
  previousPrivilege: (mode: Mode) => (mode === 'M' ? 3 : mode === 'S' || mode === 'VS' ? 1 : 0),
  /** SPVP follows SPP only for a trap from V=1. */
  updatesSpvp: (virtual: boolean) => virtual,
  /** Only interrupts are spread over the vector of xtvec. */
  isVectored: (vectored: boolean, interrupt: boolean) => vectored && interrupt,

  /** xtval of an illegal or virtual instruction is the instruction, that of EBREAK its address. */
  instructionBits: (word: number) => word,
  breakpointAddress: (pc: bigint) => pc,
  /** ECALL: a cause for each mode. */
  callCause: (mode: Mode) => CALLS[mode],

  // Returns.
  /** The mode to return to, by MPP or SPP and MPV or SPV: virtual unless it is M. */
  returnsVirtual: (previous: number, virtual: boolean) => virtual && previous !== 3,
  /** MPP and SPP afterwards: the least privileged mode. */
  leastPrivilege: () => 0,
  /** A return from M-mode that leaves it, and every SRET, clears MPRV. */
  clearsMprv: (to: Mode): boolean => to !== 'M',
  /** xIE gets xPIE, and xPIE is set. */
  restoresEnable: () => true,
  /** mstatus.TSR stops SRET in HS, hstatus.VTSR in VS. */
  trapsReturn: (tsr: boolean) => tsr,
  /** mstatus.TW stops WFI below M, hstatus.VTW in VS. */
  trapsWait: (tw: boolean) => tw,
};

export type TrapDecisions = typeof trapDecisions;

// Every exception code that can be delegated is below 32: the low words.
const MEDELEG = 2 * cellOf('medeleg');
const HEDELEG = 2 * cellOf('hedeleg');

/** The mode whose handler takes an exception that `mode` raised. */
export function delegate(
  state: CsrState,
  decide: TrapDecisions,
  mode: Mode,
  cause: number,
): 'M' | 'S' | 'VS' {
  if (decide.staysInMachine(mode)) return 'M';
  if (!decide.isDelegated(state.words[MEDELEG], cause)) return 'M';
  const onward = decide.isDelegated(state.words[HEDELEG], cause);
  return decide.mayGoToGuest(isVirtual(mode)) && onward ? 'VS' : 'S';
}
