/** Bytes that memory can no longer read back: uncorrectable until something is written over them. */

interface Pages {
  readonly first: number;
  readonly last: number;
}

/** Beyond this many pages a poisoned range is kept as a range. */
const SMALL = 64;

export class Poison {
  private readonly bytes = new Map<number, Uint8Array>();
  private ranges: Pages[] = [];

  get isEmpty(): boolean {
    return this.bytes.size === 0 && this.ranges.length === 0;
  }

  clear(): void {
    this.bytes.clear();
    this.ranges = [];
  }

  /** Whether any byte of the page is poisoned. */
  has(page: number): boolean {
    return this.bytes.get(page)?.includes(1) ?? this.inRange(page);
  }

  /** Whether any of `size` bytes at `offset` of the page is poisoned. */
  hits(page: number, offset: number, size: number): boolean {
    const marks = this.bytes.get(page);
    if (marks === undefined) return this.inRange(page);
    return marks.subarray(offset, offset + size).includes(1);
  }

  /** Poisons (1) or heals (0) bytes within one page. */
  mark(page: number, offset: number, size: number, value: 0 | 1): void {
    let marks = this.bytes.get(page);
    if (marks === undefined) {
      const before = this.inRange(page) ? 1 : 0;
      if (before === value) return;
      marks = new Uint8Array(4096).fill(before);
      this.bytes.set(page, marks);
    }
    marks.fill(value, offset, offset + size);
  }

  /** The same for whole pages, `count` of them. */
  markPages(page: number, count: number, value: 0 | 1): void {
    if (count <= SMALL) {
      for (let k = 0; k < count; k++) this.mark(page + k, 0, 4096, value);
      return;
    }
    const last = page + count - 1;
    for (const known of this.bytes.keys()) {
      if (known >= page && known <= last) this.bytes.delete(known);
    }
    this.ranges = this.ranges.flatMap((r) => outside(r, page, last));
    if (value === 1) this.ranges.push({ first: page, last });
  }

  private inRange(page: number): boolean {
    for (const r of this.ranges) if (page >= r.first && page <= r.last) return true;
    return false;
  }
}

/** What of a range lies outside `first..last`. */
function outside(r: Pages, first: number, last: number): Pages[] {
  const left = { first: r.first, last: Math.min(r.last, first - 1) };
  const right = { first: Math.max(r.first, last + 1), last: r.last };
  return [left, right].filter((part) => part.first <= part.last);
}
