/** Encodings that are worth trying: every border of the formats, and random ones near each other. */
import type { Random } from '../differential/random.test-support.ts';

/** A format by its parameters alone, for tests that share nothing with the core. */
export interface Shape {
  readonly letter: 's' | 'd';
  readonly width: 32 | 64;
  readonly exponentBits: number;
  readonly fractionBits: number;
}

export const SHAPES = {
  s: { letter: 's', width: 32, exponentBits: 8, fractionBits: 23 },
  d: { letter: 'd', width: 64, exponentBits: 11, fractionBits: 52 },
} as const satisfies Record<string, Shape>;

export const infinityOf = ({ exponentBits, fractionBits }: Shape) =>
  ((1n << BigInt(exponentBits)) - 1n) << BigInt(fractionBits);
export const oneOf = ({ exponentBits, fractionBits }: Shape) =>
  ((1n << BigInt(exponentBits - 1)) - 1n) << BigInt(fractionBits);
export const negated = ({ width }: Shape, bits: bigint) => bits ^ (1n << BigInt(width - 1));
/** Canonical, with payload, and two signalling ones; positive. */
export const nansOf = (shape: Shape): readonly bigint[] => {
  const infinity = infinityOf(shape);
  const quiet = 1n << BigInt(shape.fractionBits - 1);
  return [infinity | quiet, infinity | quiet | 0x123n, infinity | 1n, infinity | (quiet - 1n)];
};

/** Both signs of zero, subnormals, the borders of the normal numbers, ones, integers' ends, infinity, NaNs. */
export function cornersOf(shape: Shape): readonly bigint[] {
  const { fractionBits: f } = shape;
  const infinity = infinityOf(shape);
  const one = oneOf(shape);
  const step = 1n << BigInt(f);
  const positive = [
    ...[0n, 1n, 2n, 3n, step >> 1n, step - 2n, step - 1n, step, step + 1n, 2n * step - 1n],
    ...[2n * step, BigInt(f) * step, BigInt(f + 1) * step, one - step, one - 1n, one, one + 1n],
    ...[one + (step >> 1n), one + step - 1n, one + step, one + step + (step >> 1n)],
    ...[23n, 24n, 31n, 32n, 52n, 53n, 63n, 64n].flatMap((n) => [
      one + n * step - 1n,
      one + n * step,
      one + n * step + 1n,
    ]),
    ...[infinity - step, infinity - 2n, infinity - 1n, infinity, ...nansOf(shape)],
  ];
  return positive.flatMap((bits) => [bits, negated(shape, bits)]);
}

/** A random encoding: corners, any bits, few digits, and exponents close to 1 so that operands meet. */
export function randomOperand(random: Random, shape: Shape, corners: readonly bigint[]): bigint {
  const choice = random.below(8);
  if (choice < 2) return random.pick(corners);
  const any = random.big(shape.width);
  if (choice < 4) return any;
  const sign = any >> BigInt(shape.width - 1);
  const one = oneOf(shape) >> BigInt(shape.fractionBits);
  const exponent = choice < 7 ? one + BigInt(random.below(70)) - 35n : BigInt(random.below(60));
  let fraction = BigInt.asUintN(shape.fractionBits, any);
  // Long runs of zeros and ones bring ties and carries.
  if (random.chance(0.5)) {
    const kept = BigInt(random.below(shape.fractionBits + 1));
    fraction = (fraction >> kept) << kept;
    if (random.chance(0.5)) fraction ^= (1n << BigInt(shape.fractionBits)) - 1n;
  }
  return (
    (((sign << BigInt(shape.exponentBits)) | exponent) << BigInt(shape.fractionBits)) | fraction
  );
}

/** The register that holds an encoding: the upper bits of a narrower one are ones. */
export function boxed({ width }: Shape, bits: bigint): bigint {
  return width === 64 ? bits : 0xffff_ffff_0000_0000n | bits;
}
