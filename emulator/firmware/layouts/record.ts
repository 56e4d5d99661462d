/** A record at its place: fields read and written by name, at once. */
import type { TableMemory } from '../../isolate/table-memory.ts';
import type { Fields, Struct } from './struct.ts';

export interface Bound<F extends Fields> {
  readonly base: bigint;
  get(field: keyof F & string, index?: number): bigint;
  set(field: keyof F & string, value: bigint, index?: number): void;
}

/** The record of this shape at `base`; `memory` counts each field as an access of its width. */
export function recordAt<F extends Fields>(
  memory: TableMemory,
  shape: Struct<F>,
  base: bigint,
): Bound<F> {
  return {
    base,
    get: (field, index = 0) => memory.read(shape.at(base, field, index), shape.places[field].width),
    set: (field, value, index = 0) => {
      const { width } = shape.places[field];
      memory.write(shape.at(base, field, index), width, BigInt.asUintN(8 * width, value));
    },
  };
}

/** The record of a struct, as a type. */
export type BoundTo<S> = S extends Struct<infer F> ? Bound<F> : never;
