/** Puts the segments of an image into memory. */
import type { Segment } from './image.ts';

/** Memory as debuggers and loaders reach it: past all protection, little-endian; the machine is one. */
export interface Writable {
  write(at: bigint, size: number, value: bigint): void;
  /** Repeats a unit of XLEN/8 bytes. */
  fill(base: bigint, size: bigint, unit: bigint): void;
}

export function place(segments: readonly Segment[], memory: Writable): void {
  for (const { address, bytes, zeros } of segments) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const whole = bytes.length - (bytes.length % 8);
    for (let k = 0; k < whole; k += 8) {
      memory.write(address + BigInt(k), 8, view.getBigUint64(k, true));
    }
    for (let k = whole; k < bytes.length; k++)
      memory.write(address + BigInt(k), 1, BigInt(bytes[k]));
    if (zeros > 0) memory.fill(address + BigInt(bytes.length), BigInt(zeros), 0n);
  }
}
