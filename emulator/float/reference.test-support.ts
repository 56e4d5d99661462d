/**
 * IEEE 754 by definition: a value is a fraction, and a result is found by comparing it with the encodings, whose order
 * is that of their values. Shares nothing with the core.
 */
import type { Shape } from './operands.test-support.ts';
import { infinityOf } from './operands.test-support.ts';

export interface Fraction {
  readonly over: bigint;
  /** Positive. */
  readonly under: bigint;
}

export const fraction = (over: bigint, under = 1n): Fraction =>
  under < 0n ? { over: -over, under: -under } : { over, under };
export const plus = (a: Fraction, b: Fraction) =>
  fraction(a.over * b.under + b.over * a.under, a.under * b.under);
export const minus = (a: Fraction, b: Fraction) => plus(a, fraction(-b.over, b.under));
export const times = (a: Fraction, b: Fraction) => fraction(a.over * b.over, a.under * b.under);
export const dividedBy = (a: Fraction, b: Fraction) => fraction(a.over * b.under, a.under * b.over);

/** The exact value of a finite encoding. Also that of infinity's: the power of two after the largest number. */
export function valueOf(shape: Shape, bits: bigint): Fraction {
  const { width, exponentBits, fractionBits } = shape;
  const negative = bits >> BigInt(width - 1) === 1n;
  const magnitude = BigInt.asUintN(width - 1, bits);
  const field = magnitude >> BigInt(fractionBits);
  const digits = BigInt.asUintN(fractionBits, magnitude);
  const whole = field === 0n ? digits : digits + (1n << BigInt(fractionBits));
  const bias = (1n << BigInt(exponentBits - 1)) - 1n;
  const exponent = (field === 0n ? 1n : field) - bias - BigInt(fractionBits);
  const over = negative ? -whole : whole;
  return exponent >= 0n ? fraction(over << exponent) : fraction(over, 1n << -exponent);
}

/** A positive real number, known by how it compares: -1, 0, 1 as it is less than, equal to, greater than the fraction. */
export type Real = (other: Fraction) => -1 | 0 | 1;

const order = (difference: bigint) => (difference < 0n ? -1 : difference > 0n ? 1 : 0);
export const rational =
  (value: Fraction): Real =>
  (other) =>
    order(value.over * other.under - other.over * value.under);
export const rootOf =
  (value: Fraction): Real =>
  (other) =>
    order(value.over * other.under ** 2n - other.over ** 2n * value.under);

export type Mode = 'rne' | 'rtz' | 'rdn' | 'rup' | 'rmm';
export const MODES: readonly Mode[] = ['rne', 'rtz', 'rdn', 'rup', 'rmm'];
export const [NX, UF, OF, DZ, NV] = [1, 2, 4, 8, 16];

/** Whether the magnitude `value` between two neighbours goes to the upper one; `odd`: the lower one's last digit is 1. */
function goesUp(mode: Mode, negative: boolean, odd: boolean, againstMiddle: -1 | 0 | 1): boolean {
  if (mode === 'rtz') return false;
  if (mode === 'rup') return !negative;
  if (mode === 'rdn') return negative;
  return againstMiddle === 0 ? mode === 'rmm' || odd : againstMiddle > 0;
}

/** The magnitude's encoding, infinity's standing for the next power of two, and whether it is exact. */
function nearest(shape: Shape, mode: Mode, negative: boolean, value: Real): [bigint, boolean] {
  let low = 0n;
  let high = infinityOf(shape);
  if (value(valueOf(shape, high)) >= 0) return [high, false];
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (value(valueOf(shape, middle)) >= 0) low = middle;
    else high = middle;
  }
  const [below, above] = [valueOf(shape, low), valueOf(shape, high)];
  if (value(below) === 0) return [low, true];
  const middle = dividedBy(plus(below, above), fraction(2n));
  const up = goesUp(mode, negative, (low & 1n) === 1n, value(middle));
  return [up ? high : low, false];
}

/** The encoding that a real number rounds to, and its flags; tininess is detected after rounding. */
export function rounded(
  shape: Shape,
  mode: Mode,
  negative: boolean,
  value: Real,
): { readonly bits: bigint; readonly flags: number } {
  const infinity = infinityOf(shape);
  const [magnitude, exact] = nearest(shape, mode, negative, value);
  let [bits, flags] = [magnitude, exact ? 0 : NX];
  if (magnitude === infinity) {
    flags = OF | NX;
    const away = goesUp(mode, negative, true, 1);
    bits = away ? infinity : infinity - 1n;
  } else if (!exact) {
    // With digits to spare below, as if the exponent had no lower bound: 200 binades up.
    const scale = fraction(1n << 200n);
    const scaled: Real = (other) => value(dividedBy(other, scale));
    const [unbounded] = nearest(shape, mode, negative, scaled);
    const smallestNormal = 1n << BigInt(shape.fractionBits);
    if (unbounded < smallestNormal * 201n) flags |= UF;
  }
  return { bits: negative ? bits | (1n << BigInt(shape.width - 1)) : bits, flags };
}
