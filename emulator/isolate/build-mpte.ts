/** The bits of Smmpt entries as the builder writes them: tuples of a leaf, NAPOT leaves, entries made by hand. */
import type { EntryContent, EntryState } from './build-edit.ts';
import type { MptGeometry } from './mpt-geometry.ts';
import type { Xwr } from './table-memory.ts';

export const V = 1n;
export const L = 2n;
const N = 4n;

export function state(entry: bigint): EntryState {
  if ((entry & V) === 0n) return 'invalid';
  return (entry & L) === 0n ? 'pointer' : 'leaf';
}

export function isNapot(entry: bigint): boolean {
  return (entry & (V | L | N)) === (V | L | N);
}

export function napotLeaf(g: number, xwr: Xwr): bigint {
  return (BigInt(g & 15) << 12n) | (BigInt(xwr) << 8n) | N | L | V;
}

/** Where tuple `k` of a leaf stands. */
const shiftOf = (k: bigint): bigint => 8n + 3n * k;

/** W without R. */
const isReservedTuple = (xwr: bigint): boolean => (xwr & 3n) === 2n;

/** The entries of one mode. */
export class Mptes {
  readonly #g: MptGeometry;
  readonly #tuples: bigint;

  constructor(g: MptGeometry) {
    this.#g = g;
    this.#tuples = BigInt(g.tuples);
  }

  /** A NAPOT leaf as the ordinary leaf that gives the same rights; other entries unchanged. */
  plain(entry: bigint): bigint {
    return isNapot(entry) ? this.uniform(Number((entry >> 8n) & 7n)) : entry;
  }

  /** The leaf with one right throughout. */
  uniform(xwr: Xwr): bigint {
    let leaf = V | L;
    for (let k = 0n; k < this.#tuples; k++) leaf |= BigInt(xwr) << shiftOf(k);
    return leaf;
  }

  /** The rights of a leaf for the tuple that has this number in memory, counted from address 0. */
  tupleAt(leaf: bigint, number: bigint): Xwr {
    return Number((this.plain(leaf) >> shiftOf(number % this.#tuples)) & 7n);
  }

  /**
   * The leaf with the tuples (of `size` bytes) that [at, next) touches set; an invalid entry and a pointer count as
   * a leaf that grants nothing.
   */
  withTuples(entry: bigint, size: bigint, at: bigint, next: bigint, xwr: Xwr): bigint {
    let leaf = state(entry) === 'leaf' ? this.plain(entry) : V | L;
    for (let a = at - (at % size); a < next; a += size) {
      const shift = shiftOf((a / size) % this.#tuples);
      leaf = (leaf & ~(7n << shift)) | (BigInt(xwr) << shift);
    }
    return leaf;
  }

  /** Tuples of a leaf that now gives other rights, or none at all. */
  changed(before: bigint, after: bigint): readonly number[] {
    const different = this.plain(before) ^ this.plain(after);
    const rights = ((1n << (3n * this.#tuples)) - 1n) << 8n;
    const whole = (different & ~rights) !== 0n || state(after) !== 'leaf';
    const tuples: number[] = [];
    for (let k = 0; k < this.#g.tuples; k++) {
      if (whole || ((different >> shiftOf(BigInt(k))) & 7n) !== 0n) tuples.push(k);
    }
    return tuples;
  }

  isReserved(entry: bigint): boolean {
    const high = this.#g.xlen === 64;
    if (state(entry) === 'pointer') {
      return ((entry >> 2n) & 0xffn) !== 0n || (high && entry >> 54n !== 0n);
    }
    if (isNapot(entry)) {
      const legal = napotLeaf(this.#g.napot, Number((entry >> 8n) & 7n));
      return entry !== legal || isReservedTuple((entry >> 8n) & 7n);
    }
    if (((entry >> 3n) & 31n) !== 0n || (high && entry >> 56n !== 0n)) return true;
    for (let k = 0n; k < this.#tuples; k++) {
      if (isReservedTuple((entry >> shiftOf(k)) & 7n)) return true;
    }
    return false;
  }

  /** What a line that writes an entry by hand leaves of one whose tuples have `size` bytes. */
  written(before: bigint, size: bigint, at: bigint, next: bigint, content: EntryContent): bigint {
    switch (content.kind) {
      case 'invalid':
        return before & ~V;
      case 'xwr':
        return this.withTuples(before, size, at, next, content.xwr);
      case 'raw':
        return content.value;
      case 'reserved bit':
        return (
          (state(before) === 'invalid' ? this.uniform(7) : before) | (1n << BigInt(content.bit))
        );
      case 'napot':
        return napotLeaf(content.g, content.xwr);
    }
  }
}
