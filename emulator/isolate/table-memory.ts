/** What a table builder needs: memory to write entries to, and pages to put tables in. */

export interface TableMemory {
  /** One table entry of `size` bytes (4 or 8) at a physical address, in the byte order of the tables. */
  read(at: bigint, size: number): bigint;
  write(at: bigint, size: number, value: bigint): void;
}

export interface TableAllocator {
  /** Address of zeroed memory, `size` bytes, aligned to `alignment`; null when the pool is used up. */
  take(size: bigint, alignment: bigint): bigint | null;
}

/** The rights of one tuple: bit 0 R, bit 1 W, bit 2 X. */
export type Xwr = number;
