/**
 * What a hart has read from its tables and may still use: raw entries, found by a hash probe and decided again at each
 * use. Tags say for whom an entry was read; policy says what is kept.
 */
import type { StageName } from '../translate/stage.ts';
import type { Described, EntryView, KeptEntry } from './entry-view.ts';
import { GLOBAL, View } from './entry-view.ts';
import type { CacheKind } from './fence-request.ts';
import type { Keep } from './policy.ts';

/** Stage numbers of the tags. */
export const STAGES = ['s', 'vs', 'g', 'mpt', 'mtt'] as const satisfies readonly StageName[];
export const STAGE_CODE = { s: 0, vs: 1, g: 2, mpt: 3, mtt: 4 } as const;

export interface Matching {
  /** A global entry serves every ASID. */
  readonly sharesGlobal: () => boolean;
  /** Any entry serves any ASID. */
  readonly ignoresAsid: () => boolean;
}

const FIRST = 256;
/** About 80 MB. */
const MOST = 2 ** 20;

// An entry is one record of eight words and one of four pages: what a probe compares lies side by side.
const WORDS = 3;
const TAG = 0;
/** The input prefix: the input page without the bits that the level leaves to lower ones; low and high word. */
const PREFIX_LO = 1;
const PREFIX_HI = 2;
/** ASID or GLOBAL. */
const ASID = 3;
const LO = 4;
const HI = 5;
/** Offset of the entry in its page. */
const OFFSET = 6;
const LEAF = 7;

const PAGES = 2;
/** The entry's own page, in the space of its stage and physically. */
const OWN = 0;
const PHYSICAL = 1;
/** First input page that it covers, and how many. */
const INPUT = 2;
const SPAN = 3;

/** Where the level stands in a tag. */
const LEVEL = 20;

/** Who an entry belongs to, as one number: stage 3 bits, level 3, SDID 6, VMID 14. */
export function tagOf(stage: number, level: number, sdid: number, vmid: number): number {
  return (((((stage << 3) | level) << 6) | sdid) << 14) | vmid;
}

/** The upper word of a prefix. */
const upper = (prefix: number): number => (prefix * 2 ** -32) | 0;

/**
 * Where an entry is looked for first: the top bits of a product. Prefixes that differ above 2^32 only share a place, for
 * every look-up waits for this number.
 */
function hash(tag: number, lo: number, shift: number): number {
  return Math.imul(lo + Math.imul(tag, 0x27d4eb2f), 0x9e3779b1) >>> shift;
}

export class EntryCache {
  /** False: nothing is ever kept, so nobody need ask. */
  active = false;
  count = 0;
  /** Of the entry that `deepest` found: its level, and what it says. */
  level = 0;
  lo = 0;
  hi = 0;
  private words = new Int32Array(FIRST << WORDS);
  private pages = new Float64Array(FIRST << PAGES);
  /** By entry: when it was used last. */
  private stamps = new Float64Array(FIRST);
  /** By hash: the entry, counted from 1. */
  private table = new Int32Array(FIRST * 2);
  private mask = FIRST * 2 - 1;
  private shift = Math.clz32(FIRST * 2 - 1);
  private clock = 0;
  /** Entries of each class: pointers of page tables, their leaves, protection-table entries. */
  private readonly held = [0, 0, 0];
  private keep: Keep = { kind: 'none' };
  private isSized = false;
  private isRandom = false;
  private sharesGlobal = true;
  private ignoresAsid = false;
  private random = 1;

  /** `matching`: how ASIDs are compared; a broken hart compares them wrongly. */
  reset(keep: Keep, seed: number, matching: Matching): void {
    this.keep = keep;
    this.isSized = keep.kind === 'sized';
    this.isRandom = keep.kind === 'random';
    this.sharesGlobal = matching.sharesGlobal();
    this.ignoresAsid = matching.ignoresAsid();
    this.active = keep.kind !== 'none';
    this.random = seed | 0 || 1;
    this.clock = 0;
    if (this.count > 0) this.clear('all');
  }

  /** The entry that serves input prefix `prefix` for these tags, or -1. */
  find(tag: number, prefix: number, asid: number): number {
    return this.probe(tag, prefix | 0, upper(prefix), asid);
  }

  private probe(tag: number, lo: number, hi: number, asid: number): number {
    const { table, mask, words } = this;
    let at = hash(tag, lo, this.shift);
    for (;;) {
      const e = table[at] - 1;
      if (e < 0) return -1;
      const word = e << WORDS;
      if (
        words[word + PREFIX_LO] === lo &&
        words[word + TAG] === tag &&
        words[word + PREFIX_HI] === hi
      ) {
        const owner = words[word + ASID];
        if (owner === asid || (owner === GLOBAL && this.sharesGlobal) || this.ignoresAsid) {
          if (this.isSized) this.stamps[e] = ++this.clock;
          return e;
        }
      }
      at = (at + 1) & mask;
    }
  }

  /**
   * The deepest entry kept for an input page, of levels `first` to `last`, or -1; what it says is left in `lo`, `hi`
   * and `level`. `tag` is that of level 0; `scale`: by level, what makes a prefix of the page.
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
      // Truncation of both words drops the fraction.
      const prefix = page * scale[level];
      const e = this.probe(tag | (level << LEVEL), prefix | 0, upper(prefix), asid);
      if (e >= 0) {
        this.level = level;
        this.lo = this.words[(e << WORDS) + LO];
        this.hi = this.words[(e << WORDS) + HI];
        return e;
      }
    }
    return -1;
  }

  /** Whether an entry serves every ASID. */
  isGlobal(e: number): boolean {
    return this.words[(e << WORDS) + ASID] === GLOBAL;
  }

  /** Where an entry lies: its page in the space of its stage, its physical page, its offset in both. */
  ownPage(e: number): number {
    return this.pages[(e << PAGES) + OWN];
  }

  physicalPage(e: number): number {
    return this.pages[(e << PAGES) + PHYSICAL];
  }

  ownOffset(e: number): number {
    return this.words[(e << WORDS) + OFFSET];
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
    const { words } = this;
    let e = this.find(tag, prefix, asid);
    if (e >= 0 && words[(e << WORDS) + ASID] !== asid) e = this.exact(tag, prefix, asid);
    if (e < 0) e = this.add(tag, prefix, asid, isLeaf);
    else if (words[(e << WORDS) + LEAF] !== (isLeaf ? 1 : 0)) {
      this.held[this.classOf(e)]--;
      words[(e << WORDS) + LEAF] = isLeaf ? 1 : 0;
      this.held[this.classOf(e)]++;
    }
    this.words[(e << WORDS) + LO] = lo;
    this.words[(e << WORDS) + HI] = hi;
    this.pages[(e << PAGES) + INPUT] = first;
    this.pages[(e << PAGES) + SPAN] = span;
    return e;
  }

  /** The entry kept for just this ASID (or GLOBAL), or -1. */
  private exact(tag: number, prefix: number, asid: number): number {
    const { words } = this;
    const [lo, hi] = [prefix | 0, upper(prefix)];
    for (let e = 0; e < this.count; e++) {
      const word = e << WORDS;
      if (words[word + ASID] !== asid || words[word + TAG] !== tag) continue;
      if (words[word + PREFIX_LO] === lo && words[word + PREFIX_HI] === hi) return e;
    }
    return -1;
  }

  /** Where the entry itself lies. */
  locate(e: number, ownPage: number, ownOffset: number, physicalPage: number): void {
    this.pages[(e << PAGES) + OWN] = ownPage;
    this.pages[(e << PAGES) + PHYSICAL] = physicalPage;
    this.words[(e << WORDS) + OFFSET] = ownOffset;
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

  /** A program may look at ever more pages: it is time to give everything up. */
  get isFull(): boolean {
    return this.count >= MOST;
  }

  /** Under `random`: forgets a seeded part of the entries. Called once per attempt, so that hits never move the draw. */
  tick(): void {
    if (this.isRandom) this.forgetSome();
  }

  private forgetSome(): void {
    const draw = this.draw();
    if (this.count > 0 && (draw & 3) === 0)
      this.dropIndexed((e) => ((draw >>> (e & 15)) & 16) !== 0);
  }

  private add(tag: number, prefix: number, asid: number, isLeaf: boolean): number {
    if (this.keep.kind === 'sized') this.makeRoom(this.keep, tag, isLeaf);
    if (this.count === this.stamps.length) this.grow();
    const e = this.count++;
    const word = e << WORDS;
    this.words[word + TAG] = tag;
    this.words[word + PREFIX_LO] = prefix | 0;
    this.words[word + PREFIX_HI] = upper(prefix);
    this.words[word + ASID] = asid;
    this.words[word + LEAF] = isLeaf ? 1 : 0;
    this.stamps[e] = ++this.clock;
    this.held[this.classOf(e)]++;
    this.place(e);
    return e;
  }

  /** 0 pointer of a page table, 1 leaf of one, 2 protection table. */
  private classOf(e: number): 0 | 1 | 2 {
    return classOf(this.words[(e << WORDS) + TAG], this.words[(e << WORDS) + LEAF] === 1);
  }

  private makeRoom(keep: Keep & { kind: 'sized' }, tag: number, isLeaf: boolean): void {
    const group = classOf(tag, isLeaf);
    const limit = [keep.sizes.walk, keep.sizes.tlb, keep.sizes.mpt][group];
    while (this.held[group] >= Math.max(limit, 1)) {
      let oldest = -1;
      for (let e = 0; e < this.count; e++) {
        if (this.classOf(e) !== group) continue;
        if (oldest < 0 || this.stamps[e] < this.stamps[oldest]) oldest = e;
      }
      this.dropIndexed((e) => e === oldest);
    }
  }

  private dropIndexed(predicate: (e: number) => boolean): number {
    let kept = 0;
    for (let e = 0; e < this.count; e++) {
      if (predicate(e)) continue;
      if (kept !== e) this.move(e, kept);
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

  private move(from: number, to: number): void {
    this.words.copyWithin(to << WORDS, from << WORDS, (from + 1) << WORDS);
    this.pages.copyWithin(to << PAGES, from << PAGES, (from + 1) << PAGES);
    this.stamps[to] = this.stamps[from];
  }

  private describe(e: number): Described {
    const word = e << WORDS;
    const tag = this.words[word + TAG];
    return {
      stage: STAGES[tag >>> 23],
      level: (tag >>> LEVEL) & 7,
      isLeaf: this.words[word + LEAF] === 1,
      sdid: (tag >>> 14) & 63,
      vmid: tag & 0x3fff,
      asid: this.words[word + ASID],
      page: this.pages[(e << PAGES) + INPUT],
      span: this.pages[(e << PAGES) + SPAN],
    };
  }

  private place(e: number): void {
    const { table, mask, words } = this;
    const word = e << WORDS;
    let at = hash(words[word + TAG], words[word + PREFIX_LO], this.shift);
    while (table[at] !== 0) at = (at + 1) & mask;
    table[at] = e + 1;
  }

  /** Every entry, oldest first. */
  list(): KeptEntry[] {
    return Array.from({ length: this.count }, (_, e) => ({
      ...this.describe(e),
      entryPage: this.physicalPage(e),
      entryOffset: this.ownOffset(e),
      lo: this.words[(e << WORDS) + LO],
      hi: this.words[(e << WORDS) + HI],
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
    const size = this.stamps.length * 2;
    const { words, pages, stamps } = this;
    this.words = new Int32Array(size << WORDS);
    this.words.set(words);
    this.pages = new Float64Array(size << PAGES);
    this.pages.set(pages);
    this.stamps = new Float64Array(size);
    this.stamps.set(stamps);
    this.table = new Int32Array(size * 2);
    this.mask = size * 2 - 1;
    this.shift = Math.clz32(this.mask);
    for (let e = 0; e < this.count; e++) this.place(e);
  }
}

function classOf(tag: number, isLeaf: boolean): 0 | 1 | 2 {
  return tag >>> 23 >= STAGE_CODE.mpt ? 2 : isLeaf ? 1 : 0;
}
