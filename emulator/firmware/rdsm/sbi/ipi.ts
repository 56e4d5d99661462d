/** SBI IPI: supervisor software interrupts on other harts. */
import type { Op } from '../../port.ts';
import { sendIpi } from '../mail.ts';
import type { Monitor } from '../monitor.ts';
import type { Returned } from '../returned.ts';
import { done, NOT_SUPPORTED, refused } from '../returned.ts';
import { namedHarts, started } from './harts.ts';

export function* ipi(monitor: Monitor): Op<Returned> {
  if (monitor.x(16) !== 0n) return NOT_SUPPORTED;
  const harts = namedHarts(monitor, monitor.x(10), monitor.x(11));
  if (harts === null) return refused('invalid_param');
  for (const hart of started(monitor, harts)) {
    monitor.store.hart(hart).set('ipi', 1n);
    yield* sendIpi(monitor, hart);
  }
  return done();
}
