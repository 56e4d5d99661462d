/** ECALL and EBREAK. */
import type { Mode } from '../access/context.ts';
import type { Call } from './table.ts';

const CAUSES: Readonly<Record<Mode, number>> = { U: 8, VU: 8, S: 9, VS: 10, M: 11 };

export const ecall: Call = (executor) =>
  executor.exception(CAUSES[executor.mode], 0n, 'instruction.environment', false);

/** tval is the address of the instruction; in a guest that is one of the guest. */
export const ebreak: Call = (executor) => {
  const tval = executor.tval(executor.registers.pc);
  const hasAddress = executor.hart.csrs.platform.tval === 'address';
  return executor.exception(3, tval, 'instruction.environment', hasAddress && executor.isVirtual);
};
