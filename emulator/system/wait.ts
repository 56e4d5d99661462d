/** WFI, WRS.NTO and WRS.STO. Where a wait may be cut short by a trap, it is at once. */
import { HSTATUS } from '../hart/csr-hypervisor.ts';
import { MSTATUS } from '../hart/csr-machine.ts';
import type { Executor } from '../hart/executor.ts';
import { isWoken } from '../hart/interrupts.ts';
import { deny } from './returns.ts';
import type { Call } from './call.ts';

/** mstatus.TW below M-mode, hstatus.VTW with V=1: cause, or null. */
function deniesWait({ mode, hart, isVirtual }: Executor): 2 | 22 | null {
  const { csrs, decisions } = hart;
  const { trapsWait } = decisions.trap;
  if (mode === 'M') return null;
  if (trapsWait((csrs.raw('mstatus') & MSTATUS.TW) !== 0n)) return 2;
  return isVirtual && trapsWait((csrs.raw('hstatus') & HSTATUS.VTW) !== 0n)
    ? csrs.decide.guestCause()
    : null;
}

/** User mode may not wait at all where there is a supervisor. */
function deniesUser({ mode, hart }: Executor): 2 | 22 | null {
  if (mode === 'U') return 2;
  return mode === 'VU' ? hart.csrs.decide.guestCause() : null;
}

/** Why WFI may not execute: a cause, or null. */
export function deniesWfi(executor: Executor): 2 | 22 | null {
  return deniesWait(executor) ?? deniesUser(executor);
}

export const wfi: Call = (executor, decoded) => {
  const { hart } = executor;
  const cause = deniesWfi(executor);
  if (cause !== null) return executor.refuseDecoded(deny(cause), decoded);
  if (isWoken(hart.csrs)) return 0;
  executor.waiting = true;
  executor.advance(decoded.length);
  return 2;
};

/** WRS.STO waits for so short a time that it is none; WRS.NTO as long as the reservation stands. */
export const wrs: Call = (executor, decoded, [form]) => {
  const { hart } = executor;
  if (form === 'sto' || !executor.isReserved() || isWoken(hart.csrs)) return 0;
  const cause = deniesWait(executor);
  if (cause !== null) return executor.refuseDecoded(deny(cause), decoded);
  executor.waiting = true;
  executor.waitsForReservation = true;
  executor.advance(decoded.length);
  return 2;
};
