/** vCPUs: records in the state pages that the host donated for each, and the hart that executes one. */
import { HART_CONTEXT } from '../../layouts/hart-context.ts';
import { HART_CONTEXT_OFFSET } from '../../layouts/tsm.ts';
import { VCPU_STATE, VHCS } from '../../layouts/vcpu.ts';
import { type BoundTo, recordAt } from '../../layouts/record.ts';
import type { TsmContext } from '../context.ts';
import { type Tvm, tvmAt } from '../tvm/tvm.ts';
import { guestCsr } from './switched.ts';

export type VcpuState = keyof typeof VCPU_STATE;

export interface Vcpu {
  readonly record: BoundTo<typeof VHCS>;
  readonly tvm: Tvm;
}

type HartContext = BoundTo<typeof HART_CONTEXT>;

/** What the TSM keeps on the hart that it runs on. */
export function hartContext({ port, hart }: TsmContext): HartContext {
  return recordAt(port.own, HART_CONTEXT, hart + HART_CONTEXT_OFFSET);
}

export function vcpuOf(context: TsmContext, at: bigint): Vcpu {
  const record = recordAt(context.port.own, VHCS, at);
  return { record, tvm: tvmAt(context, record.get('tvm')) };
}

/** The vCPU whose guest this hart executes; null: none. */
export function currentVcpu(context: TsmContext): Vcpu | null {
  const at = hartContext(context).get('vcpu');
  return at === 0n ? null : vcpuOf(context, at);
}

export function vcpuState({ record }: Vcpu): VcpuState {
  const state = record.get('state');
  const names = Object.keys(VCPU_STATE) as VcpuState[];
  return names.find((name) => VCPU_STATE[name] === state) ?? 'none';
}

export function setVcpuState({ record }: Vcpu, state: VcpuState): void {
  record.set('state', VCPU_STATE[state]);
}

/** A CSR of a guest that is not on a hart. */
export function savedCsr({ record }: Vcpu, name: string): bigint {
  return record.get('csrs', guestCsr(name));
}

export function setSavedCsr({ record }: Vcpu, name: string, value: bigint): void {
  record.set('csrs', value, guestCsr(name));
}
