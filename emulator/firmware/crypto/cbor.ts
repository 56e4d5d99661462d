/** Deterministic CBOR (RFC 8949, 4.2.1). */
import { decode, encode, rfc8949EncodeOptions, Tagged } from 'cborg';

export type Cbor =
  number | string | Uint8Array | readonly Cbor[] | ReadonlyMap<number | string, Cbor> | Tagged;

export function tagged(tag: number, value: Cbor): Cbor {
  return new Tagged(tag, value);
}

export function encodeCbor(value: Cbor): Uint8Array {
  return encode(value, rfc8949EncodeOptions);
}

/** The value, without tags but of maps as they are; null: not one value in deterministic CBOR. */
export function decodeCbor(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { useMaps: true, strict: true, rejectDuplicateMapKeys: true });
  } catch {
    return null;
  }
}
