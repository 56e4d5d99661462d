/** Sums, products, quotients, square roots and fused multiply-adds, exact until they are rounded once. */
import type { Environment } from './environment.ts';
import { FLAGS, ROUNDING } from './environment.ts';
import type { Format } from './format.ts';
import { lengthOf, round, signed } from './round.ts';
import type { Unpacked } from './unpack.ts';
import { isNaN, unpack } from './unpack.ts';

/** The canonical NaN, with NV. */
function invalid({ canonicalNaN }: Format, env: Environment): bigint {
  env.flags |= FLAGS.NV;
  return canonicalNaN;
}

/** The canonical NaN of an operation on NaNs: NV if one of them is signalling. */
function propagate(format: Format, env: Environment, ...operands: readonly Unpacked[]): bigint {
  const signalling = operands.some(({ kind }) => kind === 'signalling');
  return signalling ? invalid(format, env) : format.canonicalNaN;
}

const flip = (sign: 0 | 1, by: 0 | 1): 0 | 1 => (sign === by ? 0 : 1);

/** The sign of a zero that numbers of unlike sign add up to. */
const signOfZeroSum = ({ rounding }: Environment) => (rounding === ROUNDING.RDN ? 1 : 0);

/** x + y of numbers and infinities, x and y up to twice the precision wide. */
function sum(format: Format, x: Unpacked, y: Unpacked, env: Environment): bigint {
  if (x.kind === 'infinite') {
    if (y.kind === 'infinite' && x.sign !== y.sign) return invalid(format, env);
    return signed(format, x.sign, format.infinity);
  }
  if (y.kind === 'infinite') return signed(format, y.sign, format.infinity);
  if (x.kind === 'zero') {
    if (y.kind !== 'zero') return round(format, y.sign, y.exponent, y.significand, env);
    return signed(format, x.sign === y.sign ? x.sign : signOfZeroSum(env), 0n);
  }
  if (y.kind === 'zero') return round(format, x.sign, x.exponent, x.significand, env);
  return x.exponent >= y.exponent ? finiteSum(format, x, y, env) : finiteSum(format, y, x, env);
}

/** high + low, both finite, where high.exponent >= low.exponent. */
function finiteSum(format: Format, high: Unpacked, low: Unpacked, env: Environment): bigint {
  // Digits so far below the last one of `high` cannot tell more than that they are there, wherever they stand.
  const deepest = high.exponent - format.precision - 3;
  const far = low.exponent + 2 * format.precision < deepest;
  const exponent = far ? deepest : low.exponent;
  const lower = far ? 1n : low.significand;
  const upper = high.significand << BigInt(high.exponent - exponent);
  if (high.sign === low.sign) return round(format, high.sign, exponent, upper + lower, env);
  const difference = upper - lower;
  if (difference === 0n) return signed(format, signOfZeroSum(env), 0n);
  return difference > 0n
    ? round(format, high.sign, exponent, difference, env)
    : round(format, low.sign, exponent, -difference, env);
}

/** a + b. */
export function add(format: Format, a: bigint, b: bigint, env: Environment): bigint {
  const x = unpack(format, a);
  const y = unpack(format, b);
  return isNaN(x) || isNaN(y) ? propagate(format, env, x, y) : sum(format, x, y, env);
}

/** a - b. */
export function subtract(format: Format, a: bigint, b: bigint, env: Environment): bigint {
  return add(format, a, b ^ format.signBit, env);
}

/** The exact product; null: infinity times zero. */
function product(x: Unpacked, y: Unpacked): Unpacked | null {
  const sign = flip(x.sign, y.sign);
  const exponent = x.exponent + y.exponent;
  if (x.kind === 'finite' && y.kind === 'finite') {
    return { kind: 'finite', sign, exponent, significand: x.significand * y.significand };
  }
  if (x.kind === 'infinite' || y.kind === 'infinite') {
    if (x.kind === 'zero' || y.kind === 'zero') return null;
    return { kind: 'infinite', sign, exponent, significand: 0n };
  }
  return { kind: 'zero', sign, exponent, significand: 0n };
}

/** The encoding of an exact result. */
function deliver(format: Format, x: Unpacked, env: Environment): bigint {
  if (x.kind === 'zero') return signed(format, x.sign, 0n);
  if (x.kind === 'infinite') return signed(format, x.sign, format.infinity);
  return round(format, x.sign, x.exponent, x.significand, env);
}

/** a x b. */
export function multiply(format: Format, a: bigint, b: bigint, env: Environment): bigint {
  const x = unpack(format, a);
  const y = unpack(format, b);
  if (isNaN(x) || isNaN(y)) return propagate(format, env, x, y);
  const exact = product(x, y);
  return exact === null ? invalid(format, env) : deliver(format, exact, env);
}

/** a x b + c with one rounding. Infinity times zero is invalid even if c is a quiet NaN. */
export function multiplyAdd(
  format: Format,
  a: bigint,
  b: bigint,
  c: bigint,
  env: Environment,
): bigint {
  const x = unpack(format, a);
  const y = unpack(format, b);
  const z = unpack(format, c);
  if (isNaN(x) || isNaN(y)) return propagate(format, env, x, y, z);
  const exact = product(x, y);
  if (exact === null) return invalid(format, env);
  return isNaN(z) ? propagate(format, env, z) : sum(format, exact, z, env);
}

/** a / b. */
export function divide(format: Format, a: bigint, b: bigint, env: Environment): bigint {
  const x = unpack(format, a);
  const y = unpack(format, b);
  if (isNaN(x) || isNaN(y)) return propagate(format, env, x, y);
  const sign = flip(x.sign, y.sign);
  if (x.kind === 'infinite' || y.kind === 'zero') {
    if (x.kind === y.kind) return invalid(format, env);
    if (x.kind === 'finite') env.flags |= FLAGS.DZ;
    return signed(format, sign, format.infinity);
  }
  if (x.kind === 'zero' || y.kind === 'infinite') return signed(format, sign, 0n);
  // As many digits as the precision, two to round by, and one for all that follow.
  const digits = format.precision + 2;
  const shift = digits + lengthOf(y.significand) - lengthOf(x.significand);
  const dividend = x.significand << BigInt(shift);
  const quotient = dividend / y.significand;
  const rest = quotient * y.significand === dividend ? 0n : 1n;
  return round(format, sign, x.exponent - y.exponent - shift - 1, (quotient << 1n) | rest, env);
}

/** The square root of a. */
export function squareRoot(format: Format, a: bigint, env: Environment): bigint {
  const x = unpack(format, a);
  if (isNaN(x)) return propagate(format, env, x);
  if (x.kind === 'zero') return a;
  if (x.sign === 1) return invalid(format, env);
  if (x.kind === 'infinite') return format.infinity;
  // A radicand with an even exponent whose root has the precision and two digits more.
  const wanted = 2 * (format.precision + 2) - lengthOf(x.significand);
  const shift = (x.exponent - wanted) % 2 === 0 ? wanted : wanted + 1;
  const radicand = x.significand << BigInt(shift);
  const root = integerRoot(radicand);
  const rest = root * root === radicand ? 0n : 1n;
  return round(format, 0, (x.exponent - shift) / 2 - 1, (root << 1n) | rest, env);
}

/** The largest integer whose square is not above `radicand`, which has at most 111 digits. */
function integerRoot(radicand: bigint): bigint {
  // Right in its first 52 digits; one step of Heron's method makes it right in all, or one too large.
  const estimate = BigInt(Math.floor(Math.sqrt(Number(radicand))));
  const root = (estimate + radicand / estimate) >> 1n;
  return root * root > radicand ? root - 1n : root;
}
