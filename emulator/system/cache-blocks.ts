/** CBO.ZERO, CLEAN, FLUSH, INVAL, and prefetches. */
import type { OperationName } from '../access/kinds.ts';
import { accessAt } from './guest-access.ts';
import type { Call } from './call.ts';

const BLOCK = 64;

export const cacheBlock: Call = (executor, decoded, [form]) => {
  const name = `cbo_${String(form)}` as OperationName;
  const address = executor.registers.x(decoded.operands.rs1);
  return accessAt(executor, decoded, name, address, BLOCK) ?? 0;
};

/** A hint: it goes the way of an access, never traps, and leaves nothing behind. */
export const prefetch: Call = (executor, decoded) => {
  const { rs1, imm } = decoded.operands;
  const { registers } = executor;
  const address = BigInt.asUintN(registers.xlen, registers.x(rs1) + BigInt(imm));
  accessAt(executor, decoded, 'prefetch', address, BLOCK);
  return 0;
};
