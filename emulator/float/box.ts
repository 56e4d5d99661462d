/** NaN-boxing: a binary32 value in a register of 64 bits has all upper bits set. */
import type { Format } from './format.ts';
import { BINARY32 } from './format.ts';

const ONES = 0xffff_ffffn;

/** The register that holds an encoding. */
export function box({ width }: Format, bits: bigint): bigint {
  return width === 64 ? bits : (ONES << 32n) | bits;
}

/** The encoding that a register holds; the canonical NaN where it is not boxed as it must be. */
export function unbox({ width }: Format, register: bigint): bigint {
  if (width === 64) return register;
  return register >> 32n === ONES ? register & ONES : BINARY32.canonicalNaN;
}
