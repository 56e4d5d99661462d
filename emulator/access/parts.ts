/** Values as two halves: shifts by whole bytes and byte order, for accesses that lie in two pages or are big-endian. */
import { swap } from '../memory/page.ts';

/** A 64-bit value; its functions change it in place. */
export class Value {
  lo = 0;
  hi = 0;

  set(lo: number, hi: number): this {
    this.lo = lo;
    this.hi = hi;
    return this;
  }

  /** Right by `count` bytes, 0 to 8, zero-filled. */
  right(count: number): this {
    const { lo, hi } = this;
    if (count === 0) return this;
    if (count >= 8) return this.set(0, 0);
    if (count >= 4) return this.set(count === 4 ? hi : hi >>> (8 * (count - 4)), 0);
    return this.set((lo >>> (8 * count)) | (hi << (32 - 8 * count)), hi >>> (8 * count));
  }

  /** Left by `count` bytes, 0 to 8. */
  left(count: number): this {
    const { lo, hi } = this;
    if (count === 0) return this;
    if (count >= 8) return this.set(0, 0);
    if (count >= 4) return this.set(0, count === 4 ? lo : lo << (8 * (count - 4)));
    return this.set(lo << (8 * count), (hi << (8 * count)) | (lo >>> (32 - 8 * count)));
  }

  /** Only the low `size` bytes. */
  truncate(size: number): this {
    if (size >= 8) return this;
    if (size > 4) return this.set(this.lo, this.hi & (2 ** (8 * (size - 4)) - 1));
    return this.set(size === 4 ? this.lo : this.lo & (2 ** (8 * size) - 1), 0);
  }

  /** The low `size` bytes in the opposite order. */
  reverse(size: number): this {
    return this.set(swap(this.hi), swap(this.lo)).right(8 - size);
  }
}
