/** Where the register of each CSR lies: a cell of 64 bits, read as a bigint or as two words. */
import { CSR_ROWS } from './csr-table.ts';

export const CELLS = CSR_ROWS.length;

const INDEX: ReadonlyMap<string, number> = new Map(
  CSR_ROWS.map(({ name }, index) => [name, index]),
);

/** The cell of a CSR. */
export function cellOf(name: string): number {
  const cell = INDEX.get(name);
  if (cell === undefined) throw new Error(`no CSR is called ${name}`);
  return cell;
}
