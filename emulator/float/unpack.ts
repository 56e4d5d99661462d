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
  const { precision, emin, special, implicit } = format;
  const fraction = BigInt.asUintN(precision - 1, bits);
  const field = Number(bits >> BigInt(precision - 1)) & special;
  const sign = (bits & format.signBit) === 0n ? 0 : 1;
  if (field === special) {
    const quiet = (bits & format.quietBit) !== 0n;
    const kind = fraction === 0n ? 'infinite' : quiet ? 'quiet' : 'signalling';
    return { kind, sign, exponent: 0, significand: 0n };
  }
  if (field === 0) {
    const kind = fraction === 0n ? 'zero' : 'finite';
    return { kind, sign, exponent: emin - precision + 1, significand: fraction };
  }
  const significand = fraction | implicit;
  return { kind: 'finite', sign, exponent: emin - precision + field, significand };
}

export const isNaN = ({ kind }: Unpacked): boolean => kind === 'quiet' || kind === 'signalling';
