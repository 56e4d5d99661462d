/** Zicfiss: the shadow-stack pointer. */
import type { Mode } from '../access/context.ts';
import type { Denial } from '../access/trap.ts';
import type { CsrRow, CsrState } from './csr-row.ts';
import { closed, csr, hasFeature } from './csr-row.ts';
import { deniesEnvironment, SSE } from './environment.ts';

/** Open where shadow stacks are on, and to M-mode. */
export function shadowStackGate(state: CsrState, mode: Mode): Denial | null {
  const cause = mode === 'M' ? null : deniesEnvironment(state, mode, SSE);
  return cause === null ? null : closed(cause);
}

export const SHADOW_STACK_CSRS: readonly CsrRow[] = [
  csr('ssp', 0x011, {
    exists: hasFeature('Zicfiss'),
    mask: ({ xlen }) => (xlen === 64 ? ~7n : ~3n) & 0xffff_ffff_ffff_ffffn,
    gate: shadowStackGate,
  }),
];
