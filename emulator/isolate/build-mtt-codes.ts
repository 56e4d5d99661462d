/** The permission codes of the MTT era, and how long its tables must be. */
import type { MttGeometry } from './mtt-geometry.ts';
import type { Xwr } from './table-memory.ts';

/** XWR to the 2-bit permission: none, rx, rw, rwx; there are no other encodings. */
export const PERM_OF: readonly (number | null)[] = [0, null, null, 2, null, 1, null, 3];

/** The 2-bit permission as XWR. */
export const XWR_OF_PERM: readonly Xwr[] = [0, 5, 3, 7];

/** Bytes of a table of a level (3, 2, 1), no longer than the physical addresses up to `limit` need. */
export function mttTableSize(g: MttGeometry, level: number, limit: bigint | undefined): bigint {
  if (level === 1) return 4096n;
  const span = level === 2 ? 1n << 25n : 1n << 46n;
  const entries = BigInt(g.mask[level] ?? 0) + 1n;
  let used = 1n;
  while (used < entries && (limit === undefined || used * span < limit)) used *= 2n;
  const size = used * BigInt(g.entrySize);
  return size < 4096n ? 4096n : size;
}
