/** COVH, fences: of what the host may still reach, and of what the vCPUs of one TVM may. */
import { refuse } from '../../abi/check.ts';
import { COVH } from '../../abi/covh.ts';
import type { Op } from '../../port.ts';
import { errorProfile, failure, type Outcome, success, type TsmContext } from '../context.ts';
import { enterHost, hostEpoch, leaveHost } from '../pages/host-epoch.ts';
import { findTvm, tvmState } from '../tvm/tvm.ts';
import type { Values } from './call.ts';
import { isStatic } from './conversion.ts';

/** The hart that calls is fenced at once; the others follow with `local_fence`. */
export function* globalFence(context: TsmContext): Op<Outcome> {
  const { port } = context;
  const epoch = hostEpoch(context);
  const refused = yield* refuse(port, errorProfile(context), COVH.functions.global_fence.checks, {
    static: () => isStatic(context),
    pending: () => epoch.isFencing,
  });
  if (refused !== 0n) return failure(refused);
  epoch.fence();
  port.fired('FENCE-02');
  yield* fenceHere(context);
  if (!epoch.isFencing) port.fired('FENCE-03');
  return success();
}

/** The last of the harts that were inside ends the epoch. */
export function* localFence(context: TsmContext): Op<Outcome> {
  const { port } = context;
  const refused = yield* refuse(port, errorProfile(context), COVH.functions.local_fence.checks, {
    static: () => isStatic(context),
  });
  if (refused !== 0n) return failure(refused);
  port.fired(hostEpoch(context).isFencing ? 'FENCE-05' : 'FENCE-04');
  yield* fenceHere(context);
  return success();
}

function* fenceHere(context: TsmContext): Op<void> {
  leaveHost(context);
  yield* enterHost(context);
}

/** Ends when every vCPU that runs now has trapped. */
export function* tvmFence(
  context: TsmContext,
  { tvm_guest_id: id }: Values<'tvm_fence'>,
): Op<Outcome> {
  const { port } = context;
  const tvm = findTvm(context, id);
  const refused = yield* refuse(port, errorProfile(context), COVH.functions.tvm_fence.checks, {
    tvm: () => tvm === null,
    state: () => tvm !== null && !context.decisions.isIn(tvmState(tvm), 'runnable'),
    pending: () => tvm?.epoch.isFencing === true,
  });
  if (refused !== 0n || tvm === null) return failure(refused);
  tvm.epoch.fence();
  if (!tvm.epoch.isFencing) port.fired('TFEN-03');
  return success();
}
