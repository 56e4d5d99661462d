/** A decoder of deterministic CBOR for tests, which shares no code with the encoder. */

export type Value = number | string | Uint8Array | Value[] | Map<Value, Value> | Tag;

export interface Tag {
  readonly tag: number;
  readonly value: Value;
}

/** Decodes one value; throws at anything that is not the shortest form, or not all of the bytes. */
export function decodeAll(bytes: Uint8Array): Value {
  let at = 0;
  const take = (count: number): Uint8Array => {
    if (at + count > bytes.length) throw new Error('CBOR ends early');
    at += count;
    return bytes.slice(at - count, at);
  };
  const argument = (info: number): number => {
    if (info < 24) return info;
    if (info > 27) throw new Error('indefinite or reserved length');
    const size = 2 ** (info - 24);
    const value = take(size).reduce((sum, byte) => sum * 256 + byte, 0);
    const least = size === 1 ? 24 : 256 ** (size / 2);
    if (value < least) throw new Error(`${value} is not in its shortest form`);
    return value;
  };
  const item = (): Value => {
    const [head = 0] = take(1);
    const count = argument(head & 31);
    switch (head >> 5) {
      case 0:
        return count;
      case 1:
        return -1 - count;
      case 2:
        return take(count);
      case 3:
        return new TextDecoder('utf-8', { fatal: true }).decode(take(count));
      case 4:
        return Array.from({ length: count }, item);
      case 5:
        return map(count);
      case 6:
        return { tag: count, value: item() };
      default:
        throw new Error('a float or a simple value');
    }
  };
  const map = (count: number): Map<Value, Value> => {
    const result = new Map<Value, Value>();
    let previous = '';
    for (let k = 0; k < count; k++) {
      const start = at;
      const key = item();
      const code = Buffer.from(bytes.slice(start, at)).toString('hex');
      if (code <= previous) throw new Error('keys out of order, or twice');
      previous = code;
      result.set(key, item());
    }
    return result;
  };
  const value = item();
  if (at !== bytes.length) throw new Error('bytes after the value');
  return value;
}

export function asMap(value: Value | undefined): Map<Value, Value> {
  if (!(value instanceof Map)) throw new Error('no map');
  return value;
}

export function asBytes(value: Value | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Error('no byte string');
  return value;
}

export function asList(value: Value | undefined): Value[] {
  if (!Array.isArray(value)) throw new Error('no array');
  return value;
}

export function untag(value: Value | undefined, tag: number): Value {
  if (typeof value !== 'object' || !('tag' in value) || value.tag !== tag) {
    throw new Error(`no tag ${tag}`);
  }
  return value.value;
}

export function asText(value: Value | undefined): string {
  if (typeof value !== 'string') throw new Error('no text');
  return value;
}
