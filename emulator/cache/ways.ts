/**
 * The ways of one hart: by virtual page, where its bytes lie, for accesses that need no second look. They have no
 * architectural meaning: with and without them everything is the same. A way serves one *context*, a mode between two
 * changes of anything that decides accesses; its number is part of the tag, so that all ways die by taking new ones.
 */
import type { Arena } from '../memory/arena.ts';
import { WAY, WAYS, waysOf } from '../memory/layout.ts';

/** Modes of a hart; each has a number for fetches and one for loads and stores. */
const MODES = 5;
/** Numbers lie in tag bits 11 to 3: below are alignment bits, above the page. */
const SHIFT = 3;
const LAST = 510;
/** The number that no way has. */
const NOBODY = 511 << SHIFT;

const BANK = WAY.size * WAY.count;
const USES = { load: 0, store: BANK, fetch: 2 * BANK } as const;

export class Ways {
  /** False: they are never filled and never serve. */
  isOn = false;
  /** Rises by each `drop`. */
  drops = 0;
  /** Position of the ways in the arena. */
  base = 0;
  /** What tags of fetches, and of loads and stores, hold besides the page, in the mode entered last. */
  code = NOBODY;
  data = NOBODY;
  #arena: Arena | null = null;
  #words = new Int32Array(0);
  #next = 1;
  /** By mode: the number for fetches, before that for data, or 0: none yet. */
  readonly #numbers = new Int32Array(MODES);

  /** The ways of a hart lie in this arena from now on. */
  attach(arena: Arena, hart: number): void {
    this.drop();
    if (this.#arena === arena) return;
    this.#arena = arena;
    this.#words = arena.words;
    this.base = waysOf(hart);
    // Its memory is all zero: no way has a number.
    this.#next = 1;
  }

  /** No way serves any more, whatever the mode: `enter` must follow. */
  drop(): void {
    this.drops++;
    this.#numbers.fill(0);
  }

  /** From now on those of a mode serve (its place in the list of modes). */
  enter(mode: number): void {
    if (this.#numbers[mode] === 0) {
      if (this.#next >= LAST) this.#clear();
      this.#numbers[mode] = this.#next;
      this.#next += 2;
    }
    this.code = this.isOn ? this.#numbers[mode] << SHIFT : NOBODY;
    this.data = this.isOn ? (this.#numbers[mode] + 1) << SHIFT : NOBODY;
  }

  /**
   * A page answers for the mode entered last: `lo` and `hi` are an address in it, `delta` is what added to the low
   * half of an address gives the position of its byte.
   */
  fill(use: keyof typeof USES, lo: number, hi: number, delta: number): void {
    if (!this.isOn) return;
    const index = (lo >>> 12) & (WAY.count - 1);
    const at = (this.base + USES[use] + index * WAY.size) >>> 2;
    this.#words[at] = (lo & ~4095) | (use === 'fetch' ? this.code : this.data);
    this.#words[at + 1] = hi;
    this.#words[at + 2] = delta;
  }

  #clear(): void {
    this.drops++;
    this.#numbers.fill(0);
    this.#next = 1;
    this.#words.fill(0, this.base >>> 2, (this.base + WAYS) >>> 2);
  }
}
