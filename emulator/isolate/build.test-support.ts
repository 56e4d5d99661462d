/** Memory and a pool for the table builders' tests: a map of words, and addresses counted upwards. */
import type { TableAllocator, TableMemory } from './table-memory.ts';

export class WordMemory implements TableMemory {
  readonly words = new Map<bigint, bigint>();

  read(at: bigint): bigint {
    return this.words.get(at) ?? 0n;
  }

  write(at: bigint, _size: number, value: bigint): void {
    this.words.set(at, value);
  }
}

export function pool(from: bigint, size = 1n << 40n): TableAllocator {
  let next = from;
  return {
    take(bytes, alignment) {
      const at = ((next + alignment - 1n) / alignment) * alignment;
      if (at + bytes > from + size) return null;
      next = at + bytes;
      return at;
    },
  };
}
