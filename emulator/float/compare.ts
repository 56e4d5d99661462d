/** Comparisons, minimum and maximum, and the class of a value: nothing here rounds. */
import type { Environment } from './environment.ts';
import { FLAGS } from './environment.ts';
import type { Format } from './format.ts';

const magnitudeOf = (format: Format, bits: bigint) => bits & ~format.signBit;
const isNegative = (format: Format, bits: bigint) => (bits & format.signBit) !== 0n;
const isNaN = (format: Format, bits: bigint) => magnitudeOf(format, bits) > format.infinity;

function isSignalling(format: Format, bits: bigint): boolean {
  return isNaN(format, bits) && (bits & format.quietBit) === 0n;
}

/** An integer in the order of the values, with -0 before +0. */
function rank(format: Format, bits: bigint): bigint {
  return isNegative(format, bits) ? ~magnitudeOf(format, bits) : bits;
}

/** -1, 0 or 1 as a is less, equal or greater; null: a NaN is among them, unordered. */
function compare(format: Format, a: bigint, b: bigint): -1 | 0 | 1 | null {
  if (isNaN(format, a) || isNaN(format, b)) return null;
  const bothZero = magnitudeOf(format, a | b) === 0n;
  if (a === b || bothZero) return 0;
  return rank(format, a) < rank(format, b) ? -1 : 1;
}

function flagSignalling(format: Format, a: bigint, b: bigint, env: Environment): void {
  if (isSignalling(format, a) || isSignalling(format, b)) env.flags |= FLAGS.NV;
}

/** a = b: quiet, only a signalling NaN is invalid. */
export function equal(format: Format, a: bigint, b: bigint, env: Environment): bigint {
  flagSignalling(format, a, b, env);
  return compare(format, a, b) === 0 ? 1n : 0n;
}

/** a < b: every NaN is invalid. */
export function less(format: Format, a: bigint, b: bigint, env: Environment): bigint {
  const order = compare(format, a, b);
  if (order === null) env.flags |= FLAGS.NV;
  return order === -1 ? 1n : 0n;
}

/** a <= b: every NaN is invalid. */
export function lessOrEqual(format: Format, a: bigint, b: bigint, env: Environment): bigint {
  const order = compare(format, a, b);
  if (order === null) env.flags |= FLAGS.NV;
  return order === -1 || order === 0 ? 1n : 0n;
}

/** minimumNumber and maximumNumber: a NaN gives way to a number, and -0 is less than +0. */
function select(format: Format, a: bigint, b: bigint, env: Environment, least: boolean): bigint {
  flagSignalling(format, a, b, env);
  if (isNaN(format, a)) return isNaN(format, b) ? format.canonicalNaN : b;
  if (isNaN(format, b)) return a;
  return rank(format, a) < rank(format, b) === least ? a : b;
}

export function minimum(format: Format, a: bigint, b: bigint, env: Environment): bigint {
  return select(format, a, b, env, true);
}

export function maximum(format: Format, a: bigint, b: bigint, env: Environment): bigint {
  return select(format, a, b, env, false);
}

/**
 * FCLASS: one bit of ten. Bits 0 to 3: negative, infinity, normal, subnormal, zero; 4 to 7: the same positive, in
 * reverse; 8, 9: a signalling, a quiet NaN.
 */
export function classify(format: Format, a: bigint): bigint {
  if (isNaN(format, a)) return isSignalling(format, a) ? 1n << 8n : 1n << 9n;
  const magnitude = magnitudeOf(format, a);
  const smallestNormal = 1n << BigInt(format.precision - 1);
  const size =
    magnitude === 0n ? 0 : magnitude < smallestNormal ? 1 : magnitude < format.infinity ? 2 : 3;
  return 1n << BigInt(isNegative(format, a) ? 3 - size : 4 + size);
}
