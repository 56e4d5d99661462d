/** Page arithmetic: an address is a page number (exact up to 2^52) and an offset; never a shift of a page number. */

/** A table or tuple index: `(page * 2^-k) mod 2^n`. Scaling by powers of two is exact, ToInt32 is modulo 2^32. */
export function field(page: number, scale: number, mask: number): number {
  return ((page * scale) | 0) & mask;
}

/** Pages of the virtual address space: 2^XLEN bytes. */
export function virtualPages(xlen: 32 | 64): number {
  return xlen === 32 ? 2 ** 20 : 2 ** 52;
}

/** The page behind `page`; addresses wrap at 2^XLEN. */
export function nextPage(page: number, pages: number): number {
  return page + 1 === pages ? 0 : page + 1;
}

/** `page` modulo `span`, a power of two. */
export function within(page: number, span: number): number {
  return page - Math.floor(page / span) * span;
}

/** The four bytes of a word in the opposite order. */
export function swap(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
