/**
 * What a hart has read from its tables and may still use: raw entries in columns, found by a hash probe and decided
 * again at each use. Tags say for whom an entry was read; policy says what is kept.
 */
import type { StageName } from '../translate/stage.ts';
import type { CacheKind } from './fence-request.ts';
import type { Keep } from './policy.ts';

/** Stage numbers of the columns. */
export const STAGES = ['s', 'vs', 'g', 'mpt', 'mtt'] as const satisfies readonly StageName[];
export const STAGE_CODE = { s: 0, vs: 1, g: 2, mpt: 3, mtt: 4 } as const;

/** The ASID of an entry that matches every ASID of its SDID and VMID. */
export const GLOBAL = -1;

/** One entry as a fence sees it; the object is reused, so do not keep it. Pages are input pages: VA, GPA or SPA. */
export interface EntryView {
  readonly stage: StageName;
  readonly level: number;
  readonly isLeaf: boolean;
  readonly sdid: number;
  readonly vmid: number;
  readonly asid: number;
  /** G was set in the entry or on the way to it: it matches any ASID. */
  readonly global: boolean;
  /** First input page that the entry covers, and how many. */
  readonly page: number;
  readonly span: number;
  covers(page: number): boolean;
}

export interface Matching {
  /** A global entry serves every ASID. */
  readonly sharesGlobal: () => boolean;
  /** Any entry serves any ASID. */
  readonly ignoresAsid: () => boolean;
}

const FIRST = 256;

/** Where the level stands in a tag. */
const LEVEL = 20;

/** Who an entry belongs to, as one number: stage 3 bits, level 3, SDID 6, VMID 14. */
export function tagOf(stage: number, level: number, sdid: number, vmid: number): number {
  return (((((stage << 3) | level) << 6) | sdid) << 14) | vmid;
}

function hash(prefix: number, tag: number): number {
  const folded = (prefix | 0) ^ Math.imul((prefix * 2 ** -32) | 0, 0x85ebca6b);
  const mixed = Math.imul(folded ^ Math.imul(tag, 0x27d4eb2f), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

export class EntryCache {
  /** False: nothing is ever kept, so nobody need ask. */
  active = false;
  count = 0;
  /** Of the entry that `deepest` found. */
  level = 0;
  lo = new Int32Array(FIRST);
  hi = new Int32Array(FIRST);
  /** The entry's own address: page in the space of its stage, offset, and physical page. */
  ownPage = new Float64Array(FIRST);
  ownOffset = new Int32Array(FIRST);
  physicalPage = new Float64Array(FIRST);
  /** By entry: ASID or GLOBAL. */
  asid = new Int32Array(FIRST);
  private tag = new Int32Array(FIRST);
  private prefix = new Float64Array(FIRST);
  private first = new Float64Array(FIRST);
  private span = new Float64Array(FIRST);
  private leaf = new Uint8Array(FIRST);
  private stamp = new Float64Array(FIRST);
  private table = new Int32Array(FIRST * 2);
  private mask = FIRST * 2 - 1;
  private clock = 0;
  /** Entries of each class: pointers of page tables, their leaves, protection-table entries. */
  private readonly held = [0, 0, 0];
  private keep: Keep = { kind: 'none' };
  private isSized = false;
  private sharesGlobal = true;
  private ignoresAsid = false;
  private random = 1;

  /** `matching`: how ASIDs are compared; a broken hart compares them wrongly. */
  reset(keep: Keep, seed: number, matching: Matching): void {
    this.keep = keep;
    this.isSized = keep.kind === 'sized';
    this.sharesGlobal = matching.sharesGlobal();
    this.ignoresAsid = matching.ignoresAsid();
    this.active = keep.kind !== 'none';
    this.random = seed | 0 || 1;
    this.clock = 0;
    if (this.count > 0) this.clear('all');
  }

  /** The entry that serves input prefix `prefix` for these tags, or -1. */
  find(tag: number, prefix: number, asid: number): number {
    const { table, mask, asid: kept } = this;
    let at = hash(prefix, tag) & mask;
    for (;;) {
      const e = table[at] - 1;
      if (e < 0) return -1;
      if (this.tag[e] === tag && this.prefix[e] === prefix) {
        const owner = kept[e];
        if (owner === asid || (owner === GLOBAL && this.sharesGlobal) || this.ignoresAsid) {
          if (this.isSized) this.stamp[e] = ++this.clock;
          return e;
        }
      }
      at = (at + 1) & mask;
    }
  }

  /**
   * The deepest entry kept for an input page, of levels `first` to `last`, or -1; its level is left in `level`.
   * `tag` is that of level 0; `scale`: by level, what makes a prefix of the page.
   */
  deepest(
    tag: number,
    page: number,
    scale: readonly number[],
    first: number,
    last: number,
    asid: number,
  ): number {
    for (let level = first; level <= last; level++) {
      const e = this.find(tag | (level << LEVEL), Math.floor(page * scale[level]), asid);
      if (e >= 0) {
        this.level = level;
        return e;
      }
    }
    return -1;
  }

  /**
   * Keeps an entry that covers `span` input pages from `first`; an older one for the same input and tags is replaced.
   * Returns its number.
   */
  put(
    tag: number,
    prefix: number,
    asid: number,
    first: number,
    span: number,
    isLeaf: boolean,
    lo: number,
    hi: number,
  ): number {
    let e = this.find(tag, prefix, asid);
    if (e >= 0 && this.asid[e] !== asid) e = this.exact(tag, prefix, asid);
    if (e < 0) e = this.add(tag, prefix, asid, isLeaf);
    else if (this.leaf[e] !== (isLeaf ? 1 : 0)) {
      this.held[this.classOf(e)]--;
      this.leaf[e] = isLeaf ? 1 : 0;
      this.held[this.classOf(e)]++;
    }
    this.first[e] = first;
    this.span[e] = span;
    this.lo[e] = lo;
    this.hi[e] = hi;
    return e;
  }

  /** The entry kept for just this ASID (or GLOBAL), or -1. */
  private exact(tag: number, prefix: number, asid: number): number {
    for (let e = 0; e < this.count; e++) {
      if (this.asid[e] === asid && this.tag[e] === tag && this.prefix[e] === prefix) return e;
    }
    return -1;
  }

  /** Where the entry itself lies. */
  locate(e: number, ownPage: number, ownOffset: number, physicalPage: number): void {
    this.ownPage[e] = ownPage;
    this.ownOffset[e] = ownOffset;
    this.physicalPage[e] = physicalPage;
  }

  /** Drops what the predicate names; returns how many entries went. */
  drop(predicate: (entry: EntryView) => boolean): number {
    if (this.count === 0) return 0;
    const view = new View();
    return this.dropIndexed((e) => predicate(view.at(this.describe(e))));
  }

  clear(what: CacheKind): void {
    if (what === 'all') {
      this.table.fill(0);
      this.count = 0;
      this.held.fill(0);
      return;
    }
    const wanted = what === 'walk' ? 0 : what === 'tlb' ? 1 : 2;
    this.dropIndexed((e) => this.classOf(e) === wanted);
  }

  /** Under `random`: forgets a seeded part of the entries. Called once per attempt, so that hits never move the draw. */
  tick(): void {
    if (this.keep.kind !== 'random') return;
    const draw = this.draw();
    if (this.count > 0 && (draw & 3) === 0)
      this.dropIndexed((e) => ((draw >>> (e & 15)) & 16) !== 0);
  }

  private add(tag: number, prefix: number, asid: number, isLeaf: boolean): number {
    if (this.keep.kind === 'sized') this.makeRoom(this.keep, tag, isLeaf);
    if (this.count === this.lo.length) this.grow();
    const e = this.count++;
    this.tag[e] = tag;
    this.prefix[e] = prefix;
    this.asid[e] = asid;
    this.leaf[e] = isLeaf ? 1 : 0;
    this.stamp[e] = ++this.clock;
    this.held[this.classOf(e)]++;
    this.place(e);
    return e;
  }

  /** 0 pointer of a page table, 1 leaf of one, 2 protection table. */
  private classOf(e: number): 0 | 1 | 2 {
    return classOf(this.tag[e], this.leaf[e] === 1);
  }

  private makeRoom(keep: Keep & { kind: 'sized' }, tag: number, isLeaf: boolean): void {
    const group = classOf(tag, isLeaf);
    const limit = [keep.sizes.walk, keep.sizes.tlb, keep.sizes.mpt][group];
    while (this.held[group] >= Math.max(limit, 1)) {
      let oldest = -1;
      for (let e = 0; e < this.count; e++) {
        if (this.classOf(e) !== group) continue;
        if (oldest < 0 || this.stamp[e] < this.stamp[oldest]) oldest = e;
      }
      this.dropIndexed((e) => e === oldest);
    }
  }

  private dropIndexed(predicate: (e: number) => boolean): number {
    let kept = 0;
    for (let e = 0; e < this.count; e++) {
      if (predicate(e)) continue;
      if (kept !== e) for (const column of this.columns()) column[kept] = column[e];
      kept++;
    }
    const gone = this.count - kept;
    if (gone === 0) return 0;
    this.count = kept;
    this.table.fill(0);
    this.held.fill(0);
    for (let e = 0; e < kept; e++) {
      this.place(e);
      this.held[this.classOf(e)]++;
    }
    return gone;
  }

  private columns(): (Float64Array | Int32Array | Uint8Array)[] {
    const { lo, hi, ownPage, ownOffset, physicalPage, asid, tag, prefix, leaf, stamp } = this;
    const { first, span } = this;
    return [lo, hi, ownPage, ownOffset, physicalPage, asid, tag, prefix, leaf, stamp, first, span];
  }

  private describe(e: number): Described {
    const tag = this.tag[e];
    return {
      stage: STAGES[tag >>> 23],
      level: (tag >>> 20) & 7,
      isLeaf: this.leaf[e] === 1,
      sdid: (tag >>> 14) & 63,
      vmid: tag & 0x3fff,
      asid: this.asid[e],
      page: this.first[e],
      span: this.span[e],
    };
  }

  private place(e: number): void {
    const { table, mask } = this;
    let at = hash(this.prefix[e], this.tag[e]) & mask;
    while (table[at] !== 0) at = (at + 1) & mask;
    table[at] = e + 1;
  }

  /** Every entry, oldest first. */
  list(): KeptEntry[] {
    return Array.from({ length: this.count }, (_, e) => ({
      ...this.describe(e),
      entryPage: this.physicalPage[e],
      entryOffset: this.ownOffset[e],
      lo: this.lo[e],
      hi: this.hi[e],
    }));
  }

  private draw(): number {
    let x = this.random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.random = x;
    return x;
  }

  private grow(): void {
    const size = this.lo.length * 2;
    const wider = <T extends Float64Array | Int32Array | Uint8Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.lo = wider(new Int32Array(size), this.lo);
    this.hi = wider(new Int32Array(size), this.hi);
    this.ownPage = wider(new Float64Array(size), this.ownPage);
    this.ownOffset = wider(new Int32Array(size), this.ownOffset);
    this.physicalPage = wider(new Float64Array(size), this.physicalPage);
    this.asid = wider(new Int32Array(size), this.asid);
    this.tag = wider(new Int32Array(size), this.tag);
    this.prefix = wider(new Float64Array(size), this.prefix);
    this.first = wider(new Float64Array(size), this.first);
    this.span = wider(new Float64Array(size), this.span);
    this.leaf = wider(new Uint8Array(size), this.leaf);
    this.stamp = wider(new Float64Array(size), this.stamp);
    this.table = new Int32Array(size * 2);
    this.mask = size * 2 - 1;
    for (let e = 0; e < this.count; e++) this.place(e);
  }
}

function classOf(tag: number, isLeaf: boolean): 0 | 1 | 2 {
  return tag >>> 23 >= STAGE_CODE.mpt ? 2 : isLeaf ? 1 : 0;
}

type Described = Omit<EntryView, 'covers' | 'global'>;

/** An entry with where it was read and what it says. */
export interface KeptEntry extends Described {
  /** Physical page and offset. */
  readonly entryPage: number;
  readonly entryOffset: number;
  readonly lo: number;
  readonly hi: number;
}

/** The reused cursor of `drop`. */
class View implements EntryView {
  stage: StageName = 's';
  level = 0;
  isLeaf = false;
  sdid = 0;
  vmid = 0;
  asid = 0;
  global = false;
  page = 0;
  span = 1;

  at(entry: Described): this {
    Object.assign(this, entry);
    this.global = entry.asid === GLOBAL;
    return this;
  }

  covers(page: number): boolean {
    return page >= this.page && page < this.page + this.span;
  }
}
