/** From the host into a guest, and back into it after a trap that the TSM handled by itself. */
import type { Op } from '../../port.ts';
import { type TsmContext, unlock } from '../context.ts';
import { leaveHost } from '../pages/host-epoch.ts';
import { hartContext, setVcpuState, type Vcpu } from '../vcpu/vcpu.ts';
import { enterAddressSpace } from './address-space.ts';
import { loadGuest, loadRegisters, saveHost } from './switch.ts';

/** sstatus.SPP: the guest goes on in VS. */
const SPP = 1n << 8n;

/** sie: the host's software, timer and external interrupts end the run, whatever the guest masks. */
export const PREEMPTING = (1n << 1n) | (1n << 5n) | (1n << 9n);

/** The vCPU may run here and now; the caller holds the lock, which goes with the guest's first instruction. */
export function* enterGuest(context: TsmContext, vcpu: Vcpu): Op<never> {
  const { port, seat } = context;
  const hart = hartContext(context);
  const { record, tvm } = vcpu;
  yield* seat.putAside(port);
  yield* saveHost(context, hart);
  leaveHost(context);
  const space = yield* enterAddressSpace(context, hart, vcpu);
  yield* loadGuest(context, vcpu, space);
  setVcpuState(vcpu, 'running');
  tvm.record.set('running', tvm.record.get('running') + 1n);
  hart.set('vcpu', record.base);
  yield* port.csrw('sie', PREEMPTING);
  port.fired('ISO-16');
  yield* goOn(context, vcpu);
  return yield* seat.enterGuest(port);
}

/** The guest's state is on the hart but for its pc, its mode and its x registers. */
export function* resumeGuest(context: TsmContext, vcpu: Vcpu): Op<never> {
  yield* goOn(context, vcpu);
  return yield* context.seat.enterGuest(context.port);
}

function* goOn(context: TsmContext, vcpu: Vcpu): Op<void> {
  const { port } = context;
  yield* port.csrw('sepc', vcpu.record.get('pc'));
  if (vcpu.record.get('supervisor') === 1n) yield* port.csrs('sstatus', SPP);
  else yield* port.csrc('sstatus', SPP);
  yield* unlock(context);
  loadRegisters(context, vcpu);
}
