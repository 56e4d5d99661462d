/** Fences as instructions. Memory is sequentially consistent: FENCE and FENCE.TSO have nothing to order. */
import type { FenceName } from '../cache/fence-request.ts';
import { FENCES } from '../cache/fence-request.ts';
import { R } from '../rules/fired.ts';
import type { Call } from './call.ts';

export const fence: Call = (executor, decoded, [name]) => {
  if (name === undefined) return 0;
  const { hart, mode, registers } = executor;
  const { rs1, rs2 } = decoded.operands;
  const row = FENCES[name as FenceName];
  const denial = hart.order({
    fence: name as FenceName,
    mode,
    // x0 is told by the specifier.
    rs1: row.rs1 === null || rs1 === 0 ? null : registers.x(rs1),
    rs2: row.rs2 === null || rs2 === 0 ? null : registers.x(rs2),
  });
  if (name === 'mfence_pa' || name === 'minval_pa') hart.csrs.fired[R.SMSD_FENCE_23] = 1;
  if (denial !== null) return executor.refuseDecoded(denial, decoded);
  executor.fenced(name as FenceName);
  return 0;
};
