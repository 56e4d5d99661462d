/** TVMs: records in the state pages that came with them, found by guest id. */
import { MAX_TVMS, TSM_RECORD } from '../../layouts/tsm.ts';
import { TVM_RECORD, TVM_STATES, type TvmState } from '../../layouts/tvm.ts';
import { recordAt, type BoundTo } from '../../layouts/record.ts';
import type { TsmContext } from '../context.ts';
import { Epoch } from '../pages/epochs.ts';

export interface Tvm {
  /** Physical address of its first state page. */
  readonly at: bigint;
  readonly record: BoundTo<typeof TVM_RECORD>;
  /** Of the translations that its vCPUs may hold. */
  readonly epoch: Epoch;
}

export function tvmAt({ port, parts, decisions }: TsmContext, at: bigint): Tvm {
  return {
    at,
    record: recordAt(port.own, TVM_RECORD, at),
    epoch: new Epoch(port.own, at + parts.epoch, decisions),
  };
}

/** The TVM with a guest id; null: there is none, or no longer. */
export function findTvm(context: TsmContext, id: bigint): Tvm | null {
  for (const at of slots(context)) {
    if (at === 0n) continue;
    const tvm = tvmAt(context, at);
    if (tvm.record.get('id') === id) return tvm;
  }
  return null;
}

export function tvmState(tvm: Tvm): TvmState {
  return TVM_STATES[Number(tvm.record.get('state'))] ?? 'initializing';
}

/** Whether one more TVM can exist. */
export function hasSlot(context: TsmContext): boolean {
  return slotOf(context, 0n) >= 0;
}

/** What the page tracker's records can hold of an owner. */
export const MAX_GUEST_ID = 0xffffn;

export function nextGuest({ port, map }: TsmContext): bigint {
  return port.own.read(TSM_RECORD.at(map.record, 'nextGuest'), 8);
}

/** A new TVM in zeroed state pages, with `nextGuest` as its id. The caller has asked `hasSlot`. */
export function addTvm(context: TsmContext, at: bigint, directory: bigint): void {
  const { port, map } = context;
  const tsm = recordAt(port.own, TSM_RECORD, map.record);
  const id = tsm.get('nextGuest');
  tsm.set('nextGuest', context.decisions.nextGuest(id));
  tsm.set('tvms', at, slotOf(context, 0n));
  const { record, epoch } = tvmAt(context, at);
  record.set('id', id);
  record.set('directory', directory);
  epoch.begin();
}

export function forgetTvm(context: TsmContext, { at }: Tvm): void {
  const { port, map } = context;
  port.own.write(TSM_RECORD.at(map.record, 'tvms', slotOf(context, at)), 8, 0n);
}

/** Address of the state pages of a vCPU; 0: there is no such vCPU; null: no vCPU can have this id. */
export function vcpuAt(context: TsmContext, tvm: Tvm, id: bigint): bigint | null {
  if (id >= BigInt(context.spec.tsm.maxVcpus)) return null;
  return context.port.own.read(vcpuSlot(context, tvm, id), 8);
}

export function setVcpu(context: TsmContext, tvm: Tvm, id: bigint, at: bigint): void {
  context.port.own.write(vcpuSlot(context, tvm, id), 8, at);
}

function vcpuSlot({ parts }: TsmContext, tvm: Tvm, id: bigint): bigint {
  return tvm.at + parts.vcpus + 8n * id;
}

function* slots({ port, map }: TsmContext): Generator<bigint> {
  for (let k = 0; k < MAX_TVMS; k++) yield port.own.read(TSM_RECORD.at(map.record, 'tvms', k), 8);
}

/** Of an address of state pages; 0: of the first free one. */
function slotOf(context: TsmContext, at: bigint): number {
  return [...slots(context)].indexOf(at);
}
