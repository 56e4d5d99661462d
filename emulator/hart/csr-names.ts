/** Every CSR that some platform has, by name, with the XLENs at which it exists. */
import { CSR_ROWS } from './csr-table.ts';

export const CSR_NAMES: ReadonlyMap<string, readonly (32 | 64)[]> = new Map(
  CSR_ROWS.map((row) => [row.name, row.xlen === null ? [32, 64] : [row.xlen]]),
);
