/** A vCPU as it begins: what the TSM decides for its guest, and registers of zeros. */
import type { TsmContext } from '../context.ts';
import { setSavedCsr, setVcpuState, type Vcpu, vcpuOf } from './vcpu.ts';

/** hstatus of a guest: SPV, SPVP; VTW, so that its WFI reaches the TSM. */
const SPV = 1n << 7n;
const SPVP = 1n << 8n;
const VTW = 1n << 21n;

/** VS-level interrupts, which only their delegation gives a guest at all: software, timer, external. */
export const VS_INTERRUPTS = (1n << 2n) | (1n << 6n) | (1n << 10n);

/** henvcfg: STCE, cache-block operations; no shadow stacks, whose pointer is not saved. */
const STCE = 1n << 63n;
const CBO = (1n << 4n) | (1n << 6n) | (1n << 7n);

/** hcounteren: time alone; the counters stand still for guests. */
const TM = 2n;

/** hstateen0: SE0 and ENVCFG, so that a guest has its own senvcfg. */
const STATE_ENABLED = (1n << 63n) | (1n << 62n);

const ALL_ONES = 0xffff_ffff_ffff_ffffn;

/** In state pages of zeros: off, and clean when it is started. `at`: of the vCPU, `tvm`: of its TVM. */
export function freshVcpu(context: TsmContext, at: bigint, tvm: bigint, id: bigint): Vcpu {
  const { spec, run } = context;
  context.port.own.write(at, 8, tvm);
  const vcpu = vcpuOf(context, at);
  vcpu.record.set('id', id);
  setVcpuState(vcpu, 'off');
  setSavedCsr(vcpu, 'hstatus', SPV | SPVP | VTW);
  setSavedCsr(vcpu, 'hedeleg', run.delegated(spec.tsm.profile));
  setSavedCsr(vcpu, 'hideleg', VS_INTERRUPTS);
  setSavedCsr(vcpu, 'henvcfg', STCE | CBO);
  setSavedCsr(vcpu, 'hcounteren', TM);
  setSavedCsr(vcpu, 'hstateen0', STATE_ENABLED);
  setSavedCsr(vcpu, 'vstimecmp', ALL_ONES);
  return vcpu;
}

/** Its first instruction at `pc` in VS, with its id in a0 and `argument` in a1; everything else is zero. */
export function startVcpu(vcpu: Vcpu, pc: bigint, argument: bigint): void {
  const { record } = vcpu;
  for (let n = 0; n < 32; n++) record.set('x', 0n, n);
  record.set('x', record.get('id'), 10);
  record.set('x', argument, 11);
  record.set('pc', pc);
  record.set('supervisor', 1n);
  setVcpuState(vcpu, 'runnable');
}
