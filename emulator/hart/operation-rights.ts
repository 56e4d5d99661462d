/** Whether a mode may execute a memory operation at all: hypervisor accesses, cache blocks, shadow stacks. */
import type { Mode } from '../access/context.ts';
import type { OperationName } from '../access/kinds.ts';
import { OPERATIONS } from '../access/kinds.ts';
import type { Denial } from '../access/trap.ts';
import { deniesEnvironment, SSE } from './environment.ts';
import { deniesHypervisorAccess } from './csr-fields.ts';
import type { CsrState } from './csr-row.ts';

const CBIE = 3n << 4n;
const CBCFE = 1n << 6n;
const CBZE = 1n << 7n;

/** The field of menvcfg, henvcfg and senvcfg that an operation needs below M-mode. */
const NEEDS: Partial<Record<OperationName, bigint>> = {
  cbo_clean: CBCFE,
  cbo_flush: CBCFE,
  cbo_inval: CBIE,
  cbo_zero: CBZE,
  sspush: SSE,
  sspopchk: SSE,
  ssamoswap: SSE,
};

const deny = (cause: 2 | 22): Denial => ({ cause, because: 'instruction.privilege', rule: null });

/**
 * Why `mode` may not execute the operation, or null. menvcfg off is illegal; henvcfg off, and senvcfg off in VU, is a
 * virtual instruction. Where shadow stacks are off, as always in M-mode, SSPUSH and SSPOPCHK make no access at all:
 * an attempt of one is refused as illegal. SSAMOSWAP executes in M-mode; its access is denied unless MPRV lends it
 * another mode.
 */
export function deniesOperation(
  state: CsrState,
  mode: Mode,
  operation: OperationName,
): Denial | null {
  const { feature } = OPERATIONS[operation];
  if (feature !== null && !state.platform.features.has(feature)) {
    return { cause: 2, because: 'instruction.absent', rule: null };
  }
  if (feature === 'H') {
    const cause = deniesHypervisorAccess(state, mode);
    return cause === null ? null : deny(cause);
  }
  const needs = NEEDS[operation];
  if (needs === undefined) return null;
  if (mode === 'M') return needs === SSE && operation !== 'ssamoswap' ? deny(2) : null;
  const cause = deniesEnvironment(state, mode, needs);
  return cause === null ? null : deny(cause);
}
