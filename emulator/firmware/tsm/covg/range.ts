/** Ranges that a guest names. */
import { gpaSpace } from '../tvm/gstage.ts';
import type { TsmContext } from '../context.ts';

const PAGE = 4096n;

export interface GuestRange {
  readonly tvm_gpa_addr: bigint;
  readonly region_len: bigint;
}

/** What every call that takes a range refuses, by the names of its checks. */
export function rangeConditions(
  context: TsmContext,
  { tvm_gpa_addr, region_len }: GuestRange,
): Readonly<Record<'length' | 'alignment' | 'overflow', () => boolean>> {
  return {
    length: () => region_len === 0n || region_len % PAGE !== 0n,
    alignment: () => tvm_gpa_addr % PAGE !== 0n,
    overflow: () => tvm_gpa_addr + region_len > gpaSpace(context),
  };
}
