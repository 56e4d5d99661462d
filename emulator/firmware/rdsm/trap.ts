/** What the RDSM does with a trap, by its cause. */
import type { Op } from '../port.ts';
import { serve } from './calls.ts';
import { passFence } from './fences.ts';
import { takeInterrupt } from './interrupts.ts';
import type { Monitor } from './monitor.ts';
import { endDomains } from './nmi.ts';
import { redirect } from './redirect.ts';

const ECALL_FROM_S = 9n;
const NMIE = 1n << 3n;

export function* trap(monitor: Monitor): Op<never> {
  const { port, frame } = monitor;
  if (monitor.has('Smrnmi') && ((yield* port.csrr('mnstatus')) & NMIE) === 0n) {
    return yield* endDomains(monitor);
  }
  yield* passFence(monitor);
  const cause = yield* port.csrr('mcause');
  const pc = yield* port.csrr('mepc');
  const interrupt = 1n << BigInt(port.xlen - 1);
  if ((cause & interrupt) !== 0n) {
    yield* takeInterrupt(monitor, Number(cause & ~interrupt));
    return yield* monitor.leave(frame, pc);
  }
  if (cause === ECALL_FROM_S) return yield* serve(monitor, pc);
  return yield* redirect(monitor, Number(cause), pc);
}
