/** MRET, SRET and MNRET: who may execute them. */
import type { Denial } from '../access/trap.ts';
import { HSTATUS } from '../hart/csr-hypervisor.ts';
import { MSTATUS } from '../hart/csr-machine.ts';
import type { Executor } from '../hart/executor.ts';
import { guestReturn, machineReturn, nmiReturn, supervisorReturn } from '../hart/trap-return.ts';
import type { Call } from './call.ts';

export const deny = (cause: 2 | 22): Denial => ({
  cause,
  because: 'instruction.privilege',
  rule: null,
});

/** SRET is for M, HS without TSR, and VS without VTSR. */
function deniesSupervisorReturn({ mode, hart }: Executor): 2 | 22 | null {
  const { csrs, decisions } = hart;
  const { trapsReturn } = decisions.trap;
  switch (mode) {
    case 'M':
      return null;
    case 'S':
      return trapsReturn((csrs.raw('mstatus') & MSTATUS.TSR) !== 0n) ? 2 : null;
    case 'VS':
      return trapsReturn((csrs.raw('hstatus') & HSTATUS.VTSR) !== 0n)
        ? csrs.decide.guestCause()
        : null;
    case 'U':
      return 2;
    case 'VU':
      return csrs.decide.guestCause();
  }
}

/** Why MRET, SRET or MNRET may not execute: a cause, or null. */
export function deniesReturn(executor: Executor, level: 'M' | 'S' | 'NMI'): 2 | 22 | null {
  if (level === 'S') return deniesSupervisorReturn(executor);
  return executor.mode === 'M' ? null : 2;
}

export const xret: Call = (executor, decoded, [level]) => {
  const { hart, mode } = executor;
  const cause = deniesReturn(executor, level as 'M' | 'S' | 'NMI');
  if (cause !== null) return executor.refuseDecoded(deny(cause), decoded);
  const back =
    level === 'M'
      ? machineReturn
      : level === 'NMI'
        ? nmiReturn
        : mode === 'VS'
          ? guestReturn
          : supervisorReturn;
  const to = back(hart.csrs, hart.decisions.trap);
  return executor.returned(to.mode, to.pc);
};
