/** The TSM: what runs when a hart has fetched from its page. */
import type { FirmwareDecisions } from '../decisions.ts';
import type { Handler, HandlerFactory } from '../handler.ts';
import { HART_CONTEXT, NO_SHMEM } from '../layouts/hart-context.ts';
import { recordAt } from '../layouts/record.ts';
import { HART_CONTEXT_OFFSET, HART_RECORD, TSM_RECORD, tsmMap } from '../layouts/tsm.ts';
import { tvmParts } from '../layouts/tvm.ts';
import type { Op, Port } from '../port.ts';
import type { FirmwareSpec } from '../spec.ts';
import { lock, type TsmContext, unlock } from './context.ts';
import { hostCall } from './dispatch.ts';
import { hostEpoch, enterHost } from './pages/host-epoch.ts';
import { PageTracker } from './pages/tracker.ts';
import { guestTrap } from './run/index.ts';
import type { Seat } from './seat.ts';
import { peerSeat } from './seats/peer.ts';

/** 0 is the TSM, 1 the host. */
const FIRST_GUEST = 2n;

/** What every part of a TSM is given on a hart, by the port and the address of the hart's page. */
export function contextsOf(
  spec: FirmwareSpec,
  domain: number,
  decide: FirmwareDecisions,
  seat: Seat = peerSeat(domain),
): (port: Port, hart?: bigint) => TsmContext {
  const area = spec.domains.find(({ sdid }) => sdid === domain)?.memory;
  if (area === null || area === undefined) throw new Error(`domain ${domain} has no TSM`);
  const map = tsmMap(spec, area);
  if (map.chunks.size <= 0n) throw new Error('the TSM has no room to track so much memory');
  const parts = tvmParts(spec.tsm.maxVcpus);
  return (port, hart = map.hart(port.hart)) => ({
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
}

export const tsm: HandlerFactory = (spec, domain, decide) => {
  const contextOn = contextsOf(spec, domain, decide);
  const handler: Handler = {
    name: 'tsm',
    clobbers: 'x',
    *boot(port) {
      const context = contextOn(port);
      yield* bootOn(context);
      yield* port.csrw('stvec', context.map.area.base);
      yield* port.csrw('sscratch', context.hart);
      yield* port.csrw('sie', 0n);
      yield* context.seat.bootDone(port);
    },
    *handle(port) {
      const context = contextOn(port, yield* port.csrr('sscratch'));
      const { seat } = context;
      if (!(yield* seat.isHostCall(port))) return yield* guestTrap(context);
      yield* lock(context);
      const { error, value } = yield* hostCall(context);
      yield* unlock(context);
      return yield* seat.returnToHost(port, error, value);
    },
  };
  return handler;
};

/** Lays out what a TSM keeps for a hart, and first of all what harts share. */
export function* bootOn(context: TsmContext): Op<void> {
  if (context.port.hart === 0) yield* layOut(context);
  yield* lock(context);
  yield* bootHart(context);
  yield* unlock(context);
}

/** What harts share, by the first of them: the others boot behind it. Chunks of the tracker are cleared when taken. */
function* layOut(context: TsmContext): Op<void> {
  const { port, map } = context;
  yield* port.zero(map.record, Number(map.chunks.base - map.record));
  const tsm = recordAt(port.own, TSM_RECORD, map.record);
  tsm.set('nextGuest', FIRST_GUEST);
  tsm.set('nextChunk', map.chunks.base);
  hostEpoch(context).begin();
}

function* bootHart(context: TsmContext): Op<void> {
  const { port, hart } = context;
  recordAt(port.own, HART_RECORD, hart).set('hart', BigInt(port.hart));
  recordAt(port.own, HART_CONTEXT, hart + HART_CONTEXT_OFFSET).set('nacl', NO_SHMEM);
  yield* enterHost(context);
}
