/** SBI HSM: harts stop, and start elsewhere. */
import type { Op } from '../../port.ts';
import { canReach, clearIpi, sendIpi, serveMail } from '../mail.ts';
import type { Monitor } from '../monitor.ts';
import type { Returned } from '../returned.ts';
import { done, NOT_SUPPORTED, refused } from '../returned.ts';
import { mayUse } from '../memory.ts';
import { clearSeat, loadWorld } from '../worlds.ts';

const STATES = { started: 0n, stopped: 1n, starting: 2n } as const;
const EXECUTE = 4;

export function* hsm(monitor: Monitor): Op<Returned> {
  const { store, spec } = monitor;
  const fid = Number(monitor.x(16));
  if (fid === 0) return yield* start(monitor);
  if (fid === 1) return yield* stop(monitor);
  if (fid === 2) {
    const hart = monitor.x(10);
    if (hart >= BigInt(spec.harts)) return refused('invalid_param');
    return done(store.hart(Number(hart)).get('hsm'));
  }
  return NOT_SUPPORTED;
}

function* start(monitor: Monitor): Op<Returned> {
  const { store, spec } = monitor;
  const [hart, address, opaque] = [monitor.x(10), monitor.x(11), monitor.x(12)];
  if (hart >= BigInt(spec.harts)) return refused('invalid_param');
  const record = store.hart(Number(hart));
  if (record.get('hsm') !== STATES.stopped) return refused('already_available');
  if (!mayUse(monitor, address, 2n, EXECUTE)) return refused('invalid_address');
  record.set('start', address);
  record.set('opaque', opaque);
  record.set('hsm', STATES.starting);
  yield* sendIpi(monitor, Number(hart));
  return done();
}

/** Waits in M-mode until somebody starts the hart; what others ask for meanwhile is done. */
function* stop(monitor: Monitor): Op<Returned> {
  const { port, hart } = monitor;
  if (!canReach(monitor)) return refused('failed');
  hart.set('hsm', STATES.stopped);
  port.note({ what: 'step', text: 'the hart stops' });
  while (hart.get('hsm') === STATES.stopped) {
    yield* port.wfi();
    yield* clearIpi(monitor);
    yield* serveMail(monitor);
  }
  clearSeat(monitor, monitor.caller);
  yield* loadWorld(monitor, monitor.caller, 'return');
  hart.set('hsm', STATES.started);
  return yield* monitor.start(hart.get('start'), [BigInt(port.hart), hart.get('opaque')]);
}
