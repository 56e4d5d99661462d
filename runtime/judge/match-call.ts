/** What a call returned, and how a vCPU came out, against what a line expects. */
import type { PlanVerdict } from '../../dsl/index.ts';
import { ERRORS, type Profile } from '../../emulator/index.ts';
import { numbersOf } from '../firmware/marshal.ts';
import type { Actual, CallReturn, TvmExit } from './actual.ts';
import { describeExit, describeReturn, describeStanding, faultName, number } from './describe.ts';

type Verdict<K extends PlanVerdict['kind']> = Extract<PlanVerdict, { readonly kind: K }>;

/** `success` with a value, if one is expected. */
export function matchSuccess(actual: Actual, wanted: bigint | null): string | null {
  const { call } = actual;
  if (call === undefined) return noCall(actual);
  if (call.error !== 0n)
    return `the call returned ${describeReturn(call)}, not success${refused(call)}`;
  if (wanted !== null && call.value !== wanted) {
    return `the call returned the value ${number(call.value)}, not ${number(wanted)}`;
  }
  return matchKept(actual);
}

/** `error`, or `error invalid_param`. */
export function matchError(actual: Actual, { name }: Verdict<'error'>): string | null {
  const { call } = actual;
  if (call === undefined) return noCall(actual);
  if (call.error === 0n) return `the call succeeded: ${describeReturn(call)}`;
  if (name !== null && ERRORS[name as keyof typeof ERRORS] !== call.error) {
    return `the call returned ${describeReturn(call)}, not error ${name}${refused(call)}`;
  }
  return matchKept(actual);
}

/** `; check 'pages': ..`: why a call was refused, where that is known. */
export function refused({ refusedBy }: CallReturn): string {
  return refusedBy === undefined ? '' : `; ${refusedBy}`;
}

/** An SBI call gives back every register but a0 and a1. */
function matchKept({ lost = [] }: Actual): string | null {
  return lost.length === 0 ? null : `the call did not give back ${lost.join(', ')} as they were`;
}

/** Whether an outcome of a line is one of a call that ran a vCPU. */
export function cameOut(actual: Actual): actual is Out {
  return actual.call?.exit != null;
}

/** A call that ran a vCPU. */
type Out = Actual & { readonly call: CallReturn & { readonly exit: TvmExit } };

/** How a vCPU came out. */
export function matchExit(actual: Out, verdict: Verdict<'exits'>, profile: Profile): string | null {
  const { exit } = actual.call;
  const got = describeExit(exit, profile);
  if (verdict.why === 'end') {
    return exit.ended === true ? matchKept(actual) : `the vCPU came out otherwise: it ${got}`;
  }
  const why = differs(exit, verdict, profile);
  if (why) {
    const kind = verdict.why === 'fault' ? '' : `${verdict.why} `;
    return `the vCPU ${got}, not ${kind}${verdict.what}`.trim();
  }
  if (exit.fatal !== verdict.fatal) {
    return exit.fatal
      ? `the vCPU ${got}, and cannot go on: the exit is fatal`
      : `the vCPU ${got}, and can go on: the exit is not fatal`;
  }
  return matchKept(actual);
}

function differs(exit: TvmExit, { why, what }: Verdict<'exits'>, profile: Profile): boolean {
  if (why === 'interrupt') {
    return !exit.interrupt || !(INTERRUPTS[what] ?? []).includes(exit.cause);
  }
  if (exit.interrupt) return true;
  if (why === 'fault') return faultName(exit.cause) !== what;
  if (exit.cause !== ECALL_FROM_VS) return true;
  // A host that shares no page sees no registers: any call will do.
  if (what === '') return false;
  const wanted = numbersOf(what, profile);
  const a7 = exit.field('a7');
  const a6 = exit.field('a6');
  return wanted === null || a7 !== wanted.eid || ((a6 ?? 0n) & 0xffffn) !== wanted.fid;
}

const ECALL_FROM_VS = 10;

const INTERRUPTS: Readonly<Record<string, readonly number[]>> = {
  software: [1],
  timer: [5],
  external: [9],
  guest_external: [12],
};

function noCall({ ended, standing }: Actual): string {
  if (ended !== 'running') return 'no call was made';
  return `the call has not returned${describeStanding(standing)}`;
}
