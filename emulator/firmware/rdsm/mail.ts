/** What one hart asks of others, and waits for: a request in its record, a bit in theirs, and an interrupt. */
import { RDSM_HART, type RequestKind, REQUESTS } from '../layouts/rdsm.ts';
import type { Op } from '../port.ts';
import type { Monitor } from './monitor.ts';
import { fence, fenceFor } from './remote-fence.ts';

export const EVERYTHING = (1n << 64n) - 1n;

export interface Request {
  readonly kind: RequestKind;
  readonly first: bigint;
  /** Bytes; all ones: everything. */
  readonly length: bigint;
  /** ASID, VMID or SDID; all ones: every one. */
  readonly id: bigint;
}

/** A request with the domain, and hgatp, of whoever asks. */
export interface Sent extends Request {
  readonly sdid: number;
  readonly hgatp: bigint;
}

/** Other harts can be reached. */
export const canReach = ({ spec }: Monitor): boolean => spec.clint !== null;

export function* sendIpi({ port, spec }: Monitor, hart: number): Op<void> {
  if (spec.clint === null) return;
  port.note({ what: 'ipi', to: hart });
  yield* port.store(spec.clint + BigInt(4 * hart), 1n, 4);
}

export function* clearIpi({ port, spec }: Monitor): Op<void> {
  if (spec.clint !== null) yield* port.store(spec.clint + BigInt(4 * port.hart), 0n, 4);
}

/** Lets these harts do it, this one too if it is among them; comes back when all have. */
export function* ask(monitor: Monitor, harts: readonly number[], request: Request): Op<void> {
  const { port, hart, caller } = monitor;
  const others = harts.filter((id) => id !== port.hart);
  if (others.length > 0) {
    hart.set('request', BigInt(REQUESTS.indexOf(request.kind)));
    hart.set('first', request.first);
    hart.set('length', request.length);
    hart.set('id', request.id);
    hart.set('sdid', BigInt(caller));
    hart.set('hgatp', monitor.has('H') ? yield* port.csrr('hgatp') : 0n);
    hart.set('done', 0n);
    for (const id of others) {
      yield* post(monitor, id);
      yield* sendIpi(monitor, id);
    }
  }
  if (harts.includes(port.hart)) yield* fence(monitor, request);
  while (hart.get('done') < BigInt(others.length)) {
    // Somebody may be waiting for this hart in turn.
    yield* serveMail(monitor);
    yield* port.pause();
  }
}

function* post({ port, store }: Monitor, to: number): Op<void> {
  const place = RDSM_HART.at(store.hart(to).base, 'mail');
  yield* port.amo('or', place, 1n << BigInt(port.hart));
}

/** Does what other harts ask of this one. */
export function* serveMail(monitor: Monitor): Op<void> {
  const { port, spec, store, hart } = monitor;
  const mail = yield* port.amo('swap', RDSM_HART.at(hart.base, 'mail'), 0n);
  if (mail === 0n) return;
  for (let sender = 0; sender < spec.harts; sender++) {
    if (((mail >> BigInt(sender)) & 1n) === 0n) continue;
    const from = store.hart(sender);
    yield* fenceFor(monitor, {
      kind: REQUESTS[Number(from.get('request'))] ?? 'fence_i',
      first: from.get('first'),
      length: from.get('length'),
      id: from.get('id'),
      sdid: Number(from.get('sdid')),
      hgatp: from.get('hgatp'),
    });
    yield* port.amo('add', RDSM_HART.at(from.base, 'done'), 1n);
  }
}
