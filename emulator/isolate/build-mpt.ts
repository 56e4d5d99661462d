/** Smmpt tables in memory: MPTEs written from permissions on extents. */
import type { IsolationTable, SetOptions } from './build.ts';
import type { Edit, EntryContent } from './build-edit.ts';
import { bytes, EditLog, hex, min, noRoom, refuse, refuseContent } from './build-edit.ts';
import { isNapot, L, Mptes, napotLeaf, state, V } from './build-mpte.ts';
import type { MptGeometry } from './mpt-geometry.ts';
import type { TableAllocator, TableMemory, Xwr } from './table-memory.ts';

const PAGE = 4096n;

export class MptTable implements IsolationTable {
  readonly root: bigint;
  readonly rootSize: bigint;
  readonly leafSizes: readonly bigint[];
  /** By level: bytes that a NAPOT group covers. */
  readonly napotSizes: readonly bigint[];
  readonly #g: MptGeometry;
  readonly #memory: TableMemory;
  readonly #allocator: TableAllocator;
  readonly #tuples: bigint;
  readonly #entries: Mptes;
  readonly #entrySize: bigint;
  readonly #spans: readonly bigint[];
  readonly #masks: readonly bigint[];

  constructor(g: MptGeometry, memory: TableMemory, allocator: TableAllocator, root: bigint) {
    this.#g = g;
    this.#memory = memory;
    this.#allocator = allocator;
    this.#tuples = BigInt(g.tuples);
    this.#entries = new Mptes(g);
    this.root = root;
    this.rootSize = BigInt(g.rootSize);
    this.leafSizes = g.tupleSpan.map((pages) => BigInt(pages) * PAGE);
    this.#entrySize = BigInt(g.entrySize);
    this.#spans = this.leafSizes.map((size) => size * this.#tuples);
    this.#masks = g.mask.map(BigInt);
    this.napotSizes = this.leafSizes.map((size) => (size * this.#tuples) << BigInt(g.napot + 1));
  }

  set(base: bigint, size: bigint, xwr: Xwr, options: SetOptions = {}): Edit {
    const wrong = this.#checkExtent(base, size);
    if (wrong !== null) return refuse(wrong);
    const napot = options.napot ?? false;
    let level: number | null = null;
    if (options.leaf !== undefined) {
      const sizes = napot ? this.napotSizes : this.leafSizes;
      level = sizes.indexOf(options.leaf);
      if (level < 0) {
        const legal = sizes.map(bytes).join(', ');
        return refuse(`${this.#g.name} has no ${bytes(options.leaf)} leaves, only ${legal}`);
      }
      if (base % options.leaf !== 0n || size % options.leaf !== 0n) {
        return refuse(`the extent is not a whole number of ${bytes(options.leaf)} leaves`);
      }
    } else if (napot) return refuse('a NAPOT grant names the size of its leaves');
    const log = new EditLog();
    const top = this.#g.levels - 1;
    const error = this.#fill(this.root, top, base, base + size, xwr, level, napot, log);
    return error === null ? log.done() : refuse(error);
  }

  entry(base: bigint, size: bigint, level: number | null, content: EntryContent): Edit {
    const end = base + (size > 0n ? size : 1n);
    const from = base - (base % PAGE);
    const pages = (end - from + PAGE - 1n) / PAGE;
    const wrong = this.#checkExtent(from, pages * PAGE) ?? this.#checkEntry(level, content);
    if (wrong !== null) return refuse(wrong);
    const log = new EditLog();
    for (let at = base; at < end;) {
      const here = level ?? this.#leafLevel(at);
      const table = this.#descend(at, here, log);
      if (table === null) return refuse(noRoom(this.#g.name));
      const first = at - (at % this.#span(here));
      const next = min(end, first + this.#span(here));
      const where = this.#entryAt(table, at, here);
      const before = this.#read(where);
      const tuple = this.leafSizes[here] ?? PAGE;
      const entry = this.#entries.written(before, tuple, at, next, content);
      this.#put(where, before, entry, here, first, log);
      at = next;
    }
    return log.done();
  }

  entryAddress(address: bigint, level: number | null): bigint | null {
    let table = this.root;
    for (let here = this.#g.levels - 1; here >= 0; here--) {
      const where = this.#entryAt(table, address, here);
      if (here === level) return where;
      const entry = this.#read(where);
      if (state(entry) !== 'pointer' || here === 0) return level === null ? where : null;
      table = this.#next(entry);
    }
    return null;
  }

  tablePage(address: bigint, level: number | null): bigint | null {
    const entry = this.entryAddress(address, level);
    return entry === null ? null : entry - (entry % PAGE);
  }

  rights(address: bigint): Xwr | null {
    let table = this.root;
    for (let level = this.#g.levels - 1; level >= 0; level--) {
      const entry = this.#read(this.#entryAt(table, address, level));
      if (state(entry) === 'invalid' || this.#entries.isReserved(entry)) return null;
      if (state(entry) === 'leaf') {
        return this.#entries.tupleAt(entry, address / (this.leafSizes[level] ?? PAGE));
      }
      table = this.#next(entry);
    }
    return null;
  }

  /** Sets [from, to), which lies in one table; `want` is the level asked for. */
  #fill(
    table: bigint,
    level: number,
    from: bigint,
    to: bigint,
    xwr: Xwr,
    want: number | null,
    napot: boolean,
    log: EditLog,
  ): string | null {
    const span = this.#span(level);
    for (let at = from; at < to;) {
      const first = at - (at % span);
      const next = min(to, first + span);
      const where = this.#entryAt(table, at, level);
      let before = this.#read(where);
      if (isNapot(before)) {
        this.#ungroup(table, at, level, log);
        before = this.#read(where);
      }
      if (level === want && napot) {
        this.#put(where, before, napotLeaf(this.#g.napot, xwr), level, first, log);
      } else if (this.#isHere(level, want, before, at, next)) {
        const tuples =
          state(before) === 'pointer' ? this.#collapse(before, level, at, next) : before;
        if (typeof tuples === 'string') return tuples;
        const leaf = this.#withTuples(tuples, level, at, next, xwr);
        this.#put(where, before, leaf, level, first, log);
      } else if (want !== null || !this.#holds(before, level, at, next, xwr)) {
        const child = this.#child(where, before, level, first, log);
        if (child === null) return noRoom(this.#g.name);
        const error = this.#fill(child, level - 1, at, next, xwr, want, napot, log);
        if (error !== null) return error;
      }
      at = next;
    }
    return null;
  }

  /** Whether [at, next) is set in an entry of this level, or further down. */
  #isHere(level: number, want: number | null, before: bigint, at: bigint, next: bigint): boolean {
    if (want !== null) return level === want;
    if (level === 0) return true;
    const tuple = this.leafSizes[level] ?? PAGE;
    return state(before) !== 'pointer' && at % tuple === 0n && next % tuple === 0n;
  }

  /** Whether a leaf already gives [at, next) these rights. */
  #holds(entry: bigint, level: number, at: bigint, next: bigint, xwr: Xwr): boolean {
    if (state(entry) !== 'leaf') return false;
    return this.#withTuples(entry, level, at, next, xwr) === entry;
  }

  #withTuples(entry: bigint, level: number, at: bigint, next: bigint, xwr: Xwr): bigint {
    return this.#entries.withTuples(entry, this.leafSizes[level] ?? PAGE, at, next, xwr);
  }

  /** A pointer's subtree as one leaf, if every tuple outside [at, next) has one right throughout. */
  #collapse(pointer: bigint, level: number, at: bigint, next: bigint): bigint | string {
    const tuple = this.leafSizes[level] ?? PAGE;
    const first = at - (at % this.#span(level));
    let leaf = V | L;
    for (let k = 0n; k < this.#tuples; k++) {
      const a = first + k * tuple;
      if (a >= at && a < next) continue;
      const xwr = this.#rightsOf(this.#next(pointer), level - 1, a, a + tuple);
      if (xwr === null)
        return `smaller leaves stand beside ${hex(at)} in the same ${bytes(tuple)} entry`;
      leaf |= BigInt(xwr) << (8n + 3n * k);
    }
    return leaf;
  }

  /** The one right that [from, to) has in a table, or null when it has several. */
  #rightsOf(table: bigint, level: number, from: bigint, to: bigint): Xwr | null {
    let rights: Xwr | null = null;
    const step = this.leafSizes[level] ?? PAGE;
    for (let at = from; at < to; at += step) {
      const entry = this.#read(this.#entryAt(table, at, level));
      let xwr: Xwr | null = 0;
      if (state(entry) === 'leaf') {
        xwr = this.#entries.tupleAt(entry, at / step);
      } else if (state(entry) === 'pointer') {
        xwr = level > 0 ? this.#rightsOf(this.#next(entry), level - 1, at, at + step) : null;
      }
      if (xwr === null || (rights !== null && rights !== xwr)) return null;
      rights = xwr;
    }
    return rights;
  }

  /** The table below an entry: the one it points to, a new one for an invalid entry, or a leaf split in place. */
  #child(where: bigint, entry: bigint, level: number, first: bigint, log: EditLog): bigint | null {
    if (state(entry) === 'pointer') return this.#next(entry);
    const table = this.#allocator.take(PAGE, PAGE);
    if (table === null) return null;
    if (state(entry) === 'leaf') {
      const below = this.#span(level - 1);
      const tuple = this.leafSizes[level] ?? PAGE;
      for (let k = 0n; k < this.#span(level) / below; k++) {
        const copy = this.#entries.uniform(this.#entries.tupleAt(entry, (k * below) / tuple));
        this.#memory.write(table + k * this.#entrySize, this.#g.entrySize, copy);
      }
    }
    this.#put(where, entry, ((table / PAGE) << 10n) | V, level, first, log);
    return table;
  }

  /** A group that is about to be changed in part becomes ordinary leaves with the same rights. */
  #ungroup(table: bigint, at: bigint, level: number, log: EditLog): void {
    const span = this.#span(level);
    const group = this.napotSizes[level] ?? span;
    const legal =
      ((this.#read(this.#entryAt(table, at, level)) >> 12n) & 15n) === BigInt(this.#g.napot);
    const from = at - (at % (legal ? group : span));
    for (let a = from; a < from + (legal ? group : span); a += span) {
      const where = this.#entryAt(table, a, level);
      const entry = this.#read(where);
      if (isNapot(entry)) this.#put(where, entry, this.#entries.plain(entry), level, a, log);
    }
  }

  /** The table of a level on the way to an address, made where it is missing. */
  #descend(at: bigint, level: number, log: EditLog): bigint | null {
    let table: bigint | null = this.root;
    for (let here = this.#g.levels - 1; here > level && table !== null; here--) {
      const where = this.#entryAt(table, at, here);
      table = this.#child(where, this.#read(where), here, at - (at % this.#span(here)), log);
    }
    return table;
  }

  #put(where: bigint, before: bigint, entry: bigint, level: number, first: bigint, log: EditLog) {
    if (before === entry) return;
    this.#memory.write(where, this.#g.entrySize, entry);
    const [from, to] = [state(before), state(entry)];
    // An entry that was invalid before leaves nothing behind that a fence would have to name.
    log.note(from, to, from === 'leaf' ? this.#changed(before, entry, level, first) : []);
  }

  /** First address of every tuple of a leaf that now gives other rights. */
  #changed(before: bigint, entry: bigint, level: number, first: bigint): bigint[] {
    const tuple = this.leafSizes[level] ?? PAGE;
    return this.#entries.changed(before, entry).map((k) => first + BigInt(k) * tuple);
  }

  #leafLevel(address: bigint): number {
    let table = this.root;
    for (let level = this.#g.levels - 1; level > 0; level--) {
      const entry = this.#read(this.#entryAt(table, address, level));
      if (state(entry) === 'leaf') return level;
      if (state(entry) === 'invalid') return 0;
      table = this.#next(entry);
    }
    return 0;
  }

  /** Bytes that one entry covers. */
  #span(level: number): bigint {
    return this.#spans[level] ?? PAGE;
  }

  #entryAt(table: bigint, address: bigint, level: number): bigint {
    const index = (address / this.#span(level)) & (this.#masks[level] ?? 0n);
    return table + index * this.#entrySize;
  }

  #next(pointer: bigint): bigint {
    return ((pointer >> 10n) & (this.#g.xlen === 32 ? 0x3fffffn : 0xfffffffffffn)) * PAGE;
  }

  #read(where: bigint): bigint {
    return this.#memory.read(where, this.#g.entrySize);
  }

  #checkExtent(base: bigint, size: bigint): string | null {
    if (base % PAGE !== 0n || size % PAGE !== 0n || size <= 0n) {
      return 'an extent of a protection table is a whole number of 4K pages';
    }
    const limit = BigInt(this.#g.pages) * PAGE;
    return base + size > limit ? `${hex(base)} is beyond the reach of ${this.#g.name}` : null;
  }

  #checkEntry(level: number | null, content: EntryContent): string | null {
    const { name, levels, entrySize } = this.#g;
    if (level !== null && (level < 0 || level >= levels))
      return `${name} has levels 0 to ${levels - 1}`;
    return refuseContent(name, entrySize, content);
  }
}
