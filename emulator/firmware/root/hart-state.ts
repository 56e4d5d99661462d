/** SBI HSM of the host: a hart that stops waits in the root, and starts again behind the host's own table. */
import { EXTENSIONS } from '../abi/abi.ts';
import type { Op } from '../port.ts';
import { canReach } from '../rdsm/mail.ts';
import { mayUse } from '../rdsm/memory.ts';
import type { Returned } from '../rdsm/returned.ts';
import { done, NOT_SUPPORTED, refused } from '../rdsm/returned.ts';
import { giveState } from './accel/state-page.ts';
import { clearHart } from './boot.ts';
import type { Root } from './context.ts';
import { domainOf } from './context.ts';
import { catchUp } from './handle.ts';
import { dropTables } from './shadow-pool.ts';
import { load } from './worlds.ts';

const HOST = 0;
const STATES = { started: 0n, stopped: 1n, starting: 2n } as const;
const EXECUTE = 4;
const SSIP = 1n << 1n;
const [A0, A6, A7] = [10, 16, 17];

/**
 * Harts are the root's: M-mode, which knows of no domains, would start one in HS. Other domains than the host get
 * NOT_SUPPORTED.
 */
export function* hartState(root: Root): Op<Returned> {
  const { monitor, spec } = root;
  if (monitor.caller !== HOST) return NOT_SUPPORTED;
  const [fid, hart] = [monitor.x(A6), monitor.x(A0)];
  if (fid === 1n) return yield* stop(root);
  if (fid !== 0n && fid !== 2n) return NOT_SUPPORTED;
  if (hart >= BigInt(spec.harts)) return refused('invalid_param');
  if (fid === 0n) return yield* start(root, hart);
  return done(monitor.store.hart(Number(hart)).get('hsm'));
}

function* start({ monitor, port }: Root, hart: bigint): Op<Returned> {
  const [address, opaque] = [monitor.x(A0 + 1), monitor.x(A0 + 2)];
  const record = monitor.store.hart(Number(hart));
  if (record.get('hsm') !== STATES.stopped) return refused('already_available');
  if (!mayUse(monitor, address, 2n, EXECUTE)) return refused('invalid_address');
  record.set('start', address);
  record.set('opaque', opaque);
  record.set('hsm', STATES.starting);
  port.setX(A0, 1n);
  port.setX(A0 + 1, hart);
  port.setX(A6, 0n);
  port.setX(A7, EXTENSIONS.ipi.eid);
  yield* port.ecall();
  return done();
}

/** What others ask of the hart meanwhile M-mode does, whose interrupts it takes. */
function* stop(root: Root): Op<Returned> {
  const { monitor, port } = root;
  if (!canReach(monitor)) return refused('failed');
  const { hart } = monitor;
  hart.set('hsm', STATES.stopped);
  port.note({ what: 'step', text: 'the hart stops' });
  while (hart.get('hsm') === STATES.stopped) {
    yield* port.wfi();
    yield* port.csrc('sip', SSIP);
  }
  yield* dropTables(root, domainOf(root), 'flush');
  clearHart(root);
  yield* catchUp(root);
  const pc = hart.get('start');
  yield* load(root, 'own', { pc, supervisor: true });
  hart.set('hsm', STATES.started);
  giveState(root);
  return yield* monitor.start(pc, [BigInt(port.hart), hart.get('opaque')]);
}
