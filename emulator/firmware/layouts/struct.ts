/** Records in simulated memory: names and widths in order, offsets by natural alignment. */

/** Field to its width in bytes; an array of fields is a pair of width and count. */
export type Fields = Readonly<Record<string, 1 | 2 | 4 | 8 | readonly [1 | 2 | 4 | 8, number]>>;

export interface Place {
  /** Bytes from the start of the record. */
  readonly offset: number;
  /** Of one element. */
  readonly width: 1 | 2 | 4 | 8;
  /** 1 unless an array. */
  readonly count: number;
}

export interface Struct<F extends Fields> {
  /** Bytes, a multiple of the widest field. */
  readonly size: number;
  readonly places: Readonly<Record<keyof F & string, Place>>;
  /** Address of a field, or of an element of an array field. */
  at(base: bigint, field: keyof F & string, index?: number): bigint;
}

/** Lays out a record. */
export function struct<const F extends Fields>(fields: F): Struct<F> {
  const places: Record<string, Place> = {};
  let offset = 0;
  let widest = 1;
  for (const [name, shape] of Object.entries(fields)) {
    const [width, count] = typeof shape === 'number' ? [shape, 1] : shape;
    offset = Math.ceil(offset / width) * width;
    places[name] = { offset, width, count };
    offset += width * count;
    widest = Math.max(widest, width);
  }
  return {
    size: Math.ceil(offset / widest) * widest,
    places: places as Struct<F>['places'],
    at(base, field, index = 0) {
      const place = places[field];
      if (place === undefined || index < 0 || index >= place.count) {
        throw new RangeError(`the record has no ${field}[${index}]`);
      }
      return base + BigInt(place.offset + index * place.width);
    },
  };
}
