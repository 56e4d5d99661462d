/** Counters: a cycle is an instruction; the event counters read zero. */
import type { CsrRow, CsrState } from './csr-row.ts';
import { csr, wide, withHypervisor } from './csr-row.ts';

const CY = 1n;
const IR = 4n;

interface Counter {
  readonly name: 'mcycle' | 'minstret';
  /** Its bit of mcountinhibit. */
  readonly bit: bigint;
  readonly count: (state: CsrState) => number;
}

/** A cycle per instruction, trapping ones included; they do not retire. */
const CYCLE: Counter = { name: 'mcycle', bit: CY, count: ({ retired }) => retired };
const INSTRET: Counter = {
  name: 'minstret',
  bit: IR,
  count: ({ retired, trapped, decide }) => decide.retires(retired, trapped),
};

const stands = (state: CsrState, { bit }: Counter) =>
  state.decide.inhibits((state.raw('mcountinhibit') & bit) !== 0n);

/** A running counter is an offset to what it counts, one that stands its value. */
function read(state: CsrState, counter: Counter): bigint {
  const value = state.raw(counter.name);
  if (stands(state, counter)) return value;
  return BigInt.asUintN(64, value + BigInt(counter.count(state)));
}

/** The next instruction reads what was written: the one that writes does not count. */
function write(state: CsrState, counter: Counter, value: bigint): void {
  const counted = stands(state, counter) ? 0 : counter.count(state) + state.inFlight;
  state.setRaw(counter.name, BigInt.asUintN(64, value - BigInt(counted)));
}

const counted = (counter: Counter) => ({
  read: (state: CsrState) => read(state, counter),
  write: (state: CsrState, value: bigint) => write(state, counter, value),
});

/** Counters whose bit changes keep their value; the others count this instruction too. */
function inhibit(state: CsrState, value: bigint): void {
  const changed = state.raw('mcountinhibit') ^ value;
  const values = [CYCLE, INSTRET]
    .filter(({ bit }) => (changed & bit) !== 0n)
    .map((counter) => [counter, read(state, counter)] as const);
  state.setRaw('mcountinhibit', value & (CY | IR));
  for (const [counter, kept] of values) write(state, counter, kept);
}

const events = [...Array(29).keys()].map((index) => index + 3);

export const COUNTER_CSRS: readonly CsrRow[] = [
  ...wide('mcycle', 0xb00, 0xb80, counted(CYCLE)),
  ...wide('minstret', 0xb02, 0xb82, counted(INSTRET)),
  csr('mcountinhibit', 0x320, { read: (state) => state.raw('mcountinhibit'), write: inhibit }),
  csr('mcounteren', 0x306, { mask: 0xffff_ffffn }),
  csr('scounteren', 0x106, { mask: 0xffff_ffffn }),
  csr('hcounteren', 0x606, { mask: 0xffff_ffffn, exists: withHypervisor }),
  ...wide('htimedelta', 0x605, 0x615, { exists: withHypervisor }),
  ...wide('cycle', 0xc00, 0xc80, { read: (state) => read(state, CYCLE) }),
  ...wide('time', 0xc01, 0xc81, { read: (state) => state.time }),
  ...wide('instret', 0xc02, 0xc82, { read: (state) => read(state, INSTRET) }),
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
