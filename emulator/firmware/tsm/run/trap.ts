/** A guest's trap into its TSM: handled here, handed back to the guest, or told to the host. */
import type { Op } from '../../port.ts';
import { lock, type TsmContext } from '../context.ts';
import { guestCall } from '../sbi/call.ts';
import { currentVcpu, type Vcpu } from '../vcpu/vcpu.ts';
import { resumeGuest } from './enter.ts';
import { CAUSE, type Exit, interruptExit, unhandledExit, waitExit } from './exit.ts';
import { guestPageFault } from './fault.ts';
import { injectException } from './inject.ts';
import { readGuestInstruction } from './instruction.ts';
import { leaveGuest } from './leave.ts';
import { saveRegisters } from './switch.ts';

export interface GuestTrap {
  readonly cause: bigint;
  readonly pc: bigint;
  readonly stval: bigint;
  readonly htval: bigint;
  readonly htinst: bigint;
}

const SPP = 1n << 8n;
const WFI = 0x1050_0073;

/** Every entry that is no call of the host. Nothing may have been written to a register before. */
export function* guestTrap(context: TsmContext): Op<never> {
  const vcpu = currentVcpu(context);
  if (vcpu === null) throw new Error('a trap of a guest where none runs');
  saveRegisters(context, vcpu);
  yield* lock(context);
  const trap = yield* readTrap(context, vcpu);
  const exit = yield* handle(context, vcpu, trap);
  return exit === null ? yield* resumeGuest(context, vcpu) : yield* leaveGuest(context, vcpu, exit);
}

function* readTrap({ port }: TsmContext, { record }: Vcpu): Op<GuestTrap> {
  const cause = yield* port.csrr('scause');
  const pc = yield* port.csrr('sepc');
  record.set('pc', pc);
  record.set('supervisor', ((yield* port.csrr('sstatus')) & SPP) === 0n ? 0n : 1n);
  const stval = yield* port.csrr('stval');
  const htval = yield* port.csrr('htval');
  return { cause, pc, stval, htval, htinst: yield* port.csrr('htinst') };
}

/** Null: the guest goes on, at the pc of its record. */
function* handle(context: TsmContext, vcpu: Vcpu, trap: GuestTrap): Op<Exit | null> {
  const { port, run } = context;
  const { cause } = trap;
  if (cause >> BigInt(port.xlen - 1) === 1n) return interrupted(context, vcpu, cause);
  switch (cause) {
    case CAUSE.supervisorCall:
      vcpu.record.set('pc', trap.pc + 4n);
      return yield* guestCall(context, vcpu);
    case CAUSE.guestFetch:
    case CAUSE.guestLoad:
    case CAUSE.guestStore:
      return yield* guestPageFault(context, vcpu, trap);
    case CAUSE.virtualInstruction:
      return yield* virtualInstruction(context, vcpu, trap);
    default:
      if (!run.isForGuest(cause)) return unhandledExit(context, vcpu, cause);
      yield* injectException(context, vcpu, cause, trap.stval);
      return null;
  }
}

function interrupted(context: TsmContext, vcpu: Vcpu, cause: bigint): Exit {
  const { port } = context;
  const code = BigInt.asUintN(port.xlen - 1, cause);
  port.fired(code === 5n ? 'RUN-12' : 'RUN-13');
  return interruptExit(context, vcpu, cause);
}

/** WFI of the guest's supervisor is an exit; what else needs a hypervisor does not exist in a guest. */
function* virtualInstruction(
  context: TsmContext,
  vcpu: Vcpu,
  { stval, pc }: GuestTrap,
): Op<Exit | null> {
  const { port } = context;
  const word = stval === 0n ? yield* readGuestInstruction(port, pc) : Number(stval);
  // It cannot be fetched any more: the guest meets that fault when it goes on.
  if (word === null) return null;
  if (word === WFI && vcpu.record.get('supervisor') === 1n) {
    vcpu.record.set('pc', pc + 4n);
    port.fired('EXIT-12');
    return waitExit(context, vcpu, BigInt(WFI));
  }
  yield* injectException(context, vcpu, CAUSE.illegal, stval);
  return null;
}
