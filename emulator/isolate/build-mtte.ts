/** The bits of MTT-era entries as the builder writes them: 1 GiB, big pages, 4 KiB pages, pointers, entries made by hand. */
import type { EntryContent, EntryState } from './build-edit.ts';
import { XWR_NAMES } from './build-edit.ts';
import { PERM_OF, XWR_OF_PERM } from './build-mtt-codes.ts';
import type { MttGeometry } from './mtt-geometry.ts';
import type { Xwr } from './table-memory.ts';

export const PAGE = 4096n;
export const GIGA = 1n << 30n;
/** What one L2 entry covers; 32 of them make 1 GiB. */
export const SECTION = 1n << 25n;
/** TYPE of an L2 entry that points to an L1 table; smaller ones are 1 GiB entries and equal their permission. */
export const L1_DIR = 4;
const L3_VALID = 1n << 44n;

/** The entries of one mode. */
export class Mttes {
  readonly #g: MttGeometry;
  readonly #l3Valid: boolean;
  readonly #fields: bigint;
  /** Bytes of one permission field of a 2M_PAGES or 4M_PAGES entry. */
  readonly #big: bigint;
  /** Lowest bit of TYPE. */
  readonly #typeShift: bigint;

  constructor(g: MttGeometry, l3Valid: boolean) {
    this.#g = g;
    this.#l3Valid = l3Valid;
    this.#fields = BigInt(g.fields);
    this.#big = SECTION / this.#fields;
    this.#typeShift = g.xlen === 32 ? 22n : 44n;
  }

  state(entry: bigint, level: number): EntryState {
    if (level === 1) return 'leaf';
    if (level === 2) return this.type(entry) === L1_DIR ? 'pointer' : 'leaf';
    const valid = this.#l3Valid ? (entry & L3_VALID) !== 0n : entry !== 0n;
    return valid ? 'pointer' : 'invalid';
  }

  /** TYPE of an L2 entry. */
  type(entry: bigint): number {
    return Number((entry >> this.#typeShift) & 7n);
  }

  giga(perm: number): bigint {
    return BigInt(perm) << this.#typeShift;
  }

  /** Big pages of one permission throughout. */
  bigPages(perm: number): bigint {
    let entry = BigInt(this.#g.bigPages) << this.#typeShift;
    for (let k = 0; k < this.#g.fields; k++) entry |= BigInt(perm) << BigInt(2 * k);
    return entry;
  }

  /** The same value in every field of an L1 entry. */
  nibbles(value: number): bigint {
    let entry = 0n;
    for (let k = 0; k < this.#g.fields; k++) entry |= BigInt(value) << BigInt(4 * k);
    return entry;
  }

  /** A pointer in an entry of level 3 or 2. */
  pointer(table: bigint, level: number): bigint {
    const valid = this.#l3Valid ? L3_VALID : 0n;
    return (level === 3 ? valid : BigInt(L1_DIR) << this.#typeShift) | (table / PAGE);
  }

  /** The table that such a pointer leads to. */
  next(entry: bigint, level: number): bigint {
    const ppn = level === 3 ? L3_VALID - 1n : (1n << this.#typeShift) - 1n;
    return (entry & ppn) * PAGE;
  }

  /** The permission of an L2 leaf, 1 GiB or big pages, at an address. */
  fieldOf(entry: bigint, address: bigint): number {
    const type = this.type(entry);
    return type < L1_DIR ? type : Number((entry >> this.#fieldShift(address)) & 3n);
  }

  /** The field of an L1 entry at an address, its two reserved bits included. */
  nibbleOf(entry: bigint, address: bigint): bigint {
    return (entry >> this.#nibbleShift(address)) & 15n;
  }

  /** A 2M_PAGES or 4M_PAGES entry with the fields that [at, next) touches set. */
  withFields(entry: bigint, at: bigint, next: bigint, perm: number): bigint {
    const type = this.type(entry);
    if (type < L1_DIR && type === perm) return entry;
    let pages = type < L1_DIR ? this.bigPages(type) : entry;
    if (type === L1_DIR) pages = this.bigPages(0);
    for (let a = at - (at % this.#big); a < next; a += this.#big) {
      const shift = this.#fieldShift(a);
      pages = (pages & ~(3n << shift)) | (BigInt(perm) << shift);
    }
    return pages;
  }

  /** An L1 entry with the fields that [at, next) touches set. */
  withNibbles(entry: bigint, at: bigint, next: bigint, perm: number): bigint {
    let nibbles = entry;
    for (let a = at - (at % PAGE); a < next; a += PAGE) {
      const shift = this.#nibbleShift(a);
      nibbles = (nibbles & ~(15n << shift)) | (BigInt(perm) << shift);
    }
    return nibbles;
  }

  /** Whether bits above TYPE are set. */
  isReserved(entry: bigint): boolean {
    return entry >> (this.#typeShift + 3n) !== 0n;
  }

  /** What an L2 leaf allows at an address; null where it is reserved. */
  sectionRights(entry: bigint, address: bigint): Xwr | null {
    const type = this.type(entry);
    const info = entry & ((1n << this.#typeShift) - 1n);
    const isBig = type === this.#g.bigPages;
    if (this.isReserved(entry) || (type > L1_DIR && !isBig)) return null;
    if (info >> (isBig ? 2n * this.#fields : 0n) !== 0n) return null;
    return XWR_OF_PERM[this.fieldOf(entry, address)] ?? null;
  }

  /** What an L1 entry allows at an address; null where it is reserved. */
  pageRights(entry: bigint, address: bigint): Xwr | null {
    if ((entry & this.nibbles(12)) !== 0n) return null;
    return XWR_OF_PERM[Number(this.nibbleOf(entry, address))] ?? null;
  }

  /** What a line that writes an entry by hand leaves; a string says why it cannot. */
  written(
    before: bigint,
    level: number,
    at: bigint,
    next: bigint,
    content: EntryContent,
  ): bigint | string {
    switch (content.kind) {
      case 'raw':
        return content.value;
      case 'invalid':
        if (level === 3 && this.#l3Valid) return before & ~L3_VALID;
        return `entries of ${this.#g.name} at level ${level} have no valid bit`;
      case 'xwr': {
        const perm = PERM_OF[content.xwr] ?? null;
        if (perm === null) return this.cannotSay(content.xwr);
        if (level === 3) return 'L3 entries are pointers and hold no permission';
        if (level === 1) return this.withNibbles(before, at, next, perm);
        return this.withFields(before, at, next, perm);
      }
      case 'reserved bit': {
        const leaf = level === 1 ? this.nibbles(3) : this.bigPages(3);
        return (before === 0n && level < 3 ? leaf : before) | (1n << BigInt(content.bit));
      }
      case 'napot':
        return `${this.#g.name} has no NAPOT leaves`;
    }
  }

  cannotSay(xwr: Xwr): string {
    return `${this.#g.name} cannot say '${XWR_NAMES[xwr] ?? xwr}', only none, rx, rw, rwx`;
  }

  #fieldShift(address: bigint): bigint {
    return 2n * ((address / this.#big) % this.#fields);
  }

  #nibbleShift(address: bigint): bigint {
    return 4n * ((address / PAGE) % this.#fields);
  }
}
