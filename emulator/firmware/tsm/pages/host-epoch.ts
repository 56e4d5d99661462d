/** The host's harts as users of its address space: who may still hold what was converted. */
import { HART_RECORD } from '../../layouts/tsm.ts';
import { recordAt } from '../../layouts/record.ts';
import type { Op } from '../../port.ts';
import type { TsmContext } from '../context.ts';
import { Epoch } from './epochs.ts';

export function hostEpoch({ port, map, decisions }: TsmContext): Epoch {
  return new Epoch(port.own, map.epoch, decisions);
}

/** Before a guest is entered: this hart will pass through the RDSM before it uses a translation of the host again. */
export function leaveHost(context: TsmContext): void {
  const hart = recordAt(context.port.own, HART_RECORD, context.hart);
  if (hart.get('inHost') === 0n) return;
  hostEpoch(context).leave(hart.get('hostVersion'));
  hart.set('inHost', 0n);
}

/** At boot, after a guest, and at a local fence. */
export function* enterHost(context: TsmContext): Op<void> {
  const hart = recordAt(context.port.own, HART_RECORD, context.hart);
  if (hart.get('inHost') === 1n) return;
  const { version, mustFence } = hostEpoch(context).enter(hart.get('hostVersion'));
  hart.set('hostVersion', version);
  hart.set('inHost', 1n);
  if (mustFence) yield* context.seat.fenceHost(context.port);
}
