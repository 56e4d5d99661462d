/** Smmtt tables of the MTT era in memory: L3, L2 and L1 entries written from permissions on extents. */
import type { IsolationTable, SetOptions, TableLimits } from './build.ts';
import type { Edit, EntryContent, EntryState } from './build-edit.ts';
import { PERM_OF, mttTableSize, XWR_OF_PERM } from './build-mtt-codes.ts';
import { bytes, EditLog, hex, refuse, XWR_NAMES } from './build-edit.ts';
import type { MttGeometry } from './mtt-geometry.ts';
import type { TableAllocator, TableMemory, Xwr } from './table-memory.ts';

const PAGE = 4096n;
const GIGA = 1n << 30n;
/** What one L2 entry covers; 32 of them make 1 GiB. */
const SECTION = 1n << 25n;
const L1_DIR = 4;

export class MttTable implements IsolationTable {
  readonly root: bigint;
  readonly rootSize: bigint;
  readonly leafSizes: readonly bigint[];
  readonly #g: MttGeometry;
  readonly #memory: TableMemory;
  readonly #allocator: TableAllocator;
  readonly #limits: TableLimits;
  /** End of the addresses that the tables reach. */
  readonly #end: bigint;
  /** Bytes of one permission field of a 2M_PAGES or 4M_PAGES entry. */
  readonly #big: bigint;
  /** Lowest bit of TYPE. */
  readonly #typeShift: bigint;

  constructor(
    g: MttGeometry,
    memory: TableMemory,
    allocator: TableAllocator,
    root: bigint,
    limits: TableLimits,
  ) {
    this.#g = g;
    this.#memory = memory;
    this.#allocator = allocator;
    this.#limits = limits;
    const pages = BigInt(g.pages) * PAGE;
    const reach = (mttTableSize(g, 2, limits.limit) / BigInt(g.entrySize)) * SECTION;
    this.#end = g.root === 3 && reach === 1n << 46n ? pages : min(pages, reach);
    this.#big = SECTION / BigInt(g.fields);
    this.#typeShift = g.xlen === 32 ? 22n : 44n;
    this.root = root;
    this.rootSize = mttTableSize(g, g.root, limits.limit);
    this.leafSizes = [PAGE, this.#big, GIGA];
  }

  set(base: bigint, size: bigint, xwr: Xwr, options: SetOptions = {}): Edit {
    const perm = PERM_OF[xwr] ?? null;
    const { leaf = null } = options;
    if (perm === null) return refuse(this.#cannotSay(xwr));
    if (options.napot ?? false) return refuse(`${this.#g.name} has no NAPOT leaves`);
    if (leaf !== null && !this.leafSizes.includes(leaf)) {
      return refuse(`${this.#g.name} has no ${bytes(leaf)} leaves, only ${this.#legalSizes()}`);
    }
    const unit = leaf ?? PAGE;
    if (base % unit !== 0n || size % unit !== 0n || size <= 0n) {
      return refuse(`the extent is not a whole number of ${bytes(unit)} leaves`);
    }
    if (base + size > this.#end) return refuse(this.#beyond(base));
    const log = new EditLog();
    for (let at = base; at < base + size;) {
      const next = min(base + size, at - (at % GIGA) + GIGA);
      const error = this.#setInGiga(at, next, perm, leaf, log);
      if (error !== null) return refuse(error);
      at = next;
    }
    return log.done();
  }

  entry(base: bigint, size: bigint, level: number | null, content: EntryContent): Edit {
    const wrong = this.#checkEntry(base, size, level, content);
    if (wrong !== null) return refuse(wrong);
    const log = new EditLog();
    const end = base + (size > 0n ? size : 1n);
    for (let at = base; at < end;) {
      const here = level ?? this.#leafLevel(at);
      const span = this.#span(here);
      const next = min(end, at - (at % span) + span);
      const table = this.#descend(at, here, log);
      if (table === null) return refuse(this.#noRoom());
      const where = this.#entryAt(table, at, here);
      const entry = this.#written(this.#read(where), here, at, next, content);
      if (typeof entry === 'string') return refuse(entry);
      this.#put(where, entry, here, at, log);
      at = next;
    }
    return log.done();
  }

  entryAddress(address: bigint, level: number | null): bigint | null {
    const target = level ?? 1;
    let table = this.root;
    for (let here: number = this.#g.root; here >= target; here--) {
      const where = this.#entryAt(table, address, here);
      if (here === target) return where;
      const entry = this.#read(where);
      if (this.#state(entry, here) !== 'pointer') return level === null ? where : null;
      table = this.#next(entry, here);
    }
    return null;
  }

  tablePage(address: bigint, level: number | null): bigint | null {
    const entry = this.entryAddress(address, level);
    return entry === null ? null : entry - (entry % PAGE);
  }

  rights(address: bigint): Xwr | null {
    const where = this.entryAddress(address, 2);
    if (where === null || address >= this.#end) return null;
    const entry = this.#read(where);
    const type = this.#type(entry);
    const info = entry & ((1n << this.#typeShift) - 1n);
    if (entry >> (this.#typeShift + 3n) !== 0n) return null;
    if (type < L1_DIR) return info === 0n ? (XWR_OF_PERM[type] ?? null) : null;
    if (type === this.#g.bigPages) {
      if (info >> BigInt(2 * this.#g.fields) !== 0n) return null;
      const field = (address / this.#big) % BigInt(this.#g.fields);
      return XWR_OF_PERM[Number((info >> (2n * field)) & 3n)] ?? null;
    }
    if (type !== L1_DIR) return null;
    const nibbles = this.#read(this.#entryAt(this.#next(entry, 2), address, 1));
    if ((nibbles & this.#nibbles(12)) !== 0n) return null;
    const field = (address / PAGE) % BigInt(this.#g.fields);
    return XWR_OF_PERM[Number((nibbles >> (4n * field)) & 3n)] ?? null;
  }

  /** Sets [from, to), which lies in one gigabyte. */
  #setInGiga(from: bigint, to: bigint, perm: number, leaf: bigint | null, log: EditLog) {
    const table = this.#descend(from, 2, log);
    if (table === null) return this.#noRoom();
    const giga = from - (from % GIGA);
    const sections = [...Array(Number(GIGA / SECTION)).keys()].map(
      (k) => giga + BigInt(k) * SECTION,
    );
    const entries = sections.map((at) => this.#read(this.#entryAt(table, at, 2)));
    const whole = to - from === GIGA;
    if (
      whole &&
      (leaf === GIGA || (leaf === null && entries.every((e) => this.#type(e) < L1_DIR)))
    ) {
      for (const at of sections)
        this.#put(this.#entryAt(table, at, 2), this.#giga(perm), 2, at, log);
      return null;
    }
    const smaller = leaf !== null && leaf !== GIGA;
    if (entries.some((e) => this.#type(e) < L1_DIR && (smaller || this.#type(e) !== perm))) {
      // The 32 entries of 1 GiB must be equal: changing one means that none may stay a 1 GiB entry.
      sections.forEach((at, k) => {
        const entry = entries[k] ?? 0n;
        if (this.#type(entry) < L1_DIR) {
          this.#put(this.#entryAt(table, at, 2), this.#bigPages(this.#type(entry)), 2, at, log);
        }
      });
    }
    for (let at = from; at < to;) {
      const next = min(to, at - (at % SECTION) + SECTION);
      const error = this.#setInSection(table, at, next, perm, leaf, log);
      if (error !== null) return error;
      at = next;
    }
    return null;
  }

  /** Sets [at, next), which lies under one L2 entry. */
  #setInSection(
    table: bigint,
    at: bigint,
    next: bigint,
    perm: number,
    leaf: bigint | null,
    log: EditLog,
  ): string | null {
    const where = this.#entryAt(table, at, 2);
    const before = this.#read(where);
    const isPointer = this.#type(before) === L1_DIR;
    const fits = at % this.#big === 0n && next % this.#big === 0n;
    const bigLeaf = leaf === this.#big || (leaf === null && fits && !isPointer);
    if (bigLeaf) {
      const kept = isPointer ? this.#collapse(before, at, next) : before;
      if (typeof kept === 'string') return kept;
      this.#put(where, this.#withFields(kept, at, next, perm), 2, at, log);
      return null;
    }
    if (leaf === null && !isPointer && this.#withFields(before, at, next, perm) === before)
      return null;
    const child = this.#child(where, 2, at, log);
    if (child === null) return this.#noRoom();
    for (let a = at; a < next;) {
      const end = min(next, a - (a % this.#span(1)) + this.#span(1));
      const entry = this.#entryAt(child, a, 1);
      this.#put(entry, this.#withNibbles(this.#read(entry), a, end, perm), 1, a, log);
      a = end;
    }
    return null;
  }

  /** A 2M_PAGES or 4M_PAGES entry with the fields that [at, next) touches set. */
  #withFields(entry: bigint, at: bigint, next: bigint, perm: number): bigint {
    const type = this.#type(entry);
    if (type < L1_DIR && type === perm) return entry;
    let pages = type < L1_DIR ? this.#bigPages(type) : entry;
    if (type === L1_DIR) pages = this.#bigPages(0);
    for (let a = at - (at % this.#big); a < next; a += this.#big) {
      const shift = 2n * ((a / this.#big) % BigInt(this.#g.fields));
      pages = (pages & ~(3n << shift)) | (BigInt(perm) << shift);
    }
    return pages;
  }

  #withNibbles(entry: bigint, at: bigint, next: bigint, perm: number): bigint {
    let nibbles = entry;
    for (let a = at - (at % PAGE); a < next; a += PAGE) {
      const shift = 4n * ((a / PAGE) % BigInt(this.#g.fields));
      nibbles = (nibbles & ~(15n << shift)) | (BigInt(perm) << shift);
    }
    return nibbles;
  }

  /** An L1 table as one entry of big pages, if every field outside [at, next) is uniform. */
  #collapse(pointer: bigint, at: bigint, next: bigint): bigint | string {
    const table = this.#next(pointer, 2);
    const first = at - (at % SECTION);
    let pages = this.#bigPages(0);
    for (let a = first; a < first + SECTION; a += this.#big) {
      if (a >= at && a < next) continue;
      const here = Array.from({ length: Number(this.#big / PAGE) }, (_, k) => {
        const page = a + BigInt(k) * PAGE;
        const shift = 4n * ((page / PAGE) % BigInt(this.#g.fields));
        return (this.#read(this.#entryAt(table, page, 1)) >> shift) & 15n;
      });
      const perm = here[0] ?? 0n;
      if (perm > 3n || here.some((other) => other !== perm)) {
        return `4K leaves stand beside ${hex(at)} in the same ${bytes(SECTION)} entry`;
      }
      pages |= perm << (2n * ((a / this.#big) % BigInt(this.#g.fields)));
    }
    return pages;
  }

  /** The table below an entry, made or split in place where it is missing. */
  #child(where: bigint, level: number, at: bigint, log: EditLog): bigint | null {
    const before = this.#read(where);
    if (this.#state(before, level) === 'pointer') return this.#next(before, level);
    const size = mttTableSize(this.#g, level - 1, this.#limits.limit);
    const table = this.#allocator.take(size, size);
    if (table === null) return null;
    if (level === 2 && before !== 0n) {
      const pages = this.#type(before) < L1_DIR ? this.#bigPages(this.#type(before)) : before;
      const first = at - (at % SECTION);
      for (let a = first; a < first + SECTION; a += this.#span(1)) {
        const perm = (pages >> (2n * ((a / this.#big) % BigInt(this.#g.fields)))) & 3n;
        const entry = this.#withNibbles(0n, a, a + this.#span(1), Number(perm));
        this.#memory.write(this.#entryAt(table, a, 1), this.#g.entrySize, entry);
      }
    }
    const ppn = table / PAGE;
    const flag =
      level === 3 ? (this.#limits.l3Valid ? 1n << 44n : 0n) : BigInt(L1_DIR) << this.#typeShift;
    this.#put(where, flag | ppn, level, at, log);
    return table;
  }

  #descend(at: bigint, level: number, log: EditLog): bigint | null {
    let table: bigint | null = this.root;
    for (let here: number = this.#g.root; here > level && table !== null; here--) {
      table = this.#child(this.#entryAt(table, at, here), here, at, log);
    }
    return table;
  }

  #written(before: bigint, level: number, at: bigint, next: bigint, content: EntryContent) {
    switch (content.kind) {
      case 'raw':
        return content.value;
      case 'invalid':
        if (level === 3 && this.#limits.l3Valid) return before & ~(1n << 44n);
        return `entries of ${this.#g.name} at level ${level} have no valid bit`;
      case 'xwr': {
        const perm = PERM_OF[content.xwr] ?? null;
        if (perm === null) return this.#cannotSay(content.xwr);
        if (level === 3) return 'L3 entries are pointers and hold no permission';
        if (level === 1) return this.#withNibbles(before, at, next, perm);
        return this.#withFields(before, at, next, perm);
      }
      case 'reserved bit': {
        const leaf = level === 1 ? this.#nibbles(3) : this.#bigPages(3);
        return (before === 0n && level < 3 ? leaf : before) | (1n << BigInt(content.bit));
      }
      case 'napot':
        return `${this.#g.name} has no NAPOT leaves`;
    }
  }

  #put(where: bigint, entry: bigint, level: number, at: bigint, log: EditLog): void {
    const before = this.#read(where);
    if (before === entry) return;
    this.#memory.write(where, this.#g.entrySize, entry);
    const span = this.#span(level);
    log.note(this.#state(before, level), this.#state(entry, level), [at - (at % span)]);
  }

  #state(entry: bigint, level: number): EntryState {
    if (level === 1) return 'leaf';
    if (level === 2) return this.#type(entry) === L1_DIR ? 'pointer' : 'leaf';
    const valid = this.#limits.l3Valid ? ((entry >> 44n) & 1n) === 1n : entry !== 0n;
    return valid ? 'pointer' : 'invalid';
  }

  /** TYPE of an L2 entry; below 4 it is a 1 GiB entry and equals its permission. */
  #type(entry: bigint): number {
    return Number((entry >> this.#typeShift) & 7n);
  }

  #giga(perm: number): bigint {
    return BigInt(perm) << this.#typeShift;
  }

  #bigPages(perm: number): bigint {
    let entry = BigInt(this.#g.bigPages) << this.#typeShift;
    for (let k = 0; k < this.#g.fields; k++) entry |= BigInt(perm) << BigInt(2 * k);
    return entry;
  }

  #nibbles(perm: number): bigint {
    let entry = 0n;
    for (let k = 0; k < this.#g.fields; k++) entry |= BigInt(perm) << BigInt(4 * k);
    return entry;
  }

  #leafLevel(address: bigint): number {
    const where = this.entryAddress(address, 2);
    const entry = where === null ? 0n : this.#read(where);
    return entry === 0n || this.#type(entry) === L1_DIR ? 1 : 2;
  }

  #span(level: number): bigint {
    if (level === 1) return BigInt(this.#g.fields) * PAGE;
    return level === 2 ? SECTION : 1n << 46n;
  }

  #entryAt(table: bigint, address: bigint, level: number): bigint {
    const index = (address / this.#span(level)) & BigInt(this.#g.mask[level] ?? 0);
    return table + index * BigInt(this.#g.entrySize);
  }

  #next(entry: bigint, level: number): bigint {
    const ppn = level === 3 ? (1n << 44n) - 1n : (1n << this.#typeShift) - 1n;
    return (entry & ppn) * PAGE;
  }

  #read(where: bigint): bigint {
    return this.#memory.read(where, this.#g.entrySize);
  }

  #checkEntry(base: bigint, size: bigint, level: number | null, content: EntryContent) {
    const bits = this.#g.entrySize * 8;
    if (base + size > this.#end) return this.#beyond(base);
    if (level !== null && (level < 1 || level > this.#g.root)) {
      return `${this.#g.name} has levels 1 to ${this.#g.root}`;
    }
    if (content.kind === 'raw' && content.value >> BigInt(bits) !== 0n) {
      return `${hex(content.value)} does not fit in an entry of ${bits} bits`;
    }
    if (content.kind === 'reserved bit' && content.bit >= bits) {
      return `an entry of ${this.#g.name} has bits 0 to ${bits - 1}`;
    }
    return null;
  }

  #cannotSay(xwr: Xwr): string {
    return `${this.#g.name} cannot say '${XWR_NAMES[xwr] ?? xwr}', only none, rx, rw, rwx`;
  }

  #beyond(base: bigint): string {
    return `${hex(base)} is beyond the reach of ${this.#g.name}`;
  }

  #legalSizes(): string {
    return this.leafSizes.map(bytes).join(', ');
  }

  #noRoom(): string {
    return `no room for another table of ${this.#g.name}`;
  }
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
