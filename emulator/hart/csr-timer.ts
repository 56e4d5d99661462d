/** Sstc: the comparators of the supervisor's and the guest's timer interrupts. */
import type { Mode } from '../access/context.ts';
import type { Denial } from '../access/trap.ts';
import type { CsrRow, CsrState } from './csr-row.ts';
import { closed, hasFeature, WHOLE, wide } from './csr-row.ts';
import { STCE } from './interrupts.ts';

const TM = 2n;

/** Below M-mode: mcounteren.TM and menvcfg.STCE; with V=1 also those of the hypervisor. */
function gate({ decide, raw }: Gate, mode: Mode): Denial | null {
  if (mode === 'M') return null;
  const opens = (counters: string, environment: string) =>
    decide.opensCounter((raw(counters) & TM) !== 0n) &&
    decide.opensTimer((raw(environment) & STCE) !== 0n);
  if (!opens('mcounteren', 'menvcfg')) return closed(2);
  const guest = mode === 'VS' || mode === 'VU';
  return guest && !opens('hcounteren', 'henvcfg') ? closed(22) : null;
}

interface Gate {
  readonly decide: CsrState['decide'];
  readonly raw: (name: string) => bigint;
}

const gated = (state: CsrState, mode: Mode) =>
  gate({ decide: state.decide, raw: (name) => state.raw(name) }, mode);

const withTimer = hasFeature('Sstc');

/** Hardware leaves them undefined at reset; here they are all ones, so that no interrupt is pending. */
export const TIMER_CSRS: readonly CsrRow[] = [
  ...wide('stimecmp', 0x14d, 0x15d, {
    exists: withTimer,
    initial: WHOLE,
    virtual: 'vstimecmp',
    gate: gated,
  }),
  ...wide('vstimecmp', 0x24d, 0x25d, {
    exists: (platform) => withTimer(platform) && platform.features.has('H'),
    initial: WHOLE,
    gate: gated,
  }),
];
