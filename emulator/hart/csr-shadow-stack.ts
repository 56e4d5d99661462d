/** Zicfiss: the shadow-stack pointer. */
import type { Mode } from '../access/context.ts';
import type { Denial } from '../access/trap.ts';
import type { CsrRow, CsrState } from './csr-row.ts';
import { closed, csr, hasFeature } from './csr-row.ts';

const SSE = 1n << 3n;

/** Open where shadow stacks are on, and to M-mode. */
export function shadowStackGate(state: CsrState, mode: Mode): Denial | null {
  if (mode === 'M') return null;
  const on = (name: string) => (state.raw(name) & SSE) !== 0n;
  if (!on('menvcfg')) return closed(2);
  const guest = mode === 'VS' || mode === 'VU';
  if (guest && !on('henvcfg')) return closed(22);
  if (mode === 'U' && !on('senvcfg')) return closed(2);
  return mode === 'VU' && !on('senvcfg') ? closed(22) : null;
}

export const SHADOW_STACK_CSRS: readonly CsrRow[] = [
  csr('ssp', 0x011, {
    exists: hasFeature('Zicfiss'),
    mask: ({ xlen }) => (xlen === 64 ? ~7n : ~3n) & 0xffff_ffff_ffff_ffffn,
    gate: shadowStackGate,
  }),
];
