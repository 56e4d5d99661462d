/** MRET, SRET and MNRET: what they leave in the status registers, and where they go. */
import type { Mode } from '../access/context.ts';
import type { CsrFile } from './csr-file.ts';
import { MNSTATUS } from './csr-nmi.ts';
import type { TrapDecisions } from './delegate.ts';
import { HIGH_MPV, MIE, MPIE, MPP, MPRV, SIE, SPIE, SPP, SPV, WORD } from './status-bits.ts';

export interface Return {
  readonly mode: Mode;
  readonly pc: bigint;
}

/** By MPP: U, S, the reserved one as S, M. */
const HOST: readonly Mode[] = ['U', 'S', 'S', 'M'];
const GUEST: readonly Mode[] = ['VU', 'VS', 'VS', 'M'];

function modeOf(decide: TrapDecisions, previous: number, virtual: boolean): Mode {
  return (decide.returnsVirtual(previous, virtual) ? GUEST : HOST)[previous] ?? 'U';
}

/** xIE := xPIE, xPIE := 1. */
function unstack(decide: TrapDecisions, status: number, enable: number, saved: number): number {
  if (!decide.restoresEnable()) return status;
  return (status & ~enable) | ((status & saved) !== 0 ? enable : 0) | saved;
}

function dropMprv(csrs: CsrFile, decide: TrapDecisions, to: Mode): void {
  const { words } = csrs;
  if ((words[WORD.mstatus] & MPRV) === 0) return;
  if (decide.clearsMprv(to)) words[WORD.mstatus] &= ~MPRV;
  // MPP and MPV moved, too.
  csrs.version++;
}

export function machineReturn(csrs: CsrFile, decide: TrapDecisions): Return {
  const { words } = csrs;
  const status = words[WORD.mstatus];
  const previous = (status >>> 11) & 3;
  const virtual = (words[WORD.mstatus + 1] & HIGH_MPV) !== 0;
  const mode = modeOf(decide, previous, virtual);
  words[WORD.mstatus] =
    (unstack(decide, status, MIE, MPIE) & ~MPP) | (decide.leastPrivilege() << 11);
  words[WORD.mstatus + 1] &= ~HIGH_MPV;
  dropMprv(csrs, decide, mode);
  return { mode, pc: csrs.raw('mepc') };
}

/** SRET in M- and HS-mode: hstatus.SPV says whether to a guest. */
export function supervisorReturn(csrs: CsrFile, decide: TrapDecisions): Return {
  const { words } = csrs;
  const status = words[WORD.mstatus];
  const virtual = (words[WORD.hstatus] & SPV) !== 0;
  const mode = modeOf(decide, (status & SPP) !== 0 ? 1 : 0, virtual);
  const next = unstack(decide, status, SIE, SPIE) & ~SPP;
  words[WORD.mstatus] = next | (decide.leastPrivilege() !== 0 ? SPP : 0);
  words[WORD.hstatus] &= ~SPV;
  dropMprv(csrs, decide, mode);
  return { mode, pc: csrs.raw('sepc') };
}

/** SRET in VS-mode: it stays in the guest. */
export function guestReturn(csrs: CsrFile, decide: TrapDecisions): Return {
  const { words } = csrs;
  const status = words[WORD.vsstatus];
  const mode: Mode = (status & SPP) !== 0 ? 'VS' : 'VU';
  const next = unstack(decide, status, SIE, SPIE) & ~SPP;
  words[WORD.vsstatus] = next | (decide.leastPrivilege() !== 0 ? SPP : 0);
  dropMprv(csrs, decide, mode);
  return { mode, pc: csrs.raw('vsepc') };
}

/** MNRET: NMIE is set again; mstatus keeps all but MPRV. */
export function nmiReturn(csrs: CsrFile, decide: TrapDecisions): Return {
  const status = csrs.raw('mnstatus');
  const previous = Number((status & MNSTATUS.MNPP) >> 11n);
  const mode = modeOf(decide, previous, (status & MNSTATUS.MNPV) !== 0n);
  csrs.setRaw('mnstatus', status | MNSTATUS.NMIE);
  csrs.version++;
  dropMprv(csrs, decide, mode);
  return { mode, pc: csrs.raw('mnepc') };
}
