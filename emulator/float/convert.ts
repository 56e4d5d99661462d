/** Conversions between the formats, and from and to integers of 32 and 64 bits. */
import type { Environment } from './environment.ts';
import { FLAGS } from './environment.ts';
import type { Format } from './format.ts';
import { lengthOf, round, roundToInteger, signed } from './round.ts';
import { isNaN, unpack } from './unpack.ts';

/** An integer register's reading: its width, and whether the top bit is a sign. */
export interface IntegerType {
  readonly width: 32 | 64;
  readonly hasSign: boolean;
}

/** By the letters of FCVT. */
export const INTEGERS = {
  w: { width: 32, hasSign: true },
  wu: { width: 32, hasSign: false },
  l: { width: 64, hasSign: true },
  lu: { width: 64, hasSign: false },
} as const satisfies Record<string, IntegerType>;

/** From one format to the other: exact to the wider, rounded to the narrower. */
export function convertFormat(from: Format, to: Format, a: bigint, env: Environment): bigint {
  const x = unpack(from, a);
  if (isNaN(x)) {
    if (x.kind === 'signalling') env.flags |= FLAGS.NV;
    return to.canonicalNaN;
  }
  if (x.kind === 'infinite') return signed(to, x.sign, to.infinity);
  if (x.kind === 'zero') return signed(to, x.sign, 0n);
  return round(to, x.sign, x.exponent, x.significand, env);
}

/** The nearest end of the range; NaN goes with +infinity. Invalid takes the place of inexact. */
function saturated({ width, hasSign }: IntegerType, low: boolean, env: Environment): bigint {
  env.flags |= FLAGS.NV;
  const digits = BigInt(hasSign ? width - 1 : width);
  if (low) return hasSign ? -(1n << digits) : 0n;
  return (1n << digits) - 1n;
}

/** The integer that `a` rounds to, sign-extended from its width to a register of 64 bits. */
export function toInteger(format: Format, type: IntegerType, a: bigint, env: Environment): bigint {
  return BigInt.asUintN(64, BigInt.asIntN(type.width, integerOf(format, type, a, env)));
}

function integerOf(format: Format, type: IntegerType, a: bigint, env: Environment): bigint {
  const { kind, sign, exponent, significand } = unpack(format, a);
  if (kind === 'zero') return 0n;
  const low = sign === 1 && kind !== 'quiet' && kind !== 'signalling';
  // Beyond 65 digits no type reaches, and there is no need to write them all out.
  const isFar = kind !== 'finite' || exponent + lengthOf(significand) > 65;
  if (isFar) return saturated(type, low, env);
  const { integer, exact } = roundToInteger(env.rounding, sign, significand, -exponent);
  const value = sign === 1 ? -integer : integer;
  const fits = type.hasSign
    ? value === BigInt.asIntN(type.width, value)
    : value === BigInt.asUintN(type.width, value);
  if (!fits) return saturated(type, low, env);
  if (!exact) env.flags |= FLAGS.NX;
  return value;
}

/** The number nearest to an integer register, read as `type`. */
export function fromInteger(
  format: Format,
  type: IntegerType,
  register: bigint,
  env: Environment,
): bigint {
  const { width, hasSign } = type;
  const value = hasSign ? BigInt.asIntN(width, register) : BigInt.asUintN(width, register);
  if (value === 0n) return 0n;
  return value < 0n ? round(format, 1, 0, -value, env) : round(format, 0, 0, value, env);
}
