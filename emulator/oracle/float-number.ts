/** Binary floating-point numbers of IEEE 754 as exact rationals, and their one rounding. */
import { bitLength } from './bit-counts.ts';

export interface Format {
  /** All bits, and the significand's with the hidden one. */
  readonly width: number;
  readonly precision: number;
  /** Exponent of the largest and of the smallest normal number. */
  readonly emax: number;
  readonly emin: number;
}

export const SINGLE: Format = { width: 32, precision: 24, emax: 127, emin: -126 };
export const DOUBLE: Format = { width: 64, precision: 53, emax: 1023, emin: -1022 };

export const FLAG = { NX: 1, UF: 2, OF: 4, DZ: 8, NV: 16 } as const;

/** Rounding modes as rm encodes them: RNE RTZ RDN RUP RMM. */
export type Rounding = 0 | 1 | 2 | 3 | 4;

/** numerator / denominator, both non-negative, the denominator not 0; the sign apart, for zeros have one. */
export interface Finite {
  readonly kind: 'finite';
  readonly negative: boolean;
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export type Value =
  | Finite
  | { readonly kind: 'infinite'; readonly negative: boolean }
  | { readonly kind: 'nan'; readonly signaling: boolean };

export interface Rounded {
  readonly bits: bigint;
  readonly flags: number;
}

export function finite(negative: boolean, numerator: bigint, denominator = 1n): Finite {
  return { kind: 'finite', negative, numerator, denominator };
}

const power = (n: number) => 1n << BigInt(n);

export function canonicalNaN(format: Format): bigint {
  const fraction = BigInt(format.precision - 1);
  const exponent = power(format.width - format.precision) - 1n;
  return (exponent << fraction) | power(format.precision - 2);
}

export function decode(bits: bigint, format: Format): Value {
  const fractionBits = format.precision - 1;
  const negative = bits >> BigInt(format.width - 1) === 1n;
  const fraction = bits & (power(fractionBits) - 1n);
  const ones = power(format.width - format.precision) - 1n;
  const biased = (bits >> BigInt(fractionBits)) & ones;
  if (biased === ones) {
    if (fraction === 0n) return { kind: 'infinite', negative };
    return { kind: 'nan', signaling: fraction >> BigInt(fractionBits - 1) === 0n };
  }
  const exponent = biased === 0n ? format.emin : Number(biased) - format.emax;
  const significand = biased === 0n ? fraction : fraction | power(fractionBits);
  const shift = exponent - fractionBits;
  return shift >= 0
    ? finite(negative, significand << BigInt(shift))
    : finite(negative, significand, power(-shift));
}

export function infinity(negative: boolean, format: Format): bigint {
  const ones = power(format.width - format.precision) - 1n;
  return (ones << BigInt(format.precision - 1)) | (negative ? power(format.width - 1) : 0n);
}

/** An integer next to `numerator / denominator`, and whether it is not exactly that. */
export function toInteger(value: Finite, rounding: Rounding): { value: bigint; inexact: boolean } {
  const { negative, numerator, denominator } = value;
  const down = numerator / denominator;
  const rest = numerator % denominator;
  const half = 2n * rest - denominator;
  const away =
    rest !== 0n &&
    {
      0: half > 0n || (half === 0n && down % 2n === 1n),
      1: false,
      2: negative,
      3: !negative,
      4: half >= 0n,
    }[rounding];
  return { value: away ? down + 1n : down, inexact: rest !== 0n };
}

/** floor(log2) of a positive rational. */
function logarithm(numerator: bigint, denominator: bigint): number {
  const guess = bitLength(numerator) - bitLength(denominator);
  const atLeast =
    guess >= 0
      ? numerator >= denominator << BigInt(guess)
      : numerator << BigInt(-guess) >= denominator;
  return atLeast ? guess : guess - 1;
}

/** The value in units of 2^exponent. */
function scaled(value: Finite, exponent: number): Finite {
  const { negative, numerator, denominator } = value;
  return exponent >= 0
    ? finite(negative, numerator, denominator << BigInt(exponent))
    : finite(negative, numerator << BigInt(-exponent), denominator);
}

/** Rounds to a format; tininess is detected after rounding. */
export function round(value: Finite, format: Format, rounding: Rounding): Rounded {
  const { negative } = value;
  const sign = negative ? power(format.width - 1) : 0n;
  if (value.numerator === 0n) return { bits: sign, flags: 0 };
  const { precision, emin, emax } = format;
  const own = logarithm(value.numerator, value.denominator);
  const exponent = Math.max(own, emin);
  const unit = exponent - (precision - 1);
  const { value: significand, inexact } = toInteger(scaled(value, unit), rounding);
  // Rounding up to a power of two lands on the next exponent; the encoding carries over by itself.
  const tooLarge = significand >= power(precision) ? exponent + 1 > emax : exponent > emax;
  if (tooLarge) {
    const toInfinity = { 0: true, 1: false, 2: negative, 3: !negative, 4: true }[rounding];
    const bits = toInfinity ? infinity(negative, format) : infinity(negative, format) - 1n;
    return { bits, flags: FLAG.OF | FLAG.NX };
  }
  let flags = inexact ? FLAG.NX : 0;
  if (inexact && own < emin && isTiny(value, own, format, rounding)) flags |= FLAG.UF;
  const biased = BigInt(exponent + emax - 1);
  const magnitude = own < emin ? significand : (biased << BigInt(precision - 1)) + significand;
  return { bits: sign | magnitude, flags };
}

/** Whether the value, rounded as if exponents had no limit, stays below the smallest normal number. */
function isTiny(value: Finite, own: number, format: Format, rounding: Rounding): boolean {
  const unit = own - (format.precision - 1);
  const { value: significand } = toInteger(scaled(value, unit), rounding);
  return own + (significand >= power(format.precision) ? 1 : 0) < format.emin;
}
