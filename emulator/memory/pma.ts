/** Physical memory attributes: main memory, I/O, devices or vacant, and pages that answer for others. */
import type { Kind } from '../access/kinds.ts';
import { KINDS } from '../access/kinds.ts';
import type { Platform, Range } from '../platform.ts';
import { pagesOf } from '../platform.ts';
import type { Reason } from '../rules/reasons.ts';
import type { DeviceWindow } from './bus.ts';
import { Bus, pageCount } from './bus.ts';

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

const NO_DEVICES: readonly DeviceWindow[] = [];

const ranges = (of: readonly Range[], kind: 'memory' | 'io'): PageRange[] =>
  of.map((range) => ({ ...pagesOf(range), kind }));

/** The pages of a device are I/O memory, whatever else the platform says of them. */
const pagesOfDevice = (window: DeviceWindow): PageRange => ({
  first: window.page,
  end: window.page + pageCount(window),
  kind: 'io',
});

export class Pma {
  /** Devices, and listeners in main memory: attached before `reset`. */
  readonly bus = new Bus();
  #ranges: readonly PageRange[] = [];
  #aliases: readonly Alias[] = [];
  /** What the ranges were made from; most cases share it. */
  #ram: Platform['ram'] = [];
  #io: Platform['io'] = [];
  #given: Platform['aliases'] = [];
  #devices = NO_DEVICES;

  reset(platform: Platform): void {
    const { ram, io, aliases } = platform;
    const { devices } = this.bus;
    const isSame = ram === this.#ram && io === this.#io && aliases === this.#given;
    if (isSame && devices === this.#devices) return;
    this.#devices = devices;
    this.#ram = ram;
    this.#io = io;
    this.#given = aliases;
    // I/O inside a RAM range stays I/O: it is looked up first.
    this.#ranges = [
      ...devices.map(pagesOfDevice),
      ...ranges(platform.io, 'io'),
      ...ranges(platform.ram, 'memory'),
    ];
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

  /** Whether a device answers for some of the page, or somebody listens to it: no plain memory. */
  isAttended(page: number): boolean {
    const at = this.resolve(page);
    return this.bus.hasDevice(at) || this.bus.hasListener(at);
  }

  /**
   * Whether memory at `offset` of a physical page supports an access of this kind and size (within the page). In a
   * page with a device, what no device covers is vacant.
   */
  check(kind: Kind, page: number, offset: number, size: number): Reason | null {
    const where = this.kindOf(page);
    if (where === 'memory') return null;
    if (where === 'vacant') return 'pma.vacant';
    if (!IO_KINDS.has(kind)) return 'pma.io';
    if (offset % size !== 0) return 'pma.misaligned';
    // Cache-block operations and prefetches move no data: no device hears of them.
    if (size > 8) return null;
    const at = this.resolve(page);
    if (!this.bus.hasDevice(at)) return null;
    const window = this.bus.find(at, offset, size);
    if (window === null) return 'pma.vacant';
    const inWindow = (at - window.page) * 4096 + offset - window.offset;
    return window.device.accepts(inWindow, size, kind.writes) ? null : 'device.refused';
  }
}
