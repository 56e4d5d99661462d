/** Records as bytes, for what is copied between firmware and others once and as a whole. */
import type { Fields, Place, Struct } from './struct.ts';

/** Little-endian; fields that are not given are zero, and so is padding. */
export function encode<F extends Fields>(
  layout: Struct<F>,
  values: { readonly [field in keyof F]?: bigint },
): Uint8Array {
  const bytes = new Uint8Array(layout.size);
  for (const [name, { offset, width }] of Object.entries<Place>(layout.places)) {
    let rest = BigInt.asUintN(8 * width, values[name] ?? 0n);
    for (let k = 0; k < width; k++, rest >>= 8n) bytes[offset + k] = Number(rest & 0xffn);
  }
  return bytes;
}

export function decode<F extends Fields>(
  layout: Struct<F>,
  bytes: Uint8Array,
): Readonly<Record<keyof F & string, bigint>> {
  const values: Partial<Record<string, bigint>> = {};
  for (const [name, { offset, width }] of Object.entries<Place>(layout.places)) {
    let value = 0n;
    for (let k = width - 1; k >= 0; k--) value = (value << 8n) | BigInt(bytes[offset + k] ?? 0);
    values[name] = value;
  }
  return values as Record<keyof F & string, bigint>;
}
