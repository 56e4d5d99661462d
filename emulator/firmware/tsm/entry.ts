/** The TSM: what runs when a hart has fetched from its page. */
import type { Handler, HandlerFactory } from '../handler.ts';
import { HART_CONTEXT, NO_SHMEM } from '../layouts/hart-context.ts';
import { recordAt } from '../layouts/record.ts';
import { HART_CONTEXT_OFFSET, HART_RECORD, TSM_RECORD, tsmMap } from '../layouts/tsm.ts';
import { tvmParts } from '../layouts/tvm.ts';
import type { Op, Port } from '../port.ts';
import { lock, type TsmContext, unlock } from './context.ts';
import { hostCall } from './dispatch.ts';
import { hostEpoch, enterHost } from './pages/host-epoch.ts';
import { PageTracker } from './pages/tracker.ts';
import { guestTrap } from './run/index.ts';
import { peerSeat } from './seats/peer.ts';

/** 0 is the TSM, 1 the host. */
const FIRST_GUEST = 2n;

export const tsm: HandlerFactory = (spec, domain, decide) => {
  const area = spec.domains.find(({ sdid }) => sdid === domain)?.memory;
  if (area === null || area === undefined) throw new Error(`domain ${domain} has no TSM`);
  const map = tsmMap(spec, area);
  if (map.chunks.size <= 0n) throw new Error('the TSM has no room to track so much memory');
  const parts = tvmParts(spec.tsm.maxVcpus);
  const seat = peerSeat(domain);
  const contextOn = (port: Port, hart: bigint): TsmContext => ({
    port,
    spec,
    sdid: domain,
    seat,
    map,
    parts,
    hart,
    pages: new PageTracker(port.own, map, spec),
    decisions: decide.tsm,
    run: decide.run,
  });
  const handler: Handler = {
    name: 'tsm',
    clobbers: 'x',
    *boot(port) {
      const context = contextOn(port, map.hart(port.hart));
      yield* lock(context);
      yield* bootHart(context);
      yield* unlock(context);
      yield* seat.bootDone(port);
    },
    *handle(port) {
      const context = contextOn(port, yield* port.csrr('sscratch'));
      if (!(yield* seat.isHostCall(port))) return yield* guestTrap(context);
      yield* lock(context);
      const { error, value } = yield* hostCall(context);
      yield* unlock(context);
      return yield* seat.returnToHost(port, error, value);
    },
  };
  return handler;
};

/** What one hart needs; the first to come also lays out what they share. */
function* bootHart(context: TsmContext): Op<void> {
  const { port, map, hart } = context;
  const tsm = recordAt(port.own, TSM_RECORD, map.record);
  const harts = tsm.get('harts');
  if (harts === 0n) {
    tsm.set('nextGuest', FIRST_GUEST);
    tsm.set('nextChunk', map.chunks.base);
    hostEpoch(context).begin();
  }
  tsm.set('harts', harts + 1n);
  recordAt(port.own, HART_RECORD, hart).set('hart', BigInt(port.hart));
  recordAt(port.own, HART_CONTEXT, hart + HART_CONTEXT_OFFSET).set('nacl', NO_SHMEM);
  yield* enterHost(context);
  yield* port.csrw('stvec', map.area.base);
  yield* port.csrw('sscratch', hart);
  yield* port.csrw('sie', 0n);
}
