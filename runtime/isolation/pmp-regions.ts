/** A domain kept apart by PMP: the extents that it was granted, as entries of the hart that runs it. */
import type { Edit, EntryContent, IsolationTable, Xwr } from '../../emulator/index.ts';

/** One piece of physical memory with its rights, in bytes. */
export interface Region {
  readonly base: bigint;
  readonly size: bigint;
  readonly xwr: Xwr;
}

/** One pmpaddr register and the byte that belongs to it. */
export interface PmpEntry {
  readonly config: bigint;
  readonly address: bigint;
}

const TOR = 1n << 3n;
const NA4 = 2n << 3n;
const NAPOT = 3n << 3n;

/** Nothing in a table changed: PMP has no tables. */
const NO_CHANGE: Edit = {
  error: null,
  change: {
    pointerAdded: false,
    leafAdded: false,
    pointerChanged: false,
    leafChanged: false,
    addresses: [],
  },
};

export class PmpRegions implements IsolationTable {
  readonly root = 0n;
  readonly rootSize = 0n;
  readonly leafSizes = [4n];
  #regions: readonly Region[] = [];

  /** Ascending, apart from each other. */
  get regions(): readonly Region[] {
    return this.#regions;
  }

  set(base: bigint, size: bigint, xwr: Xwr): Edit {
    const end = base + size;
    const pieces = this.#regions.flatMap((region): readonly Region[] => {
      const last = region.base + region.size;
      if (last <= base || region.base >= end) return [region];
      const head = { ...region, size: base - region.base };
      const tail = { ...region, base: end, size: last - end };
      return [head, tail].filter((piece) => piece.size > 0n);
    });
    if (xwr !== 0) pieces.push({ base, size, xwr });
    pieces.sort((one, other) => (one.base < other.base ? -1 : 1));
    this.#regions = joined(pieces);
    return NO_CHANGE;
  }

  /** One entry for an aligned power of two, two for any other extent. */
  entries(): readonly PmpEntry[] {
    return this.#regions.flatMap(({ base, size, xwr }): readonly PmpEntry[] => {
      const rights = BigInt(xwr);
      const natural = (size & (size - 1n)) === 0n && base % size === 0n;
      if (natural && size === 4n) return [{ config: NA4 | rights, address: base >> 2n }];
      if (natural) {
        return [{ config: NAPOT | rights, address: (base >> 2n) | ((size >> 3n) - 1n) }];
      }
      return [
        { config: 0n, address: base >> 2n },
        { config: TOR | rights, address: (base + size) >> 2n },
      ];
    });
  }

  entry(_base: bigint, _size: bigint, _level: number | null, _content: EntryContent): Edit {
    return {
      error: 'PMP isolates here: there is no table whose entry could be written',
      change: null,
    };
  }

  entryAddress(): null {
    return null;
  }

  tablePage(): null {
    return null;
  }

  rights(address: bigint): Xwr | null {
    const found = this.#regions.find(({ base, size }) => base <= address && address < base + size);
    return found?.xwr ?? null;
  }
}

/** Neighbours with equal rights are one region. */
function joined(regions: readonly Region[]): readonly Region[] {
  const all: Region[] = [];
  for (const region of regions) {
    const before = all.at(-1);
    if (
      before !== undefined &&
      before.xwr === region.xwr &&
      before.base + before.size === region.base
    ) {
      all[all.length - 1] = { ...before, size: before.size + region.size };
    } else all.push(region);
  }
  return all;
}
