/** TEECALL, TEERET and TEERESUME: from the host to a TSM and back. */
import type { Op } from '../port.ts';
import type { Monitor } from './monitor.ts';
import type { Returned } from './returned.ts';
import { refused } from './returned.ts';

/** scause of a TSM that is entered for a call: a code that the architecture leaves to custom use. */
export const TEECALL = 24n;

const A0 = 10;
const ARGUMENTS = [0, 1, 2, 3, 4, 5, 6, 7];

const argumentsOf = (monitor: Monitor) => ARGUMENTS.map((k) => monitor.x(A0 + k));

/** The call of the host goes to the TSM of `to`; returns only if it is refused. */
export function* teecall(monitor: Monitor, to: number, pc: bigint): Op<Returned> {
  const { port, decide, hart, frame } = monitor;
  const interrupted = Number(hart.get('interrupted')) - 1;
  if (interrupted >= 0) {
    port.fired('TEE-06');
    const before = ARGUMENTS.map((k) => hart.get('call', k));
    if (!decide.isResumption(before, argumentsOf(monitor))) return refused('invalid_state');
    return yield* teeresume(monitor, interrupted, pc);
  }
  frame.set('mepc', decide.nextPc(pc));
  hart.set('caller', BigInt(monitor.caller + 1));
  const values = argumentsOf(monitor);
  yield* monitor.ground.switchWorld(monitor, to, 'call');
  yield* port.csrw(monitor.ground.csrs.cause, TEECALL);
  port.fired('TEE-01');
  port.fired('TEE-05');
  port.note({ what: 'step', text: `TEECALL to the TSM of SDID ${to}` });
  return yield* monitor.start(monitor.seat(to).get('stvec') & ~3n, values);
}

function* teeresume(monitor: Monitor, to: number, pc: bigint): Op<never> {
  const { port, decide, hart, frame } = monitor;
  frame.set('mepc', decide.nextPc(pc));
  hart.set('interrupted', 0n);
  hart.set('caller', BigInt(monitor.caller + 1));
  yield* monitor.ground.switchWorld(monitor, to, 'return');
  port.note({ what: 'step', text: `TEERESUME of the TSM of SDID ${to}` });
  const seat = monitor.seat(to);
  return yield* monitor.leave(seat, seat.get('mepc'));
}

/** The end of a call: the host goes on behind its ECALL, with the result of the TSM in a0 and a1. */
export function* teeret(monitor: Monitor): Op<Returned> {
  const { port, decide, hart } = monitor;
  const host = Number(hart.get('caller')) - 1;
  if (host < 0) return refused('invalid_state');
  const [error, value] = argumentsOf(monitor);
  yield* monitor.ground.switchWorld(monitor, host, 'return');
  hart.set('caller', 0n);
  const seat = monitor.seat(host);
  for (let number = 1; number < 32; number++) {
    if (!decide.restores(number)) seat.set('x', monitor.x(number), number);
  }
  seat.set('x', error, A0);
  seat.set('x', value, A0 + 1);
  for (const rule of ['TEE-02', 'TEE-03', 'TEE-04'] as const) port.fired(rule);
  port.note({ what: 'step', text: `TEERET of SDID ${monitor.caller}` });
  return yield* monitor.leave(seat, seat.get('mepc'));
}

/**
 * A TSM that has been interrupted lets the host go on: at its ECALL, with all registers as they were, so that it takes
 * what is pending first and then repeats the call. The TSM goes on behind its own call, which returns 0.
 */
export function* interruptedReturn(monitor: Monitor, pc: bigint): Op<Returned> {
  const { port, spec, decide, hart, frame } = monitor;
  const host = Number(hart.get('caller')) - 1;
  if (host < 0 || !spec.tsm.interruptible) return refused('invalid_state');
  frame.set('mepc', decide.nextPc(pc));
  frame.set('x', 0n, A0);
  frame.set('x', 0n, A0 + 1);
  const seat = monitor.seat(host);
  for (const k of ARGUMENTS) hart.set('call', seat.get('x', A0 + k), k);
  hart.set('interrupted', BigInt(monitor.caller + 1));
  hart.set('caller', 0n);
  yield* monitor.ground.switchWorld(monitor, host, 'return');
  port.note({ what: 'step', text: `SDID ${monitor.caller} is interrupted` });
  return yield* monitor.leave(seat, seat.get('mepc') - 4n);
}
