/** Physical memory attributes: main memory, I/O or vacant, and pages that answer for others. */
import type { Kind } from '../access/kinds.ts';
import { KINDS } from '../access/kinds.ts';
import type { Platform, Range } from '../platform.ts';
import { pagesOf } from '../platform.ts';
import type { Reason } from '../rules/reasons.ts';

export type PageKind = 'memory' | 'io' | 'vacant';

/** Page numbers from `first` up to, but not including, `end`. */
interface PageRange {
  readonly first: number;
  readonly end: number;
  readonly kind: 'memory' | 'io';
}

/** The pages from `first` to `end` answer with the memory from page `to` on. */
interface Alias {
  readonly first: number;
  readonly end: number;
  readonly to: number;
}

/** What I/O memory supports: plain accesses; no fetch, no atomics, no tables. */
const IO_KINDS: ReadonlySet<Kind> = new Set<Kind>([
  KINDS.load,
  KINDS.store,
  KINDS.hlv,
  KINDS.hsv,
  KINDS.cbo,
  KINDS.prefetch,
]);

/** An alias of an alias of .. : no platform needs more. */
const CHAIN = 8;

const ranges = (of: readonly Range[], kind: 'memory' | 'io'): PageRange[] =>
  of.map((range) => ({ ...pagesOf(range), kind }));

export class Pma {
  #ranges: readonly PageRange[] = [];
  #aliases: readonly Alias[] = [];
  /** What the ranges were made from; most cases share it. */
  #ram: Platform['ram'] = [];
  #io: Platform['io'] = [];
  #given: Platform['aliases'] = [];

  reset(platform: Platform): void {
    const { ram, io, aliases } = platform;
    if (ram === this.#ram && io === this.#io && aliases === this.#given) return;
    this.#ram = ram;
    this.#io = io;
    this.#given = aliases;
    // I/O inside a RAM range stays I/O: it is looked up first.
    this.#ranges = [...ranges(platform.io, 'io'), ...ranges(platform.ram, 'memory')];
    this.#aliases = platform.aliases.map((alias) => ({
      ...pagesOf(alias),
      to: pagesOf({ base: alias.of, size: alias.size }).first,
    }));
  }

  /** The page whose memory answers: the page itself, unless it lies in an alias. */
  resolve(page: number): number {
    if (this.#aliases.length === 0) return page;
    for (let step = 0; step < CHAIN; step++) {
      const alias = this.#aliases.find(({ first, end }) => page >= first && page < end);
      if (alias === undefined) return page;
      page = alias.to + (page - alias.first);
    }
    return page;
  }

  /** How many of `count` pages from `page` on are answered by one piece of memory: up to the next border of an alias. */
  unbroken(page: number, count: number): number {
    let at = page;
    let left = count;
    for (let step = 0; step < CHAIN; step++) {
      for (const { first, end } of this.#aliases) {
        if (first > at) left = Math.min(left, first - at);
        else if (end > at) left = Math.min(left, end - at);
      }
      const alias = this.#aliases.find(({ first, end }) => at >= first && at < end);
      if (alias === undefined) break;
      at = alias.to + (at - alias.first);
    }
    return left;
  }

  kindOf(page: number): PageKind {
    const at = this.resolve(page);
    const { length } = this.#ranges;
    for (let i = 0; i < length; i++) {
      const range = this.#ranges[i];
      if (at >= range.first && at < range.end) return range.kind;
    }
    return 'vacant';
  }

  /** Whether memory at `offset` of a physical page supports an access of this kind and size (within the page). */
  check(kind: Kind, page: number, offset: number, size: number): Reason | null {
    const where = this.kindOf(page);
    if (where === 'memory') return null;
    if (where === 'vacant') return 'pma.vacant';
    if (!IO_KINDS.has(kind)) return 'pma.io';
    return offset % size === 0 ? null : 'pma.misaligned';
  }
}
