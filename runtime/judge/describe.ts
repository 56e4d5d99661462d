/** Actual outcomes in the language's own words: what a failure puts under the caret. */
import type { Trap } from '../../emulator/index.ts';
import {
  errorName,
  EXTENSIONS,
  extensionOf,
  functionOf,
  type Profile,
} from '../../emulator/index.ts';
import type { Actual, CallReturn, Standing, TvmExit } from './actual.ts';
import { INTERRUPTS } from './interrupts.ts';
import { hex } from '../explain/text-width.ts';

const FAULTS: Readonly<Record<number, string>> = {
  0: 'fetch misaligned fault',
  1: 'fetch access fault',
  2: 'illegal instruction',
  3: 'breakpoint exception',
  4: 'load misaligned fault',
  5: 'load access fault',
  6: 'store misaligned fault',
  7: 'store access fault',
  8: 'environment call from U or VU',
  9: 'environment call from S',
  10: 'environment call from VS',
  11: 'environment call from M',
  12: 'fetch page fault',
  13: 'load page fault',
  15: 'store page fault',
  18: 'software check',
  20: 'fetch guest page fault',
  21: 'load guest page fault',
  22: 'virtual instruction',
  23: 'store guest page fault',
};

/** Small numbers in decimal, the others in hexadecimal. */
export function number(value: bigint): string {
  return value >= 0n && value < 10n ? String(value) : hex(value);
}

/** `load access fault`, `illegal instruction`. */
export function faultName(cause: number): string {
  return FAULTS[cause] ?? `trap with cause ${cause}`;
}

/** `supervisor timer`; codes of interrupts, as the handler's mode numbers them. */
export function interruptName(code: number): string {
  if (code === 12) return 'supervisor guest external';
  const level = ['', 'supervisor', 'VS', 'machine'][code & 3] ?? '';
  const kind = ['software', 'timer', 'external'][code >> 2] ?? `code ${code}`;
  return `${level} ${kind}`;
}

/** `load access fault at 0x8110_0000 because mpt.permission`. */
export function describeTrap(trap: Trap, reasons: boolean): string {
  const isInterrupt = trap.interrupt === true;
  const name = isInterrupt ? `${interruptName(trap.cause)} interrupt` : faultName(trap.cause);
  const hasNoAddress = isInterrupt || trap.cause === 2 || trap.cause === 22;
  const at = hasNoAddress ? '' : ` at ${hex(trap.tval)}`;
  const gpa = trap.gpa === null ? '' : ` gpa ${hex(trap.gpa)}`;
  const mode =
    trap.takenIn === 'M' ? '' : ` taken in ${trap.takenIn === 'S' ? 'HS' : trap.takenIn}`;
  return `${name}${at}${gpa}${mode}${reasons && !isInterrupt ? ` because ${trap.because}` : ''}`;
}

/** `success 2`, `error invalid_param`. */
export function describeReturn({ error, value }: Pick<CallReturn, 'error' | 'value'>): string {
  if (error === 0n) return value === 0n ? 'success' : `success ${number(value)}`;
  return `error ${errorName(error) ?? error}`;
}

/** `exits store guest page fault at gpa 0x8040_0000`, `exits ecall covg.share_memory_region fatal`. */
export function describeExit(exit: TvmExit, profile: Profile = 'spec'): string {
  const fatal = exit.fatal ? ' fatal' : '';
  if (exit.ended === true) return 'exits end';
  if (exit.interrupt) return `exits interrupt ${interruptWord(exit.cause)}${fatal}`;
  if (exit.cause === 10) {
    const callee = callName(exit.field('a7') ?? 0n, exit.field('a6') ?? 0n, profile);
    return `exits ecall ${callee}${fatal}`;
  }
  const { gpa } = exit;
  const at = gpa !== null && exit.cause >= 20 && exit.cause !== 22 ? ` at gpa ${hex(gpa)}` : '';
  return `exits ${faultName(exit.cause)}${at}${fatal}`;
}

/** As scenarios say it. */
function interruptWord(code: number): string {
  const found = Object.entries(INTERRUPTS).find(([, codes]) => codes.includes(code));
  return found?.[0] ?? String(code);
}

/** `covh.convert_pages`: the function of an a7 and a6; registers where nobody knows it. */
export function callName(a7: bigint, a6: bigint, profile: Profile): string {
  const fid = Number(a6 & 0xffffn);
  const extension = extensionOf(a7);
  if (extension === null) return `with a7 = ${hex(a7)}, a6 = ${fid}`;
  const space = Object.entries(EXTENSIONS).find(([, row]) => row.eid === a7)?.[0] ?? '';
  return `${space}.${functionOf(extension, fid, profile) ?? fid}`;
}

/**
 * ` after 100000 instructions, at 0x9000_0000; the last of its 50000 traps: fetch access fault (1) at pc 0x9000_0000,
 * tval 0x9000_0000, taken in M`: goes on behind `is still running`.
 */
export function describeStanding(standing: Standing | undefined): string {
  if (standing === undefined) return '';
  const { steps, pc, waits, traps, last } = standing;
  const at = ` after ${steps} instructions, at ${hex(pc)}`;
  const waiting = waits ? ', where nothing can wake it' : '';
  if (last === null) return `${at}${waiting}`;
  const which = traps === 1 ? 'its only trap' : `the last of its ${traps} traps`;
  const { cause, epc, tval, takenIn } = last;
  const name = last.interrupt === true ? `${interruptName(cause)} interrupt` : faultName(cause);
  const mode = takenIn === 'S' ? 'HS' : takenIn;
  return `${at}${waiting}; ${which}: ${name} (${cause}) at pc ${hex(epc)}, tval ${hex(tval)}, taken in ${mode}`;
}

/** `ok`, a value, a call's result, or a fault with what it left behind. */
export function describe(actual: Actual, reasons: boolean): string {
  if (actual.trap !== null) {
    const stored = actual.origin === null ? 'the CSR changed' : `${actual.leaked} bytes stored`;
    const leak = actual.leaked ? `, with ${stored}` : '';
    return describeTrap(actual.trap, reasons) + leak;
  }
  if (actual.call !== undefined) {
    const { exit } = actual.call;
    return exit === null ? describeReturn(actual.call) : describeExit(exit);
  }
  if (actual.ended !== undefined) return actual.ended === 'end' ? 'exits end' : 'running';
  if (actual.value === null || actual.origin === 'store') return 'ok';
  return `ok (${hex(actual.value)})`;
}
