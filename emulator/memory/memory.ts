/**
 * Main memory: sparse, anywhere in the physical address space. A page gets a frame when it is first looked at and
 * a slot of the arena when it is first written; until then it reads as its fill, or as the seeded pattern.
 */
import { Arena } from './arena.ts';
import { PageIndex } from './page-index.ts';
import { Poison } from './poison.ts';

interface Fill {
  readonly first: number;
  readonly last: number;
  readonly slot: number;
}

/** Why a page is watched, by bits. */
export const WATCH = {
  /** A table that translates or protects lies in it. */
  table: 1,
  /** Decoded code comes from it. */
  code: 2,
  /** A hart has reserved some of it. */
  reserved: 4,
  /** Somebody reads it where it is only as long as nothing is written to it. */
  unwritten: 8,
} as const;

/** Who must hear of stores to watched pages, whoever makes them. */
export interface Watcher {
  /** A page is watched from now on, or has moved: who found it must look for it anew. */
  watched(): void;
  /** `bits`: of `WATCH`. */
  stored(frame: number, offset: number, size: number, bits: number): void;
  /** Many pages may have changed. */
  filled(): void;
}

/** Words after which the pattern repeats. */
const STRETCH = 64;

/** Fills of at most this many pages are written out. */
const SMALL = 4;

export class Memory {
  /** The last value loaded, low and high word; signed. */
  lo = 0;
  hi = 0;
  readonly poison = new Poison();
  /** From the first reset on. */
  private arena!: Arena;
  private size = NaN;
  private readonly index = new PageIndex();
  /** By frame: its slot, or `~slot` of the shared slot that it reads from until it is written. */
  private slots = new Int32Array(512);
  /** By frame: bits of `WATCH`; as long as `slots`. */
  private watches = new Uint8Array(512);
  private isWatching = false;
  private watcher: Watcher | null = null;
  private fills: Fill[] = [];
  private pattern = 0;
  private seed = NaN;

  /** Everything unwritten again, registers zero; `arena` is a number of bytes. */
  reset(arena: number, seed: number, harts = 1): void {
    if (arena !== this.size || harts !== this.arena.harts) {
      this.arena = new Arena(arena, harts);
      this.size = arena;
      this.seed = NaN;
    }
    this.unwatch();
    this.index.clear();
    this.arena.clear();
    this.poison.clear();
    this.fills.length = 0;
    this.pattern = this.arena.take();
    if (seed !== this.seed) {
      this.seed = seed;
      paint(this.arena.words, this.pattern << 10, seed);
    }
  }

  /** The memory that generated code imports, and its views; another one after a reset to another size. */
  get block(): Arena {
    return this.arena;
  }

  /** From now on, until a reset, pages are watched on behalf of `watcher`. */
  watchFor(watcher: Watcher): void {
    this.watcher = watcher;
  }

  /** Bits of `WATCH` of a frame. */
  watchOf(frame: number): number {
    return this.watches[frame];
  }

  /** Watches a frame for one more reason. */
  watch(frame: number, bit: number): void {
    if (this.watcher === null || (this.watches[frame] & bit) !== 0) return;
    this.watches[frame] |= bit;
    this.isWatching = true;
    this.watcher.watched();
  }

  /** The arena position of a page's first byte, to read there until `watched` says otherwise; a reader writes nothing. */
  position(frame: number): number {
    const slot = this.slots[frame];
    if (slot >= 0) return slot << 12;
    this.watches[frame] |= WATCH.unwritten;
    this.isWatching = true;
    return ~slot << 12;
  }

  /** Frames in use: what is indexed by frame has this length. */
  get frames(): number {
    return this.index.count;
  }

  /** The frame of a page. */
  frame(page: number): number {
    const frame = this.index.find(page);
    return frame >= 0 ? frame : this.meet(page);
  }

  /** Loads an aligned word or double word, little-endian. */
  loadEntry(frame: number, offset: number, size: number): void {
    if (this.watcher !== null) this.watch(frame, WATCH.table);
    const slot = this.slots[frame];
    const at = ((slot < 0 ? ~slot : slot) << 10) + (offset >>> 2);
    const { words } = this.arena;
    this.lo = words[at];
    this.hi = size === 8 ? words[at + 1] : 0;
  }

  /** Loads 1 to 8 bytes within a page, little-endian, zero-extended. */
  load(frame: number, offset: number, size: number): void {
    const slot = this.slots[frame];
    const at = ((slot < 0 ? ~slot : slot) << 12) + offset;
    const { view } = this.arena;
    this.hi = 0;
    if (size === 8) {
      this.lo = view.getInt32(at, true);
      this.hi = view.getInt32(at + 4, true);
    } else if (size === 4) this.lo = view.getInt32(at, true);
    else if (size === 2) this.lo = view.getUint16(at, true);
    else if (size === 1) this.lo = view.getUint8(at);
    else this.loadBytes(at, size);
  }

  /** Stores the low `size` bytes (1 to 8) of a value within a page, little-endian. */
  store(frame: number, offset: number, size: number, lo: number, hi: number): void {
    const at = (this.own(frame) << 12) + offset;
    const { view, bytes } = this.arena;
    if (size === 8) {
      view.setInt32(at, lo, true);
      view.setInt32(at + 4, hi, true);
    } else if (size === 4) view.setInt32(at, lo, true);
    else if (size === 2) view.setInt16(at, lo, true);
    else if (size === 1) view.setInt8(at, lo);
    else {
      for (let k = 0; k < size; k++) {
        bytes[at + k] = k < 4 ? lo >>> (8 * k) : hi >>> (8 * (k - 4));
      }
    }
    if (this.watches[frame] !== 0) this.tell(frame, offset, size);
  }

  /** Stores bytes within a page. */
  storeBytes(frame: number, offset: number, from: Uint8Array): void {
    this.arena.bytes.set(from, (this.own(frame) << 12) + offset);
    if (this.watches[frame] !== 0) this.tell(frame, offset, from.length);
  }

  /** Reads bytes within a page, as many as `into` holds. */
  readBytes(frame: number, offset: number, into: Uint8Array): void {
    const slot = this.slots[frame];
    const at = ((slot < 0 ? ~slot : slot) << 12) + offset;
    into.set(this.arena.bytes.subarray(at, at + into.length));
  }

  /** Writes zero to `size` bytes within a page. */
  zero(frame: number, offset: number, size: number): void {
    const at = (this.own(frame) << 12) + offset;
    this.arena.bytes.fill(0, at, at + size);
    if (this.watches[frame] !== 0) this.tell(frame, offset, size);
  }

  /** Fills `count` pages with a repeated unit of `words` 32-bit words (1 or 2); costs nothing for untouched pages. */
  fillPages(page: number, count: number, lo: number, hi: number, words: number): void {
    if (!this.poison.isEmpty) this.poison.markPages(page, count, 0);
    this.watcher?.filled();
    const last = page + count - 1;
    if (count <= SMALL) {
      for (let p = page; p <= last; p++) this.paintSlot(this.own(this.frame(p)), lo, hi, words);
      return;
    }
    const slot = this.arena.take();
    this.paintSlot(slot, lo, hi, words);
    this.fills.push({ first: page, last, slot });
    for (let frame = 0; frame < this.index.count; frame++) {
      const p = this.index.pages[frame];
      if (p < page || p > last) continue;
      const own = this.slots[frame];
      if (own < 0) this.slots[frame] = ~slot;
      else this.paintSlot(own, lo, hi, words);
    }
  }

  /** A number that two memories with equal contents of equal frames share; for tests. */
  digest(): number {
    let sum = this.index.count | 0;
    for (let frame = 0; frame < this.index.count; frame++) {
      const slot = this.slots[frame];
      const at = (slot < 0 ? ~slot : slot) << 10;
      sum = Math.imul(sum ^ (this.index.pages[frame] | 0), 0x01000193);
      for (let k = 0; k < 1024; k++) {
        sum = Math.imul(sum ^ this.arena.words[at + k], 0x01000193);
      }
    }
    return sum;
  }

  private tell(frame: number, offset: number, size: number): void {
    this.watcher?.stored(frame, offset, size, this.watches[frame]);
  }

  private unwatch(): void {
    if (this.isWatching) this.watches.fill(0);
    this.isWatching = false;
    this.watcher = null;
  }

  private loadBytes(at: number, size: number): void {
    const { bytes } = this.arena;
    let lo = 0;
    let hi = 0;
    for (let k = 0; k < size; k++) {
      if (k < 4) lo |= bytes[at + k] << (8 * k);
      else hi |= bytes[at + k] << (8 * (k - 4));
    }
    this.lo = lo;
    this.hi = hi;
  }

  /** A frame for a page never looked at: it reads as the latest fill that covers it. */
  private meet(page: number): number {
    const frame = this.index.add(page);
    if (frame >= this.slots.length) {
      const slots = new Int32Array(this.slots.length * 2);
      slots.set(this.slots);
      this.slots = slots;
      const watches = new Uint8Array(slots.length);
      watches.set(this.watches);
      this.watches = watches;
    }
    let slot = this.pattern;
    for (let k = this.fills.length - 1; k >= 0; k--) {
      const fill = this.fills[k];
      if (page >= fill.first && page <= fill.last) {
        slot = fill.slot;
        break;
      }
    }
    this.slots[frame] = ~slot;
    return frame;
  }

  /** The frame's own slot, made on first write. */
  private own(frame: number): number {
    const slot = this.slots[frame];
    if (slot >= 0) return slot;
    const own = this.arena.copy(~slot);
    this.slots[frame] = own;
    if ((this.watches[frame] & WATCH.unwritten) !== 0) {
      this.watches[frame] &= ~WATCH.unwritten;
      this.watcher?.watched();
    }
    return own;
  }

  private paintSlot(slot: number, lo: number, hi: number, words: number): void {
    const { words: target } = this.arena;
    const from = slot << 10;
    if (words === 1 || lo === hi) {
      target.fill(lo, from, from + 1024);
      return;
    }
    for (let k = 0; k < 1024; k += 2) {
      target[from + k] = lo;
      target[from + k + 1] = hi;
    }
  }
}

/** The contents of unwritten memory: no word of it is zero, and it differs from case to case. */
function paint(words: Int32Array, from: number, seed: number): void {
  let x = (seed | 0) ^ 0x2545f491 || 1;
  for (let k = 0; k < STRETCH; k++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[from + k] = x;
  }
  for (let size = STRETCH; size < 1024; size *= 2) words.copyWithin(from + size, from, from + size);
}
