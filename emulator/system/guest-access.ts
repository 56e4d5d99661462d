/** HLV, HLVX and HSV. */
import type { OperationName } from '../access/kinds.ts';
import { OPERATIONS } from '../access/kinds.ts';
import type { Executor, Flow } from '../hart/executor.ts';
import type { Decoded } from '../isa/decode.ts';
import type { Call } from './call.ts';

/** One access at the address in rs1; null: done, the value is in `hart.path.value`. */
export function accessAt(
  executor: Executor,
  decoded: Decoded,
  name: OperationName,
  address: bigint,
  size: number,
): Flow | null {
  const { cell, hart, mode } = executor;
  const denial = hart.denies(mode, name);
  if (denial !== null) return executor.refuseDecoded(denial, decoded);
  cell.value = address;
  const { page, offset } = cell;
  const because = hart.perform(mode, OPERATIONS[name], page, offset, size);
  return because === null ? null : executor.deny(because, page, offset, decoded);
}

/** The value loaded last, sign- or zero-extended from its size. */
export function loaded({ cell, hart }: Executor, size: number, extend: string): bigint {
  const { lo, hi } = hart.path.value;
  const value = cell.join(lo, hi);
  return extend === 'signed'
    ? BigInt.asUintN(64, BigInt.asIntN(8 * size, value))
    : BigInt.asUintN(8 * size, value);
}

/** What is stored next. */
export function storing({ cell, hart }: Executor, value: bigint): void {
  cell.value = value;
  hart.path.value.set(cell.lo, cell.hi);
}

export const guestLoad: Call = (executor, decoded, [name, size, extend]) => {
  const { rd, rs1 } = decoded.operands;
  const address = executor.registers.x(rs1);
  const bytes = Number(size);
  const flow = accessAt(executor, decoded, name as OperationName, address, bytes);
  if (flow !== null) return flow;
  executor.registers.setX(rd, loaded(executor, bytes, String(extend)));
  return 0;
};

export const guestStore: Call = (executor, decoded, [name, size]) => {
  const { rs1, rs2 } = decoded.operands;
  const { registers } = executor;
  storing(executor, registers.x(rs2));
  return accessAt(executor, decoded, name as OperationName, registers.x(rs1), Number(size)) ?? 0;
};
