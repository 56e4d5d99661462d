/** Isolation tables, built from permissions on extents: one interface for every mode and revision. */
import type { Edit, EntryContent } from './build-edit.ts';
import { MptTable } from './build-mpt.ts';
import { MttTable } from './build-mtt.ts';
import { mttTableSize } from './build-mtt-codes.ts';
import type { MptGeometry } from './mpt-geometry.ts';
import type { MttGeometry } from './mtt-geometry.ts';
import type { TableAllocator, TableMemory, Xwr } from './table-memory.ts';

export interface SetOptions {
  /** Bytes that one tuple (with `napot`: one group) must cover; default: the largest that fits. */
  readonly leaf?: bigint;
  /** Use NAPOT leaves; needs `leaf`. */
  readonly napot?: boolean;
}

export interface IsolationTable {
  /** Physical address of the root table. */
  readonly root: bigint;
  readonly rootSize: bigint;
  /** Bytes that one tuple can cover, ascending. */
  readonly leafSizes: readonly bigint[];

  /**
   * Gives the extent these rights and touches no other tuple: creates missing tables, splits larger
   * leaves, frees nothing. Base and size are multiples of 4 KiB.
   */
  set(base: bigint, size: bigint, xwr: Xwr, options?: SetOptions): Edit;

  /**
   * Writes every entry of a level that the extent touches; null: the level of the leaf that is there,
   * else the lowest. `xwr` keeps the other tuples of a leaf and replaces a pointer; `reserved bit` sets
   * the bit in the entry as it stands (an invalid one first becomes an RWX leaf); `raw` is exactly these bits.
   */
  entry(base: bigint, size: bigint, level: number | null, content: EntryContent): Edit;

  /** Physical address of the entry for an address; null level: where the walk ends. Null: no such table. */
  entryAddress(address: bigint, level: number | null): bigint | null;

  /** The 4 KiB page that holds that entry. */
  tablePage(address: bigint, level: number | null): bigint | null;

  /** The rights of a page as a look-up would decide them now; null where an entry is invalid or reserved. */
  rights(address: bigint): Xwr | null;
}

export interface TableLimits {
  /** Whether MTTL3 entries have a VALID bit. */
  readonly l3Valid: boolean;
  /** End of the platform's physical addresses: tables of the MTT era need be no longer than that takes. */
  readonly limit?: bigint;
}

export const IsolationTable = {
  /** A table that grants nothing, its root allocated as the mode demands; a string says why not. */
  create(
    geometry: MptGeometry | MttGeometry,
    memory: TableMemory,
    allocator: TableAllocator,
    limits: TableLimits = { l3Valid: false },
  ): IsolationTable | string {
    const legacy = !('tuples' in geometry);
    const size = legacy
      ? mttTableSize(geometry, geometry.root, limits.limit)
      : BigInt(geometry.rootSize);
    // Bits 1:0 of the root PPN read zero in the MTT era, which asks for 16 KiB at least.
    const least = legacy ? 16384n : 4096n;
    const root = allocator.take(size > 4096n ? size : 4096n, size > least ? size : least);
    if (root === null) return `no room for the root table of ${geometry.name}`;
    return legacy
      ? new MttTable(geometry, memory, allocator, root, limits)
      : new MptTable(geometry, memory, allocator, root);
  },
};
