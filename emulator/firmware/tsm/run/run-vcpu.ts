/** run_tvm_vcpu: who may run, what the host's answer to the last exit does, and then the guest. */
import { refuse } from '../../abi/check.ts';
import { COVH } from '../../abi/covh.ts';
import { SUCCESS } from '../../abi/errors.ts';
import { TSM_RECORD } from '../../layouts/tsm.ts';
import type { Op } from '../../port.ts';
import { failure, type Outcome, type TsmContext } from '../context.ts';
import { findTvm, tvmState, vcpuAt } from '../tvm/tvm.ts';
import { type Vcpu, vcpuOf, vcpuState } from '../vcpu/vcpu.ts';
import { enterGuest } from './enter.ts';
import { completion, finish } from './pending.ts';

/** Ids of guests begin behind the TSM and the host. */
const FIRST_GUEST = 2n;

/** The boot vCPU is always this one. */
const BOOT = 0n;

export interface RunArguments {
  readonly tvm_guest_id: bigint;
  readonly tvm_vcpu_id: bigint;
}

/** Comes back with an error only: a run that succeeds returns to the host from the exit of its guest. */
export function* runTvmVcpu(context: TsmContext, named: RunArguments): Op<Outcome> {
  const { port, spec } = context;
  const tvm = findTvm(context, named.tvm_guest_id);
  const at = tvm === null ? null : vcpuAt(context, tvm, named.tvm_vcpu_id);
  const vcpu = at === null || at === 0n ? null : vcpuOf(context, at);
  const done = vcpu === null ? null : yield* completion(context, vcpu);
  const is = (state: ReturnType<typeof vcpuState>) => vcpu !== null && vcpuState(vcpu) === state;

  const error = yield* refuse(port, spec.tsm.profile, COVH.functions.run_tvm_vcpu.checks, {
    tvm: () => tvm === null,
    state: () => tvm !== null && tvmState(tvm) !== 'runnable',
    vcpu: () => vcpu === null,
    dead: () => is('dead'),
    boot_first: () => tvm?.record.get('booted') === 0n && named.tvm_vcpu_id !== BOOT,
    stopped: () => is('off'),
    running: () => is('running'),
    blocked: () => done?.isBlocked === true,
  });
  if (error !== SUCCESS || tvm === null || vcpu === null) {
    if (tvm === null && wasGuest(context, named.tvm_guest_id)) port.fired('RUN-06');
    return failure(error);
  }
  markRun(context, vcpu);
  if (done !== null) yield* finish(context, vcpu, done);
  tvm.record.set('booted', 1n);
  return yield* enterGuest(context, vcpu);
}

/** Whether a TVM had this id: ids are given out in order, and never again. */
function wasGuest({ port, map }: TsmContext, id: bigint): boolean {
  return id >= FIRST_GUEST && id < port.own.read(TSM_RECORD.at(map.record, 'nextGuest'), 8);
}

/** What is decided by a run that may go on. */
function markRun({ port }: TsmContext, { record }: Vcpu): void {
  const before = record.get('hart');
  if (before !== 0n && before !== BigInt(port.hart) + 1n) port.fired('RUN-07');
  if (before === 0n) port.fired(record.get('id') === BOOT ? 'FIN-03' : 'VCPU-08');
  if (before === 0n) port.fired('VCPU-06');
  // What the host wrote over the CSRs of the last exit, or into the dirty bitmap, is never read.
  for (const rule of ['EXIT-13', 'EXIT-14', 'NACL-06'] as const) port.fired(rule);
}
