/** ECALL and EBREAK. */
import type { Call } from './call.ts';

export const ecall: Call = (executor) => {
  const cause = executor.hart.decisions.trap.callCause(executor.mode);
  return executor.exception(cause, 0n, 'instruction.environment', false);
};

/** tval is the address of the instruction; in a guest that is one of the guest. */
export const ebreak: Call = (executor) => {
  const { csrs, decisions } = executor.hart;
  const tval = executor.tval(decisions.trap.breakpointAddress(executor.registers.pc));
  const hasAddress = csrs.platform.tval === 'address';
  return executor.exception(3, tval, 'instruction.environment', hasAddress && executor.isVirtual);
};
