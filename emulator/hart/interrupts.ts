/** Interrupts: which are pending, and which of them a hart takes next, to which mode. */
import type { Mode } from '../access/context.ts';
import type { CsrState } from './csr-row.ts';
import { INTERRUPT } from './interrupt-decisions.ts';

const { STI, VSTI } = INTERRUPT;
/** menvcfg and henvcfg: the comparators of Sstc. */
export const STCE = 1n << 63n;

const SIE = 1n << 1n;
const MIE = 1n << 3n;

/** mip: what software wrote, what devices raise, and the comparators of Sstc. */
export function pending(state: CsrState): number {
  const { features } = state.platform;
  let bits = Number(state.raw('mip') & 0x222n) | state.lines;
  const virtual = features.has('H');
  if (virtual) bits |= Number(state.raw('hvip') & 0x444n);
  if (!features.has('Sstc') || (state.raw('menvcfg') & STCE) === 0n) return bits;
  const { decide, time } = state;
  bits &= ~(1 << STI);
  if (decide.timerPending(time, state.raw('stimecmp'))) bits |= 1 << STI;
  if (virtual && (state.raw('henvcfg') & STCE) !== 0n) {
    const guestTime = BigInt.asUintN(64, time + state.raw('htimedelta'));
    if (decide.timerPending(guestTime, state.raw('vstimecmp'))) bits |= 1 << VSTI;
  }
  return bits;
}

export interface Interrupt {
  readonly to: 'M' | 'S' | 'VS';
  /** As xcause holds it: for VS that of the guest's own view. */
  readonly code: number;
}

/** The interrupt that a hart in `mode` takes before its next instruction, or null. */
export function nextInterrupt(state: CsrState, mode: Mode): Interrupt | null {
  const enabled = Number(state.raw('mie'));
  if (enabled === 0) return null;
  const ready = pending(state) & enabled;
  if (ready === 0) return null;
  const { decide } = state;
  const mideleg = Number(state.raw('mideleg'));
  const hideleg = state.platform.features.has('H') ? Number(state.raw('hideleg')) : 0;
  const levelOf = (code: number): Interrupt['to'] => {
    if (!decide.delegatesInterrupt(mideleg, code)) return 'M';
    return decide.delegatesInterrupt(hideleg, code) ? 'VS' : 'S';
  };
  const status = state.raw('mstatus');
  const takes = {
    M: decide.machineTakes(mode, (status & MIE) !== 0n),
    S: decide.supervisorTakes(mode, (status & SIE) !== 0n),
    VS: decide.guestTakes(mode, (state.raw('vsstatus') & SIE) !== 0n),
  };
  for (const to of ['M', 'S', 'VS'] as const) {
    if (!takes[to]) continue;
    for (const code of decide.interruptPriority()) {
      if (((ready >>> code) & 1) === 0 || levelOf(code) !== to) continue;
      return { to, code: to === 'VS' ? decide.guestCode(code) : code };
    }
  }
  return null;
}

/** Whether WFI ends. */
export function isWoken(state: CsrState): boolean {
  return state.decide.wakes(pending(state) & Number(state.raw('mie')));
}
