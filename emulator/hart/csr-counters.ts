/** Counters: cycles and time advance with retired instructions; the event counters read zero. */
import type { CsrRow, CsrState } from './csr-row.ts';
import { csr, wide, withHypervisor } from './csr-row.ts';

/** A counter is an offset to the retired instructions; a write moves the offset. */
const counted = (name: string) => ({
  read: (state: CsrState) => BigInt.asUintN(64, state.raw(name) + BigInt(state.retired)),
  write: (state: CsrState, value: bigint) =>
    state.setRaw(name, BigInt.asUintN(64, value - BigInt(state.retired))),
});

const shadow = (name: string) => ({
  read: (state: CsrState) => BigInt.asUintN(64, state.raw(name) + BigInt(state.retired)),
});

const events = [...Array(29).keys()].map((index) => index + 3);

export const COUNTER_CSRS: readonly CsrRow[] = [
  ...wide('mcycle', 0xb00, 0xb80, counted('mcycle')),
  ...wide('minstret', 0xb02, 0xb82, counted('minstret')),
  csr('mcountinhibit', 0x320, { mask: 0n }),
  csr('mcounteren', 0x306, { mask: 0xffff_ffffn }),
  csr('scounteren', 0x106, { mask: 0xffff_ffffn }),
  csr('hcounteren', 0x606, { mask: 0xffff_ffffn, exists: withHypervisor }),
  ...wide('htimedelta', 0x605, 0x615, { exists: withHypervisor }),
  ...wide('cycle', 0xc00, 0xc80, shadow('mcycle')),
  ...wide('time', 0xc01, 0xc81, { read: (state) => BigInt(state.retired) }),
  ...wide('instret', 0xc02, 0xc82, shadow('minstret')),
  ...events.flatMap((index) => [
    ...wide(`mhpmcounter${index}`, 0xb00 + index, 0xb80 + index, { mask: 0n }),
    csr(`mhpmevent${index}`, 0x320 + index, { mask: 0n }),
    ...wide(`hpmcounter${index}`, 0xc00 + index, 0xc80 + index, { mask: 0n }),
  ]),
];

/** The bit of mcounteren, hcounteren and scounteren that guards a CSR number, or null. */
export function counterBit(number: number): number | null {
  return (number & 0xf60) === 0xc00 ? number & 31 : null;
}
