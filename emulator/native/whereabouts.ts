/** Where a hart is after firmware has left it: back at its step, behind it, at the vector of a trap, or away. */
import type { Trap } from '../access/trap.ts';
import { cellOf } from '../hart/csr-cells.ts';
import { epcMask } from '../hart/csr-machine.ts';
import type { Executor } from '../hart/executor.ts';
import { trapVector } from '../hart/trap-entry.ts';
import type { NativeHart } from './native-hart.ts';

/** `delivered`: a trap of the step has reached the vector of the mode that the hart is in. */
export type Whereabouts = 'again' | 'done' | 'delivered' | 'away';

export function whereabouts({ executor, step }: NativeHart): Whereabouts {
  if (step === null) return 'away';
  const { pc } = executor.registers;
  if (pc === step.pc) return 'again';
  if (pc === step.pc + 4n) return 'done';
  const trap = lastTrap(executor, null);
  const { csrs } = executor.hart;
  return isAtVector(executor, trap) && trap?.epc === (step.pc & epcMask(csrs.platform))
    ? 'delivered'
    : 'away';
}

/** Whether the hart stands where its mode would handle this trap. */
export function isAtVector({ hart, registers }: Executor, trap: Trap | null): boolean {
  return trap !== null && trapVector(hart.csrs, hart.decisions.trap, trap) === registers.pc;
}

const GVA = 1n << 6n;
const PREVIOUS_VIRTUAL = 1n << 7n;

/**
 * What the trap CSRs of the hart's mode say of the last trap there; null: such a mode takes none. Why it was raised
 * they do not say: that is taken from `first`.
 */
export function lastTrap({ hart, mode }: Executor, first: Trap | null): Trap | null {
  if (mode === 'U' || mode === 'VU') return null;
  const { cells, platform } = hart.csrs;
  const of = (name: string): bigint => cells[cellOf(name)];
  const prefix = mode === 'M' ? 'm' : mode === 'S' ? 's' : 'vs';
  const raw = of(`${prefix}cause`);
  const top = 1n << BigInt(platform.xlen - 1);
  const interrupt = (raw & top) !== 0n;
  const cause = Number(raw & ~top & 0xffff_ffffn);
  const tval = of(`${prefix}tval`);
  const second = mode === 'VS' ? null : of(mode === 'M' ? 'mtval2' : 'htval');
  const status = mode === 'M' ? of('mstatus') >> 32n : mode === 'S' ? of('hstatus') : 0n;
  const isGuestFault = !interrupt && cause >= 20 && cause <= 23 && cause !== 22;
  return {
    cause,
    ...(interrupt ? { interrupt } : {}),
    tval,
    gpa: isGuestFault && second !== null ? (second << 2n) | (tval & 3n) : null,
    tinst: mode === 'VS' ? 0n : of(mode === 'M' ? 'mtinst' : 'htinst'),
    gva: (status & GVA) !== 0n,
    mpv: (status & PREVIOUS_VIRTUAL) !== 0n,
    epc: of(`${prefix}epc`),
    takenIn: mode,
    because: first?.because ?? 'trap.delivered',
    rule: first?.rule ?? null,
  };
}
