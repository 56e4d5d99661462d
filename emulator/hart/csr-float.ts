/** fcsr and its two parts. They exist with F, and only while FS is not Off: `float-state.ts`. */
import type { CsrRow, CsrState } from './csr-row.ts';
import { csr, hasFeature } from './csr-row.ts';

const withFloat = hasFeature('F');

/** Accrued exceptions, and the dynamic rounding mode, of which every value can be written. */
const FLAGS = 0x1fn;
const FRM = { mask: 0xe0n, at: 5n } as const;

function replace(state: CsrState, mask: bigint, value: bigint): void {
  state.setRaw('fcsr', (state.raw('fcsr') & ~mask) | (value & mask));
}

export const FLOAT_CSRS: readonly CsrRow[] = [
  csr('fflags', 0x001, {
    exists: withFloat,
    read: (state) => state.raw('fcsr') & FLAGS,
    write: (state, value) => replace(state, FLAGS, value),
  }),
  csr('frm', 0x002, {
    exists: withFloat,
    read: (state) => state.raw('fcsr') >> FRM.at,
    write: (state, value) => replace(state, FRM.mask, value << FRM.at),
  }),
  csr('fcsr', 0x003, { exists: withFloat, mask: FLAGS | FRM.mask }),
];

/** Whether a CSR number is part of the float state. */
export function isFloatCsr(number: number): boolean {
  return number >= 1 && number <= 3;
}
