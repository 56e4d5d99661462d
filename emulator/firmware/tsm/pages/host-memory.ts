/** Memory that the host names: asked for in the tracker first, since no isolation table stops the TSM (confused deputy). */
import type { Op } from '../../port.ts';
import type { TsmContext } from '../context.ts';

const PAGE = 4096n;

/** Whether every page of an extent is the host's, by the tracker and by a load from it. */
export function* isReachable(context: TsmContext, at: bigint, length: bigint): Op<boolean> {
  const { port, pages, decisions, seat } = context;
  const first = at - (at % PAGE);
  const count = (at + length - first + PAGE - 1n) / PAGE;
  if (!pages.every(first, count, ({ state }) => decisions.isOfHost(state))) return false;
  for (let page = first; page < at + length; page += PAGE) {
    if (!seat.hostHolds(port, page)) return false;
    const loaded = yield* port.tryLoad(page, 4);
    if (typeof loaded !== 'bigint') return false;
  }
  return true;
}

/** A copy of the host's bytes, made once; null: it may not name them. */
export function* readHost(context: TsmContext, at: bigint, length: bigint): Op<Uint8Array | null> {
  if (!(yield* isReachable(context, at, length))) return null;
  const bytes = yield* context.port.tryReadBytes(at, Number(length));
  return bytes instanceof Uint8Array ? bytes : null;
}

/** @returns whether the bytes could be written; a part may be when not. */
export function* writeHost(context: TsmContext, at: bigint, bytes: Uint8Array): Op<boolean> {
  if (!(yield* isReachable(context, at, BigInt(bytes.length)))) return false;
  return (yield* context.port.tryWriteBytes(at, bytes)) === null;
}
