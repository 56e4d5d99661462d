/** Guest page faults: what lies at the address decides between an exit, an emulated device and the end. */
import { PENDING } from '../../layouts/vcpu.ts';
import type { RegionKind } from '../../layouts/region.ts';
import type { Op } from '../../port.ts';
import type { TsmContext } from '../context.ts';
import { readRegions, regionAt } from '../tvm/regions.ts';
import type { Vcpu } from '../vcpu/vcpu.ts';
import { decodeInstruction, decodeTransformed, type RegisterAccess } from './access.ts';
import { shownInstruction } from './access.ts';
import { CAUSE, emulatedExit, type Exit, faultExit, unhandledExit } from './exit.ts';
import { injectException } from './inject.ts';
import { readGuestInstruction } from './instruction.ts';
import type { GuestTrap } from './trap.ts';

const PAGE = 4096n;

/** Where the host can add pages: the range as it is, or as it is becoming. */
const PAGED: ReadonlySet<RegionKind> = new Set([
  'confidential',
  'shared',
  'confidential removable',
  'shared removable',
]);

/** What the host sees; null: the guest goes on. */
export function* guestPageFault(context: TsmContext, vcpu: Vcpu, trap: GuestTrap): Op<Exit | null> {
  const { port } = context;
  const gpa = (trap.htval << 2n) | (trap.stval & 3n);
  const region = regionAt(readRegions(context, vcpu.tvm), gpa);
  markIsolation(context, vcpu, gpa);
  if (region !== null && PAGED.has(region.kind)) {
    if (region.kind.endsWith('removable')) port.fired('SHAR-07');
    port.fired('EXIT-02');
    port.fired('EXIT-03');
    return faultExit(context, vcpu, trap.cause, gpa);
  }
  if (region?.kind === 'mmio' && trap.cause !== CAUSE.guestFetch) {
    return yield* emulated(context, vcpu, trap, gpa);
  }
  port.fired(region === null ? 'EXIT-11' : 'EXIT-10');
  return unhandledExit(context, vcpu, trap.cause);
}

/** A guest's address is no physical address: what lies where it points to, if it were one, stays out of reach. */
function markIsolation({ port, pages, spec }: TsmContext, { tvm }: Vcpu, gpa: bigint): void {
  const page = pages.get(gpa - (gpa % PAGE));
  const isMemory = spec.ram.some(({ base, size }) => gpa >= base && gpa < base + size);
  if (page === null && isMemory) port.fired('ISO-09');
  if (page?.state === 'host') port.fired('ISO-08');
  if (page !== null && page.owner !== 0 && BigInt(page.owner) !== tvm.record.get('id')) {
    port.fired('ISO-07');
  }
}

function* emulated(context: TsmContext, vcpu: Vcpu, trap: GuestTrap, gpa: bigint): Op<Exit | null> {
  const { port, run } = context;
  const access = yield* accessOf(context, trap);
  // The fetch of the instruction now faults where it did not: it will trap again, and tell.
  if (access === 'gone') return null;
  if (!isEmulated(access, trap, gpa)) {
    port.fired('EXIT-09');
    yield* injectException(context, vcpu, CAUSE.illegal, 0n);
    return null;
  }
  const { record } = vcpu;
  const { isStore, bytes, register, length } = access;
  record.set('pc', record.get('pc') + BigInt(length));
  const instruction = shownInstruction(access);
  const value = isStore ? run.stored(record.get('x', register), bytes) : 0n;
  if (!isStore) {
    record.set('pending', PENDING.load);
    record.set('pendingArguments', BigInt(register), 0);
    record.set('pendingArguments', instruction, 1);
  } else port.fired('EXIT-05');
  port.fired('EXIT-04');
  port.fired('EXIT-07');
  return emulatedExit(context, vcpu, {
    kind: isStore ? 'store' : 'load',
    gpa,
    instruction,
    value,
  });
}

/** An access of the kind that trapped, within one page. */
function isEmulated(
  access: RegisterAccess | null,
  { cause }: GuestTrap,
  gpa: bigint,
): access is RegisterAccess {
  if (access === null || access.isStore !== (cause === CAUSE.guestStore)) return false;
  return (gpa % PAGE) + BigInt(access.bytes) <= PAGE;
}

/** From htinst; where the hart does not show it, from the guest's memory. */
function* accessOf(
  { port }: TsmContext,
  { htinst, pc }: GuestTrap,
): Op<RegisterAccess | null | 'gone'> {
  if (htinst !== 0n) return decodeTransformed(htinst, port.xlen);
  const word = yield* readGuestInstruction(port, pc);
  return word === null ? 'gone' : decodeInstruction(word, port.xlen);
}
