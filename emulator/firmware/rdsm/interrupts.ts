/** Interrupts of M-mode: the timer of a host without Sstc, and what other harts ask for. */
import type { Op } from '../port.ts';
import { clearIpi, serveMail } from './mail.ts';
import type { Monitor } from './monitor.ts';

const MSI = 3;
const MTI = 7;
const MTIE = 1n << 7n;
const SSIP = 1n << 1n;
const STIP = 1n << 5n;

export function* takeInterrupt(monitor: Monitor, code: number): Op<void> {
  const { port } = monitor;
  if (code === MTI) {
    // Until the next set_timer; the supervisor sees its own timer interrupt.
    yield* port.csrc('mie', MTIE);
    yield* port.csrs('mip', STIP);
  } else if (code === MSI) {
    yield* clearIpi(monitor);
    yield* serveMail(monitor);
    yield* raiseSoftware(monitor);
  }
}

/** Supervisor software interrupts that other harts have sent: pending now, and for the host when it is back. */
export function* raiseSoftware(monitor: Monitor): Op<void> {
  const { port, hart, caller } = monitor;
  if (hart.get('ipi') === 0n) return;
  hart.set('ipi', 0n);
  yield* port.csrs('mip', SSIP);
  if (caller === 0) return;
  const host = monitor.seat(0);
  host.set('sip', host.get('sip') | SSIP);
}
