/** Where table pages come from: the pool of the root domain manager, or a region that a line names; in file order. */
import type { TableAllocator, TableMemory } from '../../emulator/index.ts';
import type { BackEnd } from '../back-end/back-end.ts';
import type { World } from '../session/world.ts';

/** Hands out zeroed pages from the bottom of an extent, and remembers which. */
export class Pool implements TableAllocator {
  readonly base: bigint;
  readonly size: bigint;
  readonly #memory: Pick<BackEnd, 'fill'>;
  #next: bigint;

  constructor(memory: Pick<BackEnd, 'fill'>, base: bigint, size: bigint) {
    this.#memory = memory;
    this.base = base;
    this.size = size;
    this.#next = base;
  }

  take(size: bigint, alignment: bigint): bigint | null {
    const at = ((this.#next + alignment - 1n) / alignment) * alignment;
    if (at + size > this.base + this.size) return null;
    this.#next = at + size;
    this.#memory.fill(at, size, 0n);
    return at;
  }
}

/** The pool, and for tables larger than it can hold the memory below it that no region uses. */
export class LargePool implements TableAllocator {
  readonly #pool: Pool;
  readonly #memory: Pick<BackEnd, 'fill'>;
  readonly #used: readonly { readonly base: bigint; readonly size: bigint }[];
  readonly #floor: bigint;
  #top: bigint;

  /** `used`: what must be left alone; `floor`: the bottom of the memory bank. */
  constructor(
    memory: Pick<BackEnd, 'fill'>,
    pool: Pool,
    used: readonly { readonly base: bigint; readonly size: bigint }[],
    floor: bigint,
  ) {
    this.#memory = memory;
    this.#pool = pool;
    this.#used = used;
    this.#floor = floor;
    this.#top = pool.base;
  }

  take(size: bigint, alignment: bigint): bigint | null {
    if (size < this.#pool.size) return this.#pool.take(size, alignment);
    let at = this.#top - size;
    at -= at % alignment;
    for (const region of this.#used) {
      if (at < region.base + region.size && region.base < at + size) {
        this.#top = region.base;
        return this.take(size, alignment);
      }
    }
    if (at < this.#floor) return null;
    this.#top = at;
    this.#memory.fill(at, size, 0n);
    return at;
  }
}

/** Passes on what another allocator hands out and lists it. */
export class Recorded implements TableAllocator {
  readonly taken: { readonly base: bigint; readonly size: bigint }[] = [];
  readonly #from: TableAllocator;

  constructor(from: TableAllocator) {
    this.#from = from;
  }

  take(size: bigint, alignment: bigint): bigint | null {
    const base = this.#from.take(size, alignment);
    if (base !== null) this.taken.push({ base, size });
    return base;
  }
}

/** Table entries through the bench's own hand, in the byte order of the tables. */
export function tableMemory({ backEnd, setup, history }: World): TableMemory {
  if (history === null && !setup.bigEndianTables) return backEnd;
  const ordered = setup.bigEndianTables ? swapBytes : (value: bigint) => value;
  return {
    read: (at, size) => ordered(backEnd.read(at, size), size),
    write: (at, size, value) => {
      backEnd.write(at, size, ordered(value, size));
      history?.written(at, size);
    },
  };
}

function swapBytes(value: bigint, size: number): bigint {
  let swapped = 0n;
  for (let k = 0; k < size; k++) swapped = (swapped << 8n) | ((value >> BigInt(8 * k)) & 0xffn);
  return swapped;
}
