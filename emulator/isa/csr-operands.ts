/** Names of CSRs as operands of instructions. */
import { CSR_ROWS } from '../hart/csr-table.ts';

/** Name to number, whatever a machine has. */
export const CSR_NUMBERS: ReadonlyMap<string, number> = new Map([
  ...CSR_ROWS.map((row) => [row.name, row.number] as const),
]);

const NAMES: ReadonlyMap<number, string> = new Map(
  [...CSR_NUMBERS].map(([name, number]) => [number, name] as const),
);

/** The CSR's name, or its number in hexadecimal. */
export function csrText(number: number): string {
  return NAMES.get(number) ?? `0x${number.toString(16)}`;
}
