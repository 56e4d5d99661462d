/** Plans as JSON and back: `sdt export json`. The shape is described by `plan.schema.json`. */
import type { Plan } from '../plan.ts';

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Addresses, sizes and raw bits do not fit into JSON numbers: `{ "int": "0x8000_0000" }` without the `_`. */
interface WrittenInteger {
  readonly int: string;
}

/** The plan as plain JSON data; `fromJson` gives an equal plan back. */
export function toJson(plan: Plan): Json {
  return written(plan);
}

/**
 * The plan that `toJson` wrote.
 * @throws Error when an integer is not written as one; other shapes are the schema's business.
 */
export function fromJson(json: Json): Plan {
  return read(json) as Plan;
}

function written(value: unknown): Json {
  if (typeof value === 'bigint') return { int: `0x${value.toString(16)}` };
  if (Array.isArray(value)) return value.map(written);
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => [key, written(inner)] as const);
    return Object.fromEntries(entries);
  }
  return value as null | boolean | number | string;
}

function read(json: Json): unknown {
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json)) return (json as readonly Json[]).map(read);
  const record = json as Readonly<Record<string, Json>>;
  if (isInteger(record)) {
    if (!/^0x[0-9a-f]+$/.test(record.int)) throw new Error(`'${record.int}' is no integer`);
    return BigInt(record.int);
  }
  return Object.fromEntries(Object.entries(record).map(([key, inner]) => [key, read(inner)]));
}

function isInteger(record: object): record is WrittenInteger {
  return 'int' in record && typeof record.int === 'string' && Object.keys(record).length === 1;
}
