/** SBI TIME: the deadline of this hart's supervisor. */
import type { Op } from '../../port.ts';
import type { Monitor } from '../monitor.ts';
import type { Returned } from '../returned.ts';
import { done, NOT_SUPPORTED } from '../returned.ts';

const MTIMECMP = 0x4000n;
const MTIE = 1n << 7n;
const STIP = 1n << 5n;

export function* timer(monitor: Monitor): Op<Returned> {
  const { port, spec } = monitor;
  if (monitor.x(16) !== 0n) return NOT_SUPPORTED;
  // At XLEN 32 the upper half is in a1.
  const deadline = port.xlen === 64 ? monitor.x(10) : monitor.x(10) | (monitor.x(11) << 32n);
  if (monitor.has('Sstc')) {
    yield* monitor.writeWide('stimecmp', deadline);
    return done();
  }
  if (spec.clint === null) return NOT_SUPPORTED;
  const place = spec.clint + MTIMECMP + BigInt(8 * port.hart);
  if (port.xlen === 64) yield* port.store(place, deadline, 8);
  else {
    // No moment in between may be earlier than both.
    yield* port.store(place, 0xffff_ffffn, 4);
    yield* port.store(place + 4n, deadline >> 32n, 4);
    yield* port.store(place, BigInt.asUintN(32, deadline), 4);
  }
  yield* port.csrc('mip', STIP);
  yield* port.csrs('mie', MTIE);
  return done();
}
