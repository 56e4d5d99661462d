/** SBI SRST: the machine is switched off or starts again. */
import type { Op } from '../../port.ts';
import type { Monitor } from '../monitor.ts';
import type { Returned } from '../returned.ts';
import { NOT_SUPPORTED, refused } from '../returned.ts';

const [SHUTDOWN, WARM] = [0n, 2n];
const FAILURE = 1n;
/** What the finisher takes; a failure has its exit code above. */
const PASS = 0x5555n;
const FAIL = 0x1_3333n;
const RESTART = 0x7777n;

export function* reset(monitor: Monitor): Op<Returned> {
  const { port, spec } = monitor;
  if (monitor.x(16) !== 0n || spec.finisher === null) return NOT_SUPPORTED;
  const [type, reason] = [monitor.x(10), monitor.x(11)];
  if (type > WARM || reason > FAILURE) return refused('invalid_param');
  const off = reason === FAILURE ? FAIL : PASS;
  yield* port.store(spec.finisher, type === SHUTDOWN ? off : RESTART, 4);
  // The machine should have ended.
  return refused('failed');
}
