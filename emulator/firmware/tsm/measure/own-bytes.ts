/** Byte strings in the firmware's private memory, by accesses of 8 bytes. */
import type { Port } from '../../port.ts';

/** `at` is 8-byte aligned, `count` a multiple of 8. */
export function readOwn(port: Port, at: bigint, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i += 8) {
    view.setBigUint64(i, port.own.read(at + BigInt(i), 8), true);
  }
  return bytes;
}

/** `at` is 8-byte aligned; what is missing to a multiple of 8 bytes is zero. */
export function writeOwn(port: Port, at: bigint, bytes: Uint8Array): void {
  const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  for (let i = 0; i < padded.length; i += 8) {
    port.own.write(at + BigInt(i), 8, view.getBigUint64(i, true));
  }
}
