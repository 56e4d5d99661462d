/** Rounding: the one way from an exact number to an encoding and its flags. */
import type { Environment, Rounding } from './environment.ts';
import { FLAGS, ROUNDING } from './environment.ts';
import type { Format } from './format.ts';

/** What lies below the last kept digit, against half of that digit. */
const EXACT = 0;
const BELOW_HALF = 1;
const HALF = 2;
const ABOVE_HALF = 3;

/** What `significand` has below 2^shift. */
function restOf(significand: bigint, shift: number): number {
  const rest = BigInt.asUintN(shift, significand);
  if (rest === 0n) return EXACT;
  const half = 1n << BigInt(shift - 1);
  if (rest === half) return HALF;
  return rest < half ? BELOW_HALF : ABOVE_HALF;
}

/** Whether the magnitude goes up to the next integer. */
function goesUp(mode: Rounding, sign: 0 | 1, odd: boolean, rest: number): boolean {
  switch (mode) {
    case ROUNDING.RNE:
      return rest === ABOVE_HALF || (rest === HALF && odd);
    case ROUNDING.RTZ:
      return false;
    case ROUNDING.RDN:
      return sign === 1 && rest !== EXACT;
    case ROUNDING.RUP:
      return sign === 0 && rest !== EXACT;
    case ROUNDING.RMM:
      return rest >= HALF;
  }
}

export interface Rounded {
  readonly integer: bigint;
  readonly exact: boolean;
}

/** significand x 2^-shift, the magnitude of a number of that sign, as an integer. */
export function roundToInteger(
  mode: Rounding,
  sign: 0 | 1,
  significand: bigint,
  shift: number,
): Rounded {
  if (shift <= 0) return { integer: significand << BigInt(-shift), exact: true };
  const kept = significand >> BigInt(shift);
  const rest = restOf(significand, shift);
  if (rest === EXACT) return { integer: kept, exact: true };
  const up = goesUp(mode, sign, (kept & 1n) === 1n, rest);
  return { integer: up ? kept + 1n : kept, exact: false };
}

const scratch = new Float64Array(1);
const scratchWords = new Uint32Array(scratch.buffer);

/** Binary digits of a positive number below 2^1023. */
export function lengthOf(significand: bigint): number {
  scratch[0] = Number(significand);
  const low = scratchWords[0];
  const high = scratchWords[1];
  const length = (high >>> 20) - 1022;
  // A power of two may be what the conversion has rounded up to.
  const isPower = (high & 0xf_ffff) === 0 && low === 0;
  return isPower && significand >> BigInt(length - 1) === 0n ? length - 1 : length;
}

/** The encoding of a magnitude with a sign. */
export function signed({ signBit }: Format, sign: 0 | 1, magnitude: bigint): bigint {
  return sign === 1 ? magnitude | signBit : magnitude;
}

/**
 * The encoding of (-1)^sign x significand x 2^exponent, 0 < significand < 2^1023. Sets NX, OF, UF. The last digit may
 * stand for any number of lower ones (1 if any of them is) where at least two digits above it are not kept either.
 */
export function round(
  format: Format,
  sign: 0 | 1,
  exponent: number,
  significand: bigint,
  env: Environment,
): bigint {
  const { precision, emin } = format;
  /** Exponents of the leading digit, and of the last one that the format keeps. */
  const leading = exponent + lengthOf(significand) - 1;
  const last = Math.max(leading, emin) - precision + 1;
  const { integer, exact } = roundToInteger(env.rounding, sign, significand, last - exponent);
  if (!exact) {
    env.flags |= FLAGS.NX;
    if (isTiny(format, sign, leading, exponent, significand, env)) env.flags |= FLAGS.UF;
  }
  // The implicit digit, where there is one, adds itself to the exponent field; so does a carry into a further digit.
  const field = Math.max(leading, emin) - emin;
  const magnitude = (BigInt(field) << BigInt(precision - 1)) + integer;
  return magnitude < format.infinity
    ? signed(format, sign, magnitude)
    : overflow(format, sign, env);
}

/** Tininess after rounding: below 2^emin even when rounded as if there were no smallest exponent. */
function isTiny(
  { precision, emin }: Format,
  sign: 0 | 1,
  leading: number,
  exponent: number,
  significand: bigint,
  { rounding }: Environment,
): boolean {
  if (leading !== emin - 1) return leading < emin;
  const shift = leading - precision + 1 - exponent;
  return lengthOf(roundToInteger(rounding, sign, significand, shift).integer) === precision;
}

/** A number too large for the format: infinity, or the largest number where the mode rounds towards zero. */
function overflow(format: Format, sign: 0 | 1, env: Environment): bigint {
  env.flags |= FLAGS.OF | FLAGS.NX;
  const up = goesUp(env.rounding, sign, true, ABOVE_HALF);
  return signed(format, sign, up ? format.infinity : format.largest);
}
