/** The books of the bench's host: which of its pages are converted, which of those a TVM has, and where. */

const PAGE_BITS = 12n;

interface Mapped {
  readonly kind: 'confidential' | 'shared';
  readonly page: number;
}

/** An extent in bytes. */
export interface Extent {
  readonly base: bigint;
  readonly size: bigint;
}

const pageOf = (address: bigint): number => Number(address >> PAGE_BITS);
const addressOf = (page: number): bigint => BigInt(page) << PAGE_BITS;

export class HostPages {
  readonly #converted = new Set<number>();
  /** Page to the TVM that has it. */
  readonly #used = new Map<number, bigint>();
  /** By TVM: guest page to what the host has put there. */
  readonly #mapped = new Map<bigint, Map<number, Mapped>>();
  /** By TVM: guest extents that it shares. */
  readonly #shares = new Map<bigint, Extent[]>();

  convert(base: bigint, pages: bigint): void {
    for (const page of range(base, pages)) this.#converted.add(page);
  }

  /** Whether any page of an extent is converted. */
  hasConverted(extent: Extent): boolean {
    return this.#converted.size > 0 && pagesOf(extent).some((page) => this.#converted.has(page));
  }

  reclaim(base: bigint, pages: bigint): void {
    for (const page of range(base, pages)) {
      this.#converted.delete(page);
      this.#used.delete(page);
    }
  }

  /** Pages went to a TVM. */
  give(tvm: bigint, base: bigint, pages: bigint): void {
    for (const page of range(base, pages)) this.#used.set(page, tvm);
  }

  /** Pages went to a TVM and stand at guest addresses there. */
  map(tvm: bigint, gpa: bigint, base: bigint, pages: bigint, kind: Mapped['kind']): void {
    if (kind === 'confidential') this.give(tvm, base, pages);
    const map = this.#mapped.get(tvm) ?? new Map<number, Mapped>();
    this.#mapped.set(tvm, map);
    range(base, pages).forEach((page, k) => map.set(pageOf(gpa) + k, { kind, page }));
  }

  /** Guest pages were removed. */
  unmap(tvm: bigint, { base, size }: Extent): void {
    for (const guest of range(base, size >> PAGE_BITS)) {
      const found = this.#mapped.get(tvm)?.get(guest);
      if (found?.kind === 'confidential') this.#used.delete(found.page);
      this.#mapped.get(tvm)?.delete(guest);
    }
  }

  destroy(tvm: bigint): void {
    for (const [page, owner] of this.#used) if (owner === tvm) this.#used.delete(page);
    this.#mapped.delete(tvm);
    this.#shares.delete(tvm);
  }

  share(tvm: bigint, extent: Extent): void {
    this.#shares.set(tvm, [...(this.#shares.get(tvm) ?? []), extent]);
  }

  unshare(tvm: bigint, { base, size }: Extent): void {
    const list = this.#shares.get(tvm) ?? [];
    const kept = list.flatMap((other) => without(other, base, base + size));
    this.#shares.set(tvm, kept);
  }

  isShared(tvm: bigint, gpa: bigint): boolean {
    const list = this.#shares.get(tvm) ?? [];
    return list.some(({ base, size }) => gpa >= base && gpa < base + size);
  }

  /** Guest pages of an extent that hold something. */
  mappedIn(tvm: bigint, { base, size }: Extent): readonly bigint[] {
    const map = this.#mapped.get(tvm);
    if (map === undefined) return [];
    return range(base, size >> PAGE_BITS)
      .filter((guest) => map.has(guest))
      .map(addressOf);
  }

  /** A converted page of an extent that no TVM has; null: none. */
  spare(extent: Extent): bigint | null {
    const page = pagesOf(extent).find(
      (other) => this.#converted.has(other) && !this.#used.has(other),
    );
    return page === undefined ? null : addressOf(page);
  }

  /** The first run of so many pages, aligned in bytes, that the host still has for itself; null: none. */
  own({ base, size }: Extent, pages: number, alignment = 1n << PAGE_BITS): bigint | null {
    const end = base + size;
    const shared = this.#sharedPages();
    for (let at = up(base, alignment); at + addressOf(pages) <= end; at += alignment) {
      const isFree = range(at, BigInt(pages)).every(
        (page) => !this.#converted.has(page) && !shared.has(page),
      );
      if (isFree) return at;
    }
    return null;
  }

  #sharedPages(): ReadonlySet<number> {
    const pages = new Set<number>();
    for (const map of this.#mapped.values()) {
      for (const { kind, page } of map.values()) if (kind === 'shared') pages.add(page);
    }
    return pages;
  }
}

function range(base: bigint, pages: bigint): readonly number[] {
  const first = pageOf(base);
  return Array.from({ length: Number(pages) }, (_, k) => first + k);
}

function pagesOf({ base, size }: Extent): readonly number[] {
  return range(base, size >> PAGE_BITS);
}

function up(value: bigint, unit: bigint): bigint {
  return ((value + unit - 1n) / unit) * unit;
}

/** What is left of an extent without `[from, to)`. */
function without({ base, size }: Extent, from: bigint, to: bigint): readonly Extent[] {
  const end = base + size;
  if (to <= base || from >= end) return [{ base, size }];
  const left: Extent[] = [];
  if (from > base) left.push({ base, size: from - base });
  if (to < end) left.push({ base: to, size: end - to });
  return left;
}
