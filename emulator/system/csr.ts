/** CSRRW, CSRRS, CSRRC and their immediate forms. */
import type { CsrOp } from '../hart/csr-file.ts';
import type { Call } from './call.ts';

export const csr: Call = (executor, decoded, [op, source]) => {
  const { hart, mode, registers } = executor;
  const { rd, rs1, imm, csr: number } = decoded.operands;
  const isImmediate = source === 'imm';
  // Setting or clearing by x0 or 0 reads only; writing into x0 has nothing to read for.
  const nothing = op !== 'write' && hart.csrs.decide.writesNothing((isImmediate ? imm : rs1) === 0);
  const value = isImmediate ? BigInt(imm) : registers.x(rs1);
  hart.counts.csr++;
  if (!nothing) hart.counts.csrw++;
  hart.csrs.inFlight = 1;
  const outcome = hart.csrs.accessNumber(mode, number, nothing ? 'read' : (op as CsrOp), value);
  hart.csrs.inFlight = 0;
  if (outcome.denial !== null) return executor.refuseDecoded(outcome.denial, decoded);
  registers.setX(rd, outcome.value);
  return 0;
};
