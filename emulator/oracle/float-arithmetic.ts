/** Sum, product, quotient, root and comparison of IEEE 754, exact before the one rounding. */
import { bitLength } from './bit-counts.ts';
import { FLAG, canonicalNaN, decode, finite, infinity, round } from './float-number.ts';
import type { Finite, Format, Rounded, Rounding, Value } from './float-number.ts';

export interface Mode {
  readonly format: Format;
  readonly rounding: Rounding;
}

const signaling = (...values: readonly Value[]) =>
  values.some((value) => value.kind === 'nan' && value.signaling);
const hasNaN = (...values: readonly Value[]) => values.some(({ kind }) => kind === 'nan');

function nan({ format }: Mode, invalid: boolean): Rounded {
  return { bits: canonicalNaN(format), flags: invalid ? FLAG.NV : 0 };
}

const isZero = (value: Value) => value.kind === 'finite' && value.numerator === 0n;
const isNegative = (value: Value) => value.kind !== 'nan' && value.negative;
const infinite = (negative: boolean, { format }: Mode): Rounded => ({
  bits: infinity(negative, format),
  flags: 0,
});

/** With the sign of its numerator. */
const numeratorOf = (value: Finite) => (value.negative ? -value.numerator : value.numerator);

function sumOf(a: Finite, b: Finite, rounding: Rounding): Finite {
  const denominator = a.denominator * b.denominator;
  const sum = numeratorOf(a) * b.denominator + numeratorOf(b) * a.denominator;
  if (sum !== 0n) return finite(sum < 0n, sum < 0n ? -sum : sum, denominator);
  // An exact zero is positive (negative when rounding down), unless both operands are zeros of one sign.
  const both = isZero(a) && isZero(b) && a.negative === b.negative;
  return finite(both ? a.negative : rounding === 2, 0n);
}

function addValues(a: Value, b: Value, mode: Mode): Rounded {
  if (hasNaN(a, b)) return nan(mode, signaling(a, b));
  if (a.kind === 'infinite' && b.kind === 'infinite' && a.negative !== b.negative) {
    return nan(mode, true);
  }
  if (a.kind === 'infinite') return infinite(a.negative, mode);
  if (b.kind === 'infinite') return infinite(b.negative, mode);
  if (a.kind === 'nan' || b.kind === 'nan') return nan(mode, false);
  return round(sumOf(a, b, mode.rounding), mode.format, mode.rounding);
}

function negated(value: Value): Value {
  return value.kind === 'nan' ? value : { ...value, negative: !value.negative };
}

export function add(a: bigint, b: bigint, mode: Mode, subtract: boolean): Rounded {
  const right = decode(b, mode.format);
  return addValues(decode(a, mode.format), subtract ? negated(right) : right, mode);
}

export function multiply(a: bigint, b: bigint, mode: Mode): Rounded {
  const [x, y] = [decode(a, mode.format), decode(b, mode.format)];
  if (hasNaN(x, y)) return nan(mode, signaling(x, y));
  const negative = isNegative(x) !== isNegative(y);
  if (x.kind === 'finite' && y.kind === 'finite') {
    const product = finite(negative, x.numerator * y.numerator, x.denominator * y.denominator);
    return round(product, mode.format, mode.rounding);
  }
  return isZero(x) || isZero(y) ? nan(mode, true) : infinite(negative, mode);
}

export function divide(a: bigint, b: bigint, mode: Mode): Rounded {
  const [x, y] = [decode(a, mode.format), decode(b, mode.format)];
  if (hasNaN(x, y)) return nan(mode, signaling(x, y));
  const negative = isNegative(x) !== isNegative(y);
  if (x.kind === 'infinite') {
    return y.kind === 'infinite' ? nan(mode, true) : infinite(negative, mode);
  }
  if (y.kind === 'infinite') return round(finite(negative, 0n), mode.format, mode.rounding);
  if (x.kind === 'nan' || y.kind === 'nan') return nan(mode, false);
  if (y.numerator === 0n) {
    if (x.numerator === 0n) return nan(mode, true);
    return { bits: infinity(negative, mode.format), flags: FLAG.DZ };
  }
  const ratio = finite(negative, x.numerator * y.denominator, x.denominator * y.numerator);
  return round(ratio, mode.format, mode.rounding);
}

/** The integer below the root. */
function integerRoot(value: bigint): bigint {
  let root = 1n << BigInt((bitLength(value) + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

export function squareRoot(a: bigint, mode: Mode): Rounded {
  const x = decode(a, mode.format);
  if (x.kind === 'nan') return nan(mode, x.signaling);
  if (isZero(x)) return { bits: a, flags: 0 };
  if (x.negative) return nan(mode, true);
  if (x.kind === 'infinite') return infinite(false, mode);
  // The denominator is a power of two: with an even exponent the root of it is one as well.
  let { numerator, denominator } = x;
  if (bitLength(denominator) % 2 === 0)
    [numerator, denominator] = [numerator * 2n, denominator * 2n];
  const shift = 140n;
  const radicand = numerator << (2n * shift);
  const root = integerRoot(radicand);
  const exact = root * root === radicand;
  // What lies between two integers rounds as the half between them: both are far below the last place.
  const doubled = 2n * root + (exact ? 0n : 1n);
  const scale = (2n * integerRoot(denominator)) << shift;
  return round(finite(false, doubled, scale), mode.format, mode.rounding);
}

/** (a * b) + c with one rounding; signs are applied before. */
export function fuse(
  operands: readonly [bigint, bigint, bigint],
  signs: { readonly product: boolean; readonly addend: boolean },
  mode: Mode,
): Rounded {
  const [x, y, raw] = operands.map((bits) => decode(bits, mode.format)) as [Value, Value, Value];
  const z = signs.addend ? negated(raw) : raw;
  const undefinedProduct =
    (x.kind === 'infinite' && isZero(y)) || (isZero(x) && y.kind === 'infinite');
  if (undefinedProduct) return nan(mode, true);
  if (hasNaN(x, y, z)) return nan(mode, signaling(x, y, z));
  const negative = (isNegative(x) !== isNegative(y)) !== signs.product;
  const product: Value =
    x.kind === 'finite' && y.kind === 'finite'
      ? finite(negative, x.numerator * y.numerator, x.denominator * y.denominator)
      : { kind: 'infinite', negative };
  return addValues(product, z, mode);
}

/** -1, 0, 1, or null when one is not a number. */
export function order(a: Value, b: Value): -1 | 0 | 1 | null {
  if (a.kind === 'nan' || b.kind === 'nan') return null;
  const key = (value: Value): number => (value.kind === 'infinite' ? (value.negative ? -1 : 1) : 0);
  if (a.kind === 'infinite' || b.kind === 'infinite') {
    return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
  }
  const difference = numeratorOf(a) * b.denominator - numeratorOf(b) * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** FMIN and FMAX: minimumNumber and maximumNumber of 2019, -0 below +0. */
export function extreme(a: bigint, b: bigint, format: Format, largest: boolean): Rounded {
  const [x, y] = [decode(a, format), decode(b, format)];
  const flags = signaling(x, y) ? FLAG.NV : 0;
  if (x.kind === 'nan') return { bits: y.kind === 'nan' ? canonicalNaN(format) : b, flags };
  if (y.kind === 'nan') return { bits: a, flags };
  const relation = order(x, y);
  const first = relation === 0 ? x.negative !== largest : (relation === -1) !== largest;
  return { bits: first ? a : b, flags };
}

/** The class of a number as a mask of one bit (FCLASS). */
export function classify(bits: bigint, format: Format): bigint {
  const value = decode(bits, format);
  if (value.kind === 'nan') return value.signaling ? 1n << 8n : 1n << 9n;
  const place = () => {
    if (value.kind === 'infinite') return 0;
    if (value.numerator === 0n) return 3;
    const { numerator, denominator } = value;
    return numerator << BigInt(-format.emin) >= denominator ? 1 : 2;
  };
  return 1n << BigInt(value.negative ? place() : 7 - place());
}
