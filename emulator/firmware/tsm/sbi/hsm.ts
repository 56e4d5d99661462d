/** SBI HSM for a guest: it starts and stops its own vCPUs; the host only hears that there is one more to run. */
import { functionOf } from '../../abi/abi.ts';
import { readArguments } from '../../abi/call.ts';
import { refuse } from '../../abi/check.ts';
import { ERRORS, SUCCESS } from '../../abi/errors.ts';
import { HSM } from '../../abi/sbi.ts';
import type { Op } from '../../port.ts';
import { failure, success, type TsmContext } from '../context.ts';
import { callExit } from '../run/exit.ts';
import { vcpuAt } from '../tvm/tvm.ts';
import { gpaSpace } from '../tvm/gstage.ts';
import { startVcpu } from '../vcpu/create.ts';
import { setVcpuState, type Vcpu, vcpuOf, vcpuState } from '../vcpu/vcpu.ts';
import { type Answer, stays } from './call.ts';

/** a1 and a2 of hart_start: address and argument. */
const START = [11, 12];

/** hart_get_status. */
const STARTED = 0n;
const STOPPED = 1n;

export function* hsmCall(context: TsmContext, vcpu: Vcpu, fid: number): Op<Answer> {
  switch (functionOf(HSM, fid, context.spec.tsm.profile)) {
    case 'hart_start':
      return yield* start(context, vcpu);
    case 'hart_stop':
      setVcpuState(vcpu, 'off');
      return { outcome: null, exit: callExit(context, vcpu, 'ends') };
    case 'hart_get_status':
      return yield* status(context, vcpu);
    default:
      return stays(failure(ERRORS.not_supported));
  }
}

/** A vCPU of the same TVM; null: there is none with this id. */
function sibling(context: TsmContext, { tvm }: Vcpu, id: bigint): Vcpu | null {
  const at = vcpuAt(context, tvm, id);
  return at === null || at === 0n ? null : vcpuOf(context, at);
}

function* start(context: TsmContext, vcpu: Vcpu): Op<Answer> {
  const { port, spec, run } = context;
  const call = HSM.functions.hart_start;
  const named = readArguments(call, (n) => vcpu.record.get('x', n));
  const other = sibling(context, vcpu, named.hartid);
  const error = yield* refuse(port, spec.tsm.profile, call.checks, {
    hart: () => other === null,
    started: () => other !== null && vcpuState(other) !== 'off',
    address: () => named.start_addr >= gpaSpace(context) || named.start_addr % 2n !== 0n,
  });
  if (error !== SUCCESS || other === null) {
    if (other !== null) port.fired('VCPU-10');
    return stays(failure(error));
  }
  startVcpu(other, named.start_addr, named.opaque);
  port.fired('VCPU-08');
  port.fired('VCPU-09');
  const hidden = run.hidesStart() ? START : [];
  return { outcome: success(), exit: callExit(context, vcpu, 'tells', hidden) };
}

function* status(context: TsmContext, vcpu: Vcpu): Op<Answer> {
  const { port, spec } = context;
  const call = HSM.functions.hart_get_status;
  const other = sibling(context, vcpu, vcpu.record.get('x', 10));
  const error = yield* refuse(port, spec.tsm.profile, call.checks, { hart: () => other === null });
  if (error !== SUCCESS || other === null) return stays(failure(error));
  const state = vcpuState(other);
  const runs = state === 'runnable' || state === 'running';
  return stays(success(runs ? STARTED : STOPPED));
}
