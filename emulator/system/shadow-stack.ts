/** SSPUSH, SSPOPCHK and SSRDP; where shadow stacks are off they are may-be-operations, as Zimop has them. */
import { shadowStackGate } from '../hart/csr-shadow-stack.ts';
import { accessAt, loaded, storing } from './guest-access.ts';
import type { Call } from './call.ts';

/** tval of a software-check exception: the shadow stack holds something else. */
const SHADOW_STACK_FAULT = 3n;

export const shadow: Call = (executor, decoded, [form]) => {
  const { hart, mode, registers } = executor;
  const { csrs } = hart;
  const { rd, rs1, rs2 } = decoded.operands;
  const isOn = mode !== 'M' && shadowStackGate(csrs, mode) === null;
  if (!isOn) {
    if (form === 'read') registers.setX(rd, 0n);
    return 0;
  }
  const size = registers.xlen / 8;
  const ssp = csrs.raw('ssp');
  const moved = (by: number) => BigInt.asUintN(registers.xlen, ssp + BigInt(by));
  if (form === 'read') {
    registers.setX(rd, ssp);
    return 0;
  }
  if (form === 'push') {
    storing(executor, registers.x(rs2));
    const flow = accessAt(executor, decoded, 'sspush', moved(-size), size);
    if (flow !== null) return flow;
    csrs.setRaw('ssp', moved(-size));
    return 0;
  }
  const flow = accessAt(executor, decoded, 'sspopchk', ssp, size);
  if (flow !== null) return flow;
  if (loaded(executor, size, 'unsigned') !== registers.x(rs1)) {
    const tval = executor.tval(SHADOW_STACK_FAULT);
    return executor.exception(18, tval, 'instruction.shadow_stack', false);
  }
  csrs.setRaw('ssp', moved(size));
  return 0;
};

/** Zimop and Zcmop: zero, until an extension gives them a meaning. */
export const mayBe: Call = ({ registers }, { operands }) => {
  registers.setX(operands.rd, 0n);
  return 0;
};
