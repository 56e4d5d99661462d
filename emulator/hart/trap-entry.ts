/** Taking a trap: delegation, and what the trap CSRs of the handler's mode hold afterwards. */
import type { Mode } from '../access/context.ts';
import type { Trap } from '../access/trap.ts';
import type { Fired } from '../rules/fired.ts';
import { R } from '../rules/fired.ts';
import { isVirtual } from './csr-access.ts';
import type { CsrFile } from './csr-file.ts';
import { HSTATUS } from './csr-hypervisor.ts';
import { EPC_MASK, MSTATUS } from './csr-machine.ts';
import type { TrapDecisions } from './delegate.ts';
import { delegate } from './delegate.ts';

/** A trap before it is taken: what the access or instruction reports. */
export type Raised = Pick<
  Trap,
  'cause' | 'tval' | 'gpa' | 'tinst' | 'gva' | 'epc' | 'because' | 'rule'
>;

/** `value` with the bit `to` set as told, and `from` moved into `saved` and cleared: xIE to xPIE. */
function stack(status: bigint, enable: bigint, saved: bigint): bigint {
  const was = (status & enable) !== 0n;
  return (status & ~(enable | saved)) | (was ? saved : 0n);
}

const put = (value: bigint, bit: bigint, on: boolean) => (on ? value | bit : value & ~bit);

/** Takes a trap raised in `mode`: writes the CSRs of the mode that it goes to, and returns it as delivered. */
export function takeTrap(csrs: CsrFile, decide: TrapDecisions, raised: Raised, mode: Mode): Trap {
  const trap: Trap = {
    ...raised,
    tval: decide.tval(raised.tval),
    gpa: decide.guestAddress(raised.gpa),
    tinst: decide.tinst(raised.tinst),
    gva: decide.gva(raised.gva),
    mpv: decide.previousVirtual(isVirtual(mode)),
    takenIn: delegate(csrs, decide, mode, raised.cause),
  };
  if (trap.takenIn === 'M') enterMachine(csrs, decide, trap, mode);
  else if (trap.takenIn === 'S') enterSupervisor(csrs, decide, trap, mode);
  else enterGuest(csrs, decide, trap, mode);
  if (raised.because.startsWith('mpt.')) mark(csrs.fired, trap, mode);
  return trap;
}

/** Writes xepc, xcause, xtval and, where there are any, the second value and the instruction. */
function record(csrs: CsrFile, prefix: 'm' | 's' | 'vs', trap: Trap): void {
  csrs.setRaw(`${prefix}epc`, trap.epc & EPC_MASK);
  csrs.setRaw(`${prefix}cause`, BigInt(trap.cause));
  csrs.setRaw(`${prefix}tval`, trap.tval);
  if (prefix === 'vs') return;
  const gpa = trap.gpa === null ? 0n : trap.gpa >> 2n;
  csrs.setRaw(prefix === 'm' ? 'mtval2' : 'htval', gpa);
  csrs.setRaw(prefix === 'm' ? 'mtinst' : 'htinst', trap.tinst);
}

function enterMachine(csrs: CsrFile, decide: TrapDecisions, trap: Trap, mode: Mode): void {
  const old = csrs.raw('mstatus');
  let status = stack(old, MSTATUS.MIE, MSTATUS.MPIE) & ~MSTATUS.MPP;
  status |= BigInt(decide.previousPrivilege(mode)) << 11n;
  if (csrs.has('hgatp')) {
    status = put(put(status, MSTATUS.MPV, trap.mpv), MSTATUS.GVA, trap.gva);
  }
  csrs.setRaw('mstatus', status);
  record(csrs, 'm', trap);
  // With MPRV set, MPP and MPV decide where data accesses go.
  if ((old & MSTATUS.MPRV) !== 0n) csrs.version++;
}

function enterSupervisor(csrs: CsrFile, decide: TrapDecisions, trap: Trap, mode: Mode): void {
  const fromSupervisor = (decide.previousPrivilege(mode) & 1) === 1;
  const status = stack(csrs.raw('mstatus'), MSTATUS.SIE, MSTATUS.SPIE);
  csrs.setRaw('mstatus', put(status, MSTATUS.SPP, fromSupervisor));
  if (csrs.has('hstatus')) {
    const old = csrs.raw('hstatus');
    let hstatus = put(put(old, HSTATUS.SPV, trap.mpv), HSTATUS.GVA, trap.gva);
    if (decide.updatesSpvp(trap.mpv)) hstatus = put(hstatus, HSTATUS.SPVP, fromSupervisor);
    csrs.setRaw('hstatus', hstatus);
    // SPVP decides where HLV and HSV go.
    if (((old ^ hstatus) & HSTATUS.SPVP) !== 0n) csrs.version++;
  }
  record(csrs, 's', trap);
}

function enterGuest(csrs: CsrFile, decide: TrapDecisions, trap: Trap, mode: Mode): void {
  const fromSupervisor = (decide.previousPrivilege(mode) & 1) === 1;
  const status = stack(csrs.raw('vsstatus'), MSTATUS.SIE, MSTATUS.SPIE);
  csrs.setRaw('vsstatus', put(status, MSTATUS.SPP, fromSupervisor));
  record(csrs, 'vs', trap);
}

/** What the report of a denial by the protection table decides. */
function mark(fired: Fired, trap: Trap, mode: Mode): void {
  fired[R.SMMPT_TRAP_01] = 1;
  fired[R.SMMPT_TRAP_02] = 1;
  fired[R.SMMPT_TRAP_03] = 1;
  if (isVirtual(mode)) fired[R.SMMPT_TRAP_04] = 1;
  fired[R.SMMPT_TRAP_05] = 1;
  fired[R.SMMPT_TRAP_06] = 1;
  if (mode !== 'M') fired[trap.takenIn === 'M' ? R.SMMPT_TRAP_08 : R.SMMPT_TRAP_07] = 1;
}
