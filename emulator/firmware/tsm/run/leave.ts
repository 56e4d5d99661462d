/** From a guest to its host. */
import type { Op } from '../../port.ts';
import { type TsmContext, unlock } from '../context.ts';
import { enterHost } from '../pages/host-epoch.ts';
import { hartContext, savedCsr, setVcpuState, type Vcpu } from '../vcpu/vcpu.ts';
import { VCPU_STATE } from '../../layouts/vcpu.ts';
import type { Exit } from './exit.ts';
import { naclPage } from './nacl-page.ts';
import { restoreHost, saveGuest } from './switch.ts';
import { hostCsr } from '../vcpu/switched.ts';

/** The caller holds the lock. */
export function* leaveGuest(context: TsmContext, vcpu: Vcpu, exit: Exit): Op<never> {
  const { port, seat, run } = context;
  const hart = hartContext(context);
  yield* saveGuest(context, vcpu);
  yield* tellHost(context, vcpu, exit);
  yield* restoreHost(context, hart);
  if (context.spec.features.has('F')) port.fired('EXIT-16');
  port.fired('EXIT-15');

  const goesOn = run.stays(exit.kind);
  if (vcpu.record.get('state') === VCPU_STATE.running)
    setVcpuState(vcpu, goesOn ? 'runnable' : 'dead');
  vcpu.tvm.epoch.leave(vcpu.record.get('entered'));
  vcpu.tvm.record.set('running', vcpu.tvm.record.get('running') - 1n);
  hart.set('vcpu', 0n);
  if (seat.firstVmid(port) === null) yield* seat.fenceGuest(port, null);
  yield* enterHost(context);
  port.note({ what: 'exit' });

  const { cause, tval, instruction: htinst } = exit;
  yield* seat.report(port, { cause, tval, htval: exit.gpa >> 2n, htinst });
  yield* unlock(context);
  return yield* seat.returnToHost(port, 0n, goesOn ? 0n : 1n);
}

/** The registers of the exit's row, and the CSRs of every exit. */
function* tellHost(context: TsmContext, vcpu: Vcpu, exit: Exit): Op<void> {
  const { spec, port } = context;
  const hart = hartContext(context);
  const page = naclPage(context, hart);
  const delta = savedCsr(vcpu, 'htimedelta') - hart.get('csrs', hostCsr('htimedelta'));
  const timer = savedCsr(vcpu, 'vstimecmp');
  port.fired('NACL-02');
  yield* page.writeCsr('htval', exit.gpa >> 2n);
  yield* page.writeCsr('htinst', exit.instruction);
  yield* page.writeCsr('htimedelta', delta);
  yield* page.writeCsr('vsie', (savedCsr(vcpu, 'hie') & savedCsr(vcpu, 'hideleg')) >> 1n);
  if (spec.features.has('Sstc')) yield* page.writeCsr('vstimecmp', timer);
  if (port.xlen === 32) {
    yield* page.writeCsr('htimedeltah', delta >> 32n);
    if (spec.features.has('Sstc')) yield* page.writeCsr('vstimecmph', timer >> 32n);
  }
  for (const [register, value] of exit.registers) yield* page.writeGpr(register, value);
}
