/** COVH, create_tvm_vcpu. */
import { refuse } from '../../abi/check.ts';
import { COVH } from '../../abi/covh.ts';
import { VCPU_STATE_PAGES } from '../../layouts/vcpu.ts';
import type { Op } from '../../port.ts';
import { errorProfile, failure, type Outcome, success, type TsmContext } from '../context.ts';
import { assign, isRefused } from '../pages/donation.ts';
import { findTvm, setVcpu, tvmState, vcpuAt } from '../tvm/tvm.ts';
import { freshVcpu } from '../vcpu/create.ts';
import type { Values } from './call.ts';
import { isAligned, PAGE } from './ranges.ts';

export function* createVcpu(
  context: TsmContext,
  { tvm_guest_id: id, tvm_vcpu_id: vcpu, tvm_state_page_addr: at }: Values<'create_tvm_vcpu'>,
): Op<Outcome> {
  const { port } = context;
  const tvm = findTvm(context, id);
  const there = tvm === null ? null : vcpuAt(context, tvm, vcpu);
  const refused = yield* refuse(
    port,
    errorProfile(context),
    COVH.functions.create_tvm_vcpu.checks,
    {
      tvm: () => tvm === null,
      state: () => tvm !== null && !context.decisions.isIn(tvmState(tvm), 'initializing'),
      vcpu: () => there === null,
      duplicate: () => there !== null && there !== 0n,
      alignment: () => !isAligned(at, PAGE),
      pages: () => isRefused(context, at, VCPU_STATE_PAGES),
    },
  );
  if (refused !== 0n || tvm === null) return failure(refused);
  yield* assign(context, at, VCPU_STATE_PAGES, 'vcpu', id, 'state');
  freshVcpu(context, at, tvm.at, vcpu);
  setVcpu(context, tvm, vcpu, at);
  tvm.record.set('vcpus', tvm.record.get('vcpus') + 1n);
  for (const rule of ['VCPU-05', 'VCPU-06', 'MEAS-14'] as const) port.fired(rule);
  return success();
}
