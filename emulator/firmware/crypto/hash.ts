/** SHA-384 of what lies in several places. */
import { sha384 } from '@noble/hashes/sha2.js';

/** Bytes of a digest. */
export const DIGEST = 48;

/** Of the parts one after the other. */
export function digest(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = sha384.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
}
