/** Page tables in memory, built from mappings: Sv32 .. Sv57 and their x4 forms. */
import type { Edit, EntryContent, EntryState } from '../isolate/build-edit.ts';
import { bytes, EditLog, hex, noRoom, refuse, refuseContent } from '../isolate/build-edit.ts';
import type { TableAllocator, TableMemory, Xwr } from '../isolate/table-memory.ts';
import type { StageGeometry } from './geometry.ts';

const PAGE = 4096n;
const V = 1n;
const U = 1n << 4n;
const G = 1n << 5n;
const A = 1n << 6n;
const D = 1n << 7n;
const N = 1n << 63n;
/** Svnapot has groups of sixteen pages. */
const NAPOT = 16n * PAGE;

export interface MapOptions {
  readonly user?: boolean;
  /** Leave A and D clear. */
  readonly fresh?: boolean;
  readonly global?: boolean;
  /** Bytes that one leaf must cover, 64 KiB being a NAPOT group of RV64; default: the largest that fits. */
  readonly leaf?: bigint;
}

export class PageTable {
  /** Physical address of the root table, in the address space its allocator speaks of. */
  readonly root: bigint;
  readonly rootSize: bigint;
  /** Bytes that one leaf covers, by level. */
  readonly leafSizes: readonly bigint[];
  readonly #g: StageGeometry;
  readonly #memory: TableMemory;
  readonly #allocator: TableAllocator;

  private constructor(
    g: StageGeometry,
    memory: TableMemory,
    allocator: TableAllocator,
    root: bigint,
    rootSize: bigint,
  ) {
    this.#g = g;
    this.#memory = memory;
    this.#allocator = allocator;
    this.root = root;
    this.rootSize = rootSize;
    this.leafSizes = g.span.map((pages) => BigInt(pages) * PAGE);
  }

  /** A table that maps nothing; the root of an x4 mode is 16 KiB, aligned to its size. A string says why not. */
  static create(
    g: StageGeometry,
    memory: TableMemory,
    allocator: TableAllocator,
  ): PageTable | string {
    const size = g.name.endsWith('x4') ? 4n * PAGE : PAGE;
    const root = allocator.take(size, size);
    if (root === null) return `no room for the root table of ${g.name}`;
    return new PageTable(g, memory, allocator, root, size);
  }

  /** A table that stands already, to go on with. */
  static at(
    g: StageGeometry,
    memory: TableMemory,
    allocator: TableAllocator,
    root: bigint,
  ): PageTable {
    return new PageTable(g, memory, allocator, root, g.name.endsWith('x4') ? 4n * PAGE : PAGE);
  }

  /** Maps `size` bytes; addresses and size are multiples of 4 KiB. A and D are set unless `fresh`. */
  map(from: bigint, to: bigint, size: bigint, xwr: Xwr, options: MapOptions = {}): Edit {
    const wrong = this.#checkExtent(from, size) ?? this.#checkTarget(to, size, xwr, options.leaf);
    if (wrong !== null) return refuse(wrong);
    const leaf = options.leaf ?? null;
    const isNapot = leaf === NAPOT && this.#hasNapot;
    if (leaf !== null && [from, to, size].some((value) => value % leaf !== 0n)) {
      return refuse(`the mapping is not a whole number of ${bytes(leaf)} leaves`);
    }
    const flags =
      V |
      (BigInt(xwr) << 1n) |
      (options.user === true ? U : 0n) |
      (options.global === true ? G : 0n) |
      (options.fresh === true ? 0n : A | D);
    const log = new EditLog();
    const base = this.#input(from);
    for (let done = 0n; done < size;) {
      const step = this.#step(base + done, to + done, size - done, isNapot ? PAGE : leaf);
      const level = this.#reach(base + done, step, leaf !== null);
      const where = this.#descend(base + done, level, log);
      if (where === null) return refuse(noRoom(this.#g.name));
      const page = isNapot
        ? N | ((((to + done) / NAPOT) * 16n + 8n) << 10n)
        : ((to + done) / PAGE) << 10n;
      this.#put(where, page | flags, base + done, log);
      done += this.leafSizes[level] ?? PAGE;
    }
    return log.done();
  }

  /** Clears V of every leaf of the extent; a larger leaf that sticks out is split first. */
  unmap(from: bigint, size: bigint): Edit {
    const wrong = this.#checkExtent(from, size);
    if (wrong !== null) return refuse(wrong);
    const log = new EditLog();
    const base = this.#input(from);
    for (let at = base; at < base + size;) {
      const level = this.#endOfWalk(at);
      const span = this.leafSizes[level] ?? PAGE;
      const first = at - (at % span);
      let where = this.#whereAt(at, level);
      if (where === null) return refuse(`no table holds the entry for ${hex(from)}`);
      if (stateOf(this.#read(where)) === 'leaf') {
        if (first < at || first + span > base + size) {
          where = this.#descend(at, level - 1, log);
          if (where === null) return refuse(noRoom(this.#g.name));
          continue;
        }
        this.#put(where, this.#read(where) & ~V, first, log);
      }
      at = first + span;
    }
    return log.done();
  }

  /** Writes by hand every entry of a level that the extent touches; null: the level where the walk ends. */
  entry(base: bigint, size: bigint, level: number | null, content: EntryContent): Edit {
    const wrong = this.#checkEntry(base, level, content);
    if (wrong !== null) return refuse(wrong);
    const log = new EditLog();
    const from = this.#input(base);
    const end = from + (size > 0n ? size : 1n);
    for (let at = from; at < end;) {
      const here = level ?? this.#leafLevel(at);
      const span = this.leafSizes[here] ?? PAGE;
      const where = this.#descend(at, here, log);
      if (where === null) return refuse(noRoom(this.#g.name));
      this.#put(where, written(this.#read(where), content), at - (at % span), log);
      at = at - (at % span) + span;
    }
    return log.done();
  }

  /** Address of the entry for an address; null level: where the walk ends. Null: no such table. */
  entryAddress(address: bigint, level: number | null): bigint | null {
    const at = this.#input(address);
    return this.#whereAt(at, level ?? this.#endOfWalk(at));
  }

  /** The 4 KiB page that holds that entry. */
  tablePage(address: bigint, level: number | null): bigint | null {
    const entry = this.entryAddress(address, level);
    return entry === null ? null : entry - (entry % PAGE);
  }

  #whereAt(at: bigint, level: number): bigint | null {
    let table = this.root;
    for (let here = this.#g.levels - 1; here >= level; here--) {
      const where = this.#index(table, at, here);
      if (here === level) return where;
      const entry = this.#read(where);
      if (stateOf(entry) !== 'pointer') return null;
      table = this.#next(entry);
    }
    return null;
  }

  /** The largest leaf that the rest of a mapping can use, or the one asked for. */
  #step(at: bigint, to: bigint, rest: bigint, leaf: bigint | null): number {
    if (leaf !== null) return this.leafSizes.indexOf(leaf);
    return this.leafSizes.findLastIndex(
      (span) => at % span === 0n && to % span === 0n && rest >= span,
    );
  }

  /** That level, or a lower one where a table already stands below it. */
  #reach(at: bigint, level: number, asked: boolean): number {
    if (asked) return level;
    let here = level;
    while (here > 0) {
      const where = this.#whereAt(at, here);
      if (where === null || stateOf(this.#read(where)) !== 'pointer') return here;
      here--;
    }
    return 0;
  }

  #endOfWalk(at: bigint): number {
    let table = this.root;
    for (let level = this.#g.levels - 1; level > 0; level--) {
      const entry = this.#read(this.#index(table, at, level));
      if (stateOf(entry) !== 'pointer') return level;
      table = this.#next(entry);
    }
    return 0;
  }

  /** Where a leaf stands, else the lowest level. */
  #leafLevel(at: bigint): number {
    const level = this.#endOfWalk(at);
    const where = this.#whereAt(at, level);
    return where !== null && stateOf(this.#read(where)) === 'leaf' ? level : 0;
  }

  /** Address of the entry of a level, with the tables above it made, and larger leaves split. */
  #descend(at: bigint, level: number, log: EditLog): bigint | null {
    let table = this.root;
    for (let here = this.#g.levels - 1; here > level; here--) {
      const where = this.#index(table, at, here);
      const entry = this.#read(where);
      if (stateOf(entry) === 'pointer') {
        table = this.#next(entry);
        continue;
      }
      const child = this.#allocator.take(PAGE, PAGE);
      if (child === null) return null;
      if (stateOf(entry) === 'leaf') this.#spread(child, entry, here);
      const span = this.leafSizes[here] ?? PAGE;
      this.#put(where, ((child / PAGE) << 10n) | V, at - (at % span), log);
      table = child;
    }
    return this.#index(table, at, level);
  }

  /** Fills a new table with the parts of the leaf that it replaces. */
  #spread(table: bigint, leaf: bigint, level: number): void {
    const step = (this.leafSizes[level - 1] ?? PAGE) / PAGE;
    for (let k = 0n; k < PAGE / BigInt(this.#g.entrySize); k++) {
      const part = leaf + ((k * step) << 10n);
      this.#memory.write(table + k * BigInt(this.#g.entrySize), this.#g.entrySize, part);
    }
  }

  #put(where: bigint, entry: bigint, address: bigint, log: EditLog): void {
    const before = this.#read(where);
    if (before === entry) return;
    this.#memory.write(where, this.#g.entrySize, entry);
    log.note(stateOf(before), stateOf(entry), [this.#output(address)]);
  }

  #index(table: bigint, at: bigint, level: number): bigint {
    const index = (at / (this.leafSizes[level] ?? PAGE)) & BigInt(this.#g.mask[level] ?? 0);
    return table + index * BigInt(this.#g.entrySize);
  }

  #next(pointer: bigint): bigint {
    return ((pointer >> 10n) & (this.#g.xlen === 32 ? 0x3fffffn : 0xfffffffffffn)) * PAGE;
  }

  #read(where: bigint): bigint {
    return this.#memory.read(where, this.#g.entrySize);
  }

  /** The address bits that index the tables. */
  #input(address: bigint): bigint {
    return address & ((1n << BigInt(this.#g.addressBits)) - 1n);
  }

  /** The address as software forms it: sign-extended in the signed modes. */
  #output(at: bigint): bigint {
    const bits = BigInt(this.#g.addressBits);
    if (!this.#g.signed || at >> (bits - 1n) === 0n) return at;
    return BigInt.asUintN(this.#g.xlen, at - (1n << bits));
  }

  #checkExtent(from: bigint, size: bigint): string | null {
    if (from % PAGE !== 0n || size % PAGE !== 0n || size <= 0n) {
      return 'a mapping is a whole number of 4K pages';
    }
    const last = from + size - 1n;
    const legal = [from, last].every((at) => this.#output(this.#input(at)) === at);
    const half = 1n << BigInt(this.#g.addressBits - 1);
    if (legal && !(this.#g.signed && from < half && last >= half)) return null;
    return `${hex(legal ? last : from)} is not an address of ${this.#g.name}`;
  }

  #checkTarget(to: bigint, size: bigint, xwr: Xwr, leaf: bigint | undefined): string | null {
    const limit = 1n << (this.#g.xlen === 32 ? 34n : 56n);
    if (to % PAGE !== 0n) return 'a mapping is a whole number of 4K pages';
    if (to + size > limit) return `${hex(to)} is beyond the reach of a page-table entry`;
    if (xwr === 0) return 'an entry without r, w and x is a pointer, not a mapping';
    if ((xwr & 3) === 2) return 'w without r is a reserved encoding of page-table entries';
    if (leaf === undefined || this.leafSizes.includes(leaf)) return null;
    if (leaf === NAPOT && this.#hasNapot) return null;
    const legal = this.leafSizes.map(bytes).join(', ');
    return `${this.#g.name} has no ${bytes(leaf)} leaves, only ${legal}`;
  }

  #checkEntry(base: bigint, level: number | null, content: EntryContent): string | null {
    const { name, levels, entrySize, xlen } = this.#g;
    if (this.#output(this.#input(base)) !== base)
      return `${hex(base)} is not an address of ${name}`;
    if (level !== null && (level < 0 || level >= levels))
      return `${name} has levels 0 to ${levels - 1}`;
    if (content.kind === 'napot' && xlen === 32) return 'Svnapot needs RV64';
    return refuseContent(name, entrySize, content);
  }

  get #hasNapot(): boolean {
    return this.#g.xlen === 64;
  }
}

function written(before: bigint, content: EntryContent): bigint {
  switch (content.kind) {
    case 'raw':
      return content.value;
    case 'invalid':
      return before & ~V;
    case 'xwr':
      return (before & ~(7n << 1n)) | (BigInt(content.xwr) << 1n) | V | A | D;
    case 'reserved bit': {
      const rwx = (before & ~0x3ffn) | V | (7n << 1n) | A | D;
      return (stateOf(before) === 'invalid' ? rwx : before) | (1n << BigInt(content.bit));
    }
    case 'napot': {
      // ppn[g-1:0] = 1 followed by zeros: a group of 2^g pages.
      const low = (1n << BigInt(content.g)) - 1n;
      const ppn = (before & ~(low << 10n)) | (((low + 1n) >> 1n) << 10n);
      return (ppn & ~(7n << 1n)) | (BigInt(content.xwr) << 1n) | N | V | A | D;
    }
  }
}

function stateOf(entry: bigint): EntryState {
  if ((entry & V) === 0n) return 'invalid';
  return (entry & (7n << 1n)) === 0n ? 'pointer' : 'leaf';
}
