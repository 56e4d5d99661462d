/** What is wrong with the ranges that a caller names, before anybody looks what lies there. */
import { PAGE_TYPES } from '../../abi/structs.ts';
import type { TsmContext } from '../context.ts';
import { levelOf } from '../tvm/gstage.ts';

export const PAGE = 4096n;

/** A range that does not fit into the registers that name it. */
export function wraps({ port }: TsmContext, base: bigint, length: bigint): boolean {
  return base + length > 1n << BigInt(port.xlen);
}

/** Bytes of a page of some type, and the level of its leaves; null: there are none such. */
export function leafOf(
  context: TsmContext,
  type: bigint,
): { readonly size: bigint; readonly level: number } | null {
  const size = PAGE_TYPES[Number(type)];
  const level = size === undefined ? null : levelOf(context, size);
  return size === undefined || level === null ? null : { size, level };
}

export function isAligned(at: bigint, size: bigint): boolean {
  return at % size === 0n;
}
