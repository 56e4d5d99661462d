/** The instruction that a guest stands at, read as the guest would fetch it. */
import type { Op, Port } from '../../port.ts';

/** A word, or the 16 bits of a compressed instruction; null: the guest cannot fetch it any more. */
export function* readGuestInstruction(port: Port, pc: bigint): Op<number | null> {
  const low = yield* port.tryGuestLoad(pc, 2, true);
  if (typeof low !== 'bigint') return null;
  if ((low & 3n) !== 3n) return Number(low);
  const high = yield* port.tryGuestLoad(pc + 2n, 2, true);
  return typeof high === 'bigint' ? Number((high << 16n) | low) : null;
}
