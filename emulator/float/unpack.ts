/** An encoding taken apart. */
import type { Format } from './format.ts';

export type Kind = 'zero' | 'finite' | 'infinite' | 'quiet' | 'signalling';

/** `finite`: (-1)^sign x significand x 2^exponent, an exact number that need not fit any format. */
export interface Unpacked {
  readonly kind: Kind;
  readonly sign: 0 | 1;
  readonly exponent: number;
  readonly significand: bigint;
}

/** The value of an encoding of `width` bits. */
export function unpack(format: Format, bits: bigint): Unpacked {
  const { precision, emin, special } = format;
  // Two numbers of 32 bits; of binary32 all fields are in the first.
  const isDouble = format.width === 64;
  const top = Number(BigInt.asUintN(32, isDouble ? bits >> 32n : bits));
  const low = isDouble ? Number(BigInt.asUintN(32, bits)) : 0;
  const shift = isDouble ? 20 : 23;
  const field = (top >>> shift) & special;
  const upper = top & ((1 << shift) - 1);
  const fraction = isDouble ? upper * 2 ** 32 + low : upper;
  const sign = top >>> 31 === 0 ? 0 : 1;
  if (field === special) {
    const quiet = upper >>> (shift - 1) !== 0;
    const kind = fraction === 0 ? 'infinite' : quiet ? 'quiet' : 'signalling';
    return { kind, sign, exponent: 0, significand: 0n };
  }
  if (field === 0) {
    const kind = fraction === 0 ? 'zero' : 'finite';
    return { kind, sign, exponent: emin - precision + 1, significand: BigInt(fraction) };
  }
  const significand = BigInt(fraction + 2 ** (precision - 1));
  return { kind: 'finite', sign, exponent: emin - precision + field, significand };
}

export const isNaN = ({ kind }: Unpacked): boolean => kind === 'quiet' || kind === 'signalling';
