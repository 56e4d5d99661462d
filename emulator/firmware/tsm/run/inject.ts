/** An exception handed to the guest's own supervisor, as the hart would have delegated it. */
import type { Op } from '../../port.ts';
import type { TsmContext } from '../context.ts';
import type { Vcpu } from '../vcpu/vcpu.ts';

const SIE = 1n << 1n;
const SPIE = 1n << 5n;
const SPP = 1n << 8n;

/** Direct mode or not: exceptions go to the base. */
const MODE = 3n;

/** The guest goes on at its vector, in VS. Its VS CSRs are those on the hart. */
export function* injectException(
  { port }: TsmContext,
  { record }: Vcpu,
  cause: bigint,
  tval: bigint,
): Op<void> {
  const status = yield* port.csrr('vsstatus');
  const enable = (status & SIE) !== 0n ? SPIE : 0n;
  const previous = record.get('supervisor') === 1n ? SPP : 0n;
  yield* port.csrw('vsstatus', (status & ~(SIE | SPIE | SPP)) | enable | previous);
  yield* port.csrw('vsepc', record.get('pc'));
  yield* port.csrw('vscause', cause);
  yield* port.csrw('vstval', tval);
  record.set('pc', (yield* port.csrr('vstvec')) & ~MODE);
  record.set('supervisor', 1n);
}
