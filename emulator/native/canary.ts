/** What registers hold that code of a handler used and did not restore: values that nobody else has. */

/** 64 bits: a mark, the file and number of the register, and what the seed makes of them. */
export function canary(seed: number, hart: number, file: 'x' | 'f', number: number): bigint {
  let mixed = Math.imul(seed ^ 0x2545_f491, 0x9e37_79b1) ^ (hart << 16) ^ (number << 1);
  if (file === 'f') mixed ^= 1;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  const mark = 0xcafe_0000 | (file === 'f' ? 0x100 : 0) | number;
  return (BigInt(mark >>> 0) << 32n) | BigInt(((mixed ^ (mixed >>> 16)) | 1) >>> 0);
}
