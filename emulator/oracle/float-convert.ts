/** Conversions between integers and the two formats. */
import {
  DOUBLE,
  FLAG,
  SINGLE,
  canonicalNaN,
  decode,
  finite,
  infinity,
  round,
  toInteger,
} from './float-number.ts';
import type { Format, Rounded, Rounding } from './float-number.ts';

/** To an integer of `n` bits; what does not fit is invalid and gives the nearest end, NaN the largest. */
export function floatToInteger(
  bits: bigint,
  format: Format,
  target: { readonly n: number; readonly signed: boolean },
  rounding: Rounding,
): Rounded {
  const n = BigInt(target.n);
  const largest = (1n << (target.signed ? n - 1n : n)) - 1n;
  const smallest = target.signed ? -(1n << (n - 1n)) : 0n;
  const value = decode(bits, format);
  if (value.kind === 'nan') return { bits: largest, flags: FLAG.NV };
  if (value.kind === 'infinite') {
    return { bits: value.negative ? smallest : largest, flags: FLAG.NV };
  }
  const { value: magnitude, inexact } = toInteger(value, rounding);
  const result = value.negative ? -magnitude : magnitude;
  if (result > largest) return { bits: largest, flags: FLAG.NV };
  if (result < smallest) return { bits: smallest, flags: FLAG.NV };
  return { bits: result, flags: inexact ? FLAG.NX : 0 };
}

export function integerToFloat(value: bigint, format: Format, rounding: Rounding): Rounded {
  return round(finite(value < 0n, value < 0n ? -value : value), format, rounding);
}

export function changeFormat(bits: bigint, from: Format, rounding: Rounding): Rounded {
  const to = from === SINGLE ? DOUBLE : SINGLE;
  const value = decode(bits, from);
  if (value.kind === 'nan') {
    return { bits: canonicalNaN(to), flags: value.signaling ? FLAG.NV : 0 };
  }
  if (value.kind === 'infinite') return { bits: infinity(value.negative, to), flags: 0 };
  return round(value, to, rounding);
}
