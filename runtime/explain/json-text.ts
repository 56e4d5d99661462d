/** JSON of results and plans: a `bigint` becomes a string of hexadecimal digits, as scenarios write numbers. */
import { hex } from './text-width.ts';

export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_key, part: unknown) => (typeof part === 'bigint' ? hex(part) : part),
    indent,
  );
}
