/** The word of a trapped instruction: from stval, or where that is zero from memory, as the trapped software sees it. */
import type { Op } from '../port.ts';
import type { Root } from './context.ts';

/** Null: it cannot be read any more; the software may execute it again. */
export function* trappedWord({ port }: Root): Op<number | null> {
  const tval = yield* port.csrr('stval');
  if (tval !== 0n) return Number(BigInt.asUintN(32, tval));
  const at = yield* port.csrr('sepc');
  // Two halves: an instruction may end in another page.
  const low = yield* port.tryGuestLoad(at, 2, true);
  const high = yield* port.tryGuestLoad(at + 2n, 2, true);
  return typeof low === 'bigint' && typeof high === 'bigint' ? Number((high << 16n) | low) : null;
}
