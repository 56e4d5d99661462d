/** Pieces of physical memory. */

/** Bytes. */
export interface Range {
  readonly base: bigint;
  readonly size: bigint;
}

export const PAGE = 4096n;
export const DEFAULT_RAM: Range = { base: 0x8000_0000n, size: 256n << 20n };

export const overlaps = (a: Range, b: Range): boolean =>
  a.base < b.base + b.size && b.base < a.base + a.size;

export const contains = (outer: Range, inner: Range): boolean =>
  outer.base <= inner.base && inner.base + inner.size <= outer.base + outer.size;
