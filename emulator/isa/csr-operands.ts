/** Names of CSRs as operands of instructions. */
import { CSR_ROWS } from '../hart/csr-table.ts';

let numbers: ReadonlyMap<string, number> | null = null;
let names: ReadonlyMap<number, string> | null = null;

/** Name to number, whatever a machine has. */
export function csrNumbers(): ReadonlyMap<string, number> {
  return (numbers ??= new Map(CSR_ROWS.map(({ name, number }) => [name, number])));
}

/** The CSR's name, or its number in hexadecimal. */
export function csrText(number: number): string {
  names ??= new Map([...csrNumbers()].map(([name, value]) => [value, name]));
  return names.get(number) ?? `0x${number.toString(16)}`;
}
