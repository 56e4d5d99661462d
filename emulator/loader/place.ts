/** Puts the segments of an image into memory. */
import type { Segment } from './image.ts';

/** Memory as debuggers and loaders reach it: past all protection; the machine is one. */
export interface Writable {
  writeBytes(at: bigint, bytes: Uint8Array): void;
  /** Repeats a unit of XLEN/8 bytes. */
  fill(base: bigint, size: bigint, unit: bigint): void;
}

export function place(segments: readonly Segment[], memory: Writable): void {
  for (const { address, bytes, zeros } of segments) {
    memory.writeBytes(address, bytes);
    if (zeros > 0) memory.fill(address + BigInt(bytes.length), BigInt(zeros), 0n);
  }
}
