/** Smmtt tables of the MTT era in memory: L3, L2 and L1 entries written from permissions on extents. */
import type { IsolationTable, SetOptions, TableLimits } from './build.ts';
import type { Edit, EntryContent } from './build-edit.ts';
import { bytes, EditLog, hex, min, noRoom, refuse, refuseContent } from './build-edit.ts';
import { PERM_OF, mttTableSize } from './build-mtt-codes.ts';
import { GIGA, L1_DIR, Mttes, PAGE, SECTION } from './build-mtte.ts';
import type { MttGeometry } from './mtt-geometry.ts';
import type { TableAllocator, TableMemory, Xwr } from './table-memory.ts';

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
  readonly #entries: Mttes;

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
    this.#entries = new Mttes(g, limits.l3Valid);
    this.root = root;
    this.rootSize = mttTableSize(g, g.root, limits.limit);
    this.leafSizes = [PAGE, this.#big, GIGA];
  }

  set(base: bigint, size: bigint, xwr: Xwr, options: SetOptions = {}): Edit {
    const perm = PERM_OF[xwr] ?? null;
    const { leaf = null } = options;
    if (perm === null) return refuse(this.#entries.cannotSay(xwr));
    if (options.napot ?? false) return refuse(`${this.#g.name} has no NAPOT leaves`);
    if (leaf !== null && !this.leafSizes.includes(leaf)) {
      return refuse(
        `${this.#g.name} has no ${bytes(leaf)} leaves, only ${this.leafSizes.map(bytes).join(', ')}`,
      );
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
      if (table === null) return refuse(noRoom(this.#g.name));
      const where = this.#entryAt(table, at, here);
      const entry = this.#entries.written(this.#read(where), here, at, next, content);
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
      if (this.#entries.state(entry, here) !== 'pointer') return level === null ? where : null;
      table = this.#entries.next(entry, here);
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
    if (this.#entries.type(entry) !== L1_DIR) return this.#entries.sectionRights(entry, address);
    if (this.#entries.isReserved(entry)) return null;
    const table = this.#entries.next(entry, 2);
    return this.#entries.pageRights(this.#read(this.#entryAt(table, address, 1)), address);
  }

  /** Sets [from, to), which lies in one gigabyte. */
  #setInGiga(from: bigint, to: bigint, perm: number, leaf: bigint | null, log: EditLog) {
    const table = this.#descend(from, 2, log);
    if (table === null) return noRoom(this.#g.name);
    const giga = from - (from % GIGA);
    const sections = [...Array(Number(GIGA / SECTION)).keys()].map(
      (k) => giga + BigInt(k) * SECTION,
    );
    const entries = sections.map((at) => this.#read(this.#entryAt(table, at, 2)));
    const whole = to - from === GIGA;
    if (
      whole &&
      (leaf === GIGA || (leaf === null && entries.every((e) => this.#entries.type(e) < L1_DIR)))
    ) {
      for (const at of sections)
        this.#put(this.#entryAt(table, at, 2), this.#entries.giga(perm), 2, at, log);
      return null;
    }
    const smaller = leaf !== null && leaf !== GIGA;
    if (
      entries.some(
        (e) => this.#entries.type(e) < L1_DIR && (smaller || this.#entries.type(e) !== perm),
      )
    ) {
      // The 32 entries of 1 GiB must be equal: changing one means that none may stay a 1 GiB entry.
      sections.forEach((at, k) => {
        const entry = entries[k] ?? 0n;
        if (this.#entries.type(entry) < L1_DIR) {
          this.#put(
            this.#entryAt(table, at, 2),
            this.#entries.bigPages(this.#entries.type(entry)),
            2,
            at,
            log,
          );
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
    const isPointer = this.#entries.type(before) === L1_DIR;
    const fits = at % this.#big === 0n && next % this.#big === 0n;
    const bigLeaf = leaf === this.#big || (leaf === null && fits && !isPointer);
    if (bigLeaf) {
      const kept = isPointer ? this.#collapse(before, at, next) : before;
      if (typeof kept === 'string') return kept;
      this.#put(where, this.#entries.withFields(kept, at, next, perm), 2, at, log);
      return null;
    }
    if (leaf === null && !isPointer && this.#entries.withFields(before, at, next, perm) === before)
      return null;
    const child = this.#child(where, 2, at, log);
    if (child === null) return noRoom(this.#g.name);
    for (let a = at; a < next;) {
      const end = min(next, a - (a % this.#span(1)) + this.#span(1));
      const entry = this.#entryAt(child, a, 1);
      this.#put(entry, this.#entries.withNibbles(this.#read(entry), a, end, perm), 1, a, log);
      a = end;
    }
    return null;
  }

  /** An L1 table as one entry of big pages, if every field outside [at, next) is uniform. */
  #collapse(pointer: bigint, at: bigint, next: bigint): bigint | string {
    const table = this.#entries.next(pointer, 2);
    const first = at - (at % SECTION);
    let pages = this.#entries.bigPages(0);
    for (let a = first; a < first + SECTION; a += this.#big) {
      if (a >= at && a < next) continue;
      const here = Array.from({ length: Number(this.#big / PAGE) }, (_, k) => {
        const page = a + BigInt(k) * PAGE;
        return this.#entries.nibbleOf(this.#read(this.#entryAt(table, page, 1)), page);
      });
      const perm = here[0] ?? 0n;
      if (perm > 3n || here.some((other) => other !== perm)) {
        return `4K leaves stand beside ${hex(at)} in the same ${bytes(SECTION)} entry`;
      }
      pages = this.#entries.withFields(pages, a, a + this.#big, Number(perm));
    }
    return pages;
  }

  /** The table below an entry, made or split in place where it is missing. */
  #child(where: bigint, level: number, at: bigint, log: EditLog): bigint | null {
    const before = this.#read(where);
    if (this.#entries.state(before, level) === 'pointer') return this.#entries.next(before, level);
    const size = mttTableSize(this.#g, level - 1, this.#limits.limit);
    const table = this.#allocator.take(size, size);
    if (table === null) return null;
    if (level === 2 && before !== 0n) {
      const first = at - (at % SECTION);
      for (let a = first; a < first + SECTION; a += this.#span(1)) {
        const perm = this.#entries.fieldOf(before, a);
        const entry = this.#entries.withNibbles(0n, a, a + this.#span(1), perm);
        this.#memory.write(this.#entryAt(table, a, 1), this.#g.entrySize, entry);
      }
    }
    this.#put(where, this.#entries.pointer(table, level), level, at, log);
    return table;
  }

  #descend(at: bigint, level: number, log: EditLog): bigint | null {
    let table: bigint | null = this.root;
    for (let here: number = this.#g.root; here > level && table !== null; here--) {
      table = this.#child(this.#entryAt(table, at, here), here, at, log);
    }
    return table;
  }

  #put(where: bigint, entry: bigint, level: number, at: bigint, log: EditLog): void {
    const before = this.#read(where);
    if (before === entry) return;
    this.#memory.write(where, this.#g.entrySize, entry);
    const span = this.#span(level);
    log.note(this.#entries.state(before, level), this.#entries.state(entry, level), [
      at - (at % span),
    ]);
  }

  #leafLevel(address: bigint): number {
    const where = this.entryAddress(address, 2);
    const entry = where === null ? 0n : this.#read(where);
    return entry === 0n || this.#entries.type(entry) === L1_DIR ? 1 : 2;
  }

  #span(level: number): bigint {
    if (level === 1) return BigInt(this.#g.fields) * PAGE;
    return level === 2 ? SECTION : 1n << 46n;
  }

  #entryAt(table: bigint, address: bigint, level: number): bigint {
    const index = (address / this.#span(level)) & BigInt(this.#g.mask[level] ?? 0);
    return table + index * BigInt(this.#g.entrySize);
  }

  #read(where: bigint): bigint {
    return this.#memory.read(where, this.#g.entrySize);
  }

  #checkEntry(base: bigint, size: bigint, level: number | null, content: EntryContent) {
    const { name, root, entrySize } = this.#g;
    if (base + size > this.#end) return this.#beyond(base);
    if (level !== null && (level < 1 || level > root)) return `${name} has levels 1 to ${root}`;
    return refuseContent(name, entrySize, content);
  }

  #beyond(base: bigint): string {
    return `${hex(base)} is beyond the reach of ${this.#g.name}`;
  }
}
