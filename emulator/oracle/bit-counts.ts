/** Counts of bits, one bit at a time. */

/** Zeros above the highest one of an `n`-bit number. */
export function leadingZeros(value: bigint, n: number): bigint {
  let count = 0n;
  for (let k = n - 1; k >= 0 && ((value >> BigInt(k)) & 1n) === 0n; k--) count++;
  return count;
}

export function countOnes(value: bigint): bigint {
  let count = 0n;
  for (let rest = value; rest !== 0n; rest >>= 1n) count += rest & 1n;
  return count;
}

/** Bits that a positive number has. */
export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}
