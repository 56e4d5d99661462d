/** The environment registers menvcfg, henvcfg and senvcfg: what they let modes below M do. */
import type { Mode } from '../access/context.ts';
import type { CsrState } from './csr-row.ts';

/** Shadow stacks are on. */
export const SSE = 1n << 3n;

/**
 * Below M-mode: null where the field is on in each register that binds `mode`, else the cause: illegal instruction, or
 * virtual instruction where only the hypervisor, or in VU the guest, has it off.
 */
export function deniesEnvironment(state: CsrState, mode: Mode, field: bigint): 2 | 22 | null {
  const on = (name: string) => state.decide.enablesOperation((state.raw(name) & field) !== 0n);
  if (!on('menvcfg')) return 2;
  if ((mode === 'VS' || mode === 'VU') && !on('henvcfg')) return 22;
  if (mode === 'U' && !on('senvcfg')) return 2;
  return mode === 'VU' && !on('senvcfg') ? 22 : null;
}
