/** Numbers at which arithmetic tends to go wrong. */
import type { Random } from './random.test-support.ts';

/** An integer of `bits` bits: small, near a power of two, near the ends, or anything. */
export function interesting(random: Random, bits: number): bigint {
  const size = BigInt(bits);
  const near = BigInt(random.below(5) - 2);
  const value = random.pick([
    () => near,
    () => (1n << BigInt(random.below(bits))) + near,
    () => (1n << (size - 1n)) + near,
    () => (1n << 31n) + near,
    () => (1n << 32n) + near,
    () => random.big(bits),
    () => random.big(bits),
    () => random.big(bits) & random.big(bits) & random.big(bits),
    () => BigInt(random.below(0x1_0000)),
    () => -BigInt(random.below(0x1_0000)),
  ])();
  return BigInt.asUintN(bits, value);
}

interface Shape {
  readonly width: bigint;
  readonly fraction: bigint;
}

const SINGLE: Shape = { width: 32n, fraction: 23n };
const DOUBLE: Shape = { width: 64n, fraction: 52n };

function patterned(random: Random, { width, fraction }: Shape): bigint {
  const top = (1n << (width - 1n - fraction)) - 1n;
  const middle = top >> 1n;
  const exponent = random.pick([
    () => 0n,
    () => 1n,
    () => top,
    () => top - 1n,
    () => middle + BigInt(random.below(9) - 4),
    () => middle + BigInt(random.below(140) - 70),
    () => random.big(Number(width - 1n - fraction)),
    () => (middle >> 1n) + BigInt(random.below(9) - 4),
  ])();
  const ones = (1n << fraction) - 1n;
  const significand = random.pick([
    () => 0n,
    () => ones,
    () => 1n << BigInt(random.below(Number(fraction))),
    () => ones ^ ((1n << BigInt(random.below(Number(fraction)))) - 1n),
    () => random.big(Number(fraction)),
    () => random.big(8),
    () => 1n,
  ])();
  const sign = random.chance(0.5) ? 1n << (width - 1n) : 0n;
  return sign | ((exponent & top) << fraction) | significand;
}

/** An f register: a double, a boxed single, or a single that is not boxed. */
export function interestingFloat(random: Random): bigint {
  if (random.chance(0.45)) return patterned(random, DOUBLE);
  const single = patterned(random, SINGLE);
  return random.chance(0.95) ? 0xffff_ffff_0000_0000n | single : single;
}
