/** The root's trap handler: what came from where, and who is to go on. */
import type { Op } from '../port.ts';
import { serve } from '../rdsm/calls.ts';
import { giveState, takeState } from './accel/state-page.ts';
import type { Root } from './context.ts';
import { emulate } from './emulate.ts';
import { trappedWord } from './fetch.ts';
import { guestPageFault } from './guest-fault.ts';
import { interrupt } from './interrupts.ts';
import { answer, isNacl, naclCall } from './nacl/calls.ts';
import type { Delivery } from './reflect.ts';
import { deliver } from './reflect.ts';
import { HSTATUS } from './decisions.ts';

const INTERRUPT = 1n << 63n;
const CALL = 10n;
const VIRTUAL_INSTRUCTION = 22n;
const GUEST_FAULTS = [20n, 21n, 23n];

export function* handle(root: Root): Op<never> {
  yield* takeState(root);
  yield* catchUp(root);
  yield* dispatch(root);
  return yield* leave(root);
}

/** Back to the software that goes on. */
export function* leave(root: Root): Op<never> {
  giveState(root);
  const { monitor, port } = root;
  for (let number = 1; number < 32; number++) port.setX(number, monitor.x(number));
  return yield* port.sret();
}

/** Fences for what other harts have changed in the domains' tables since this one was last here. */
export function* catchUp({ decide, monitor: { hart, store }, port }: Root): Op<void> {
  const epoch = store.shared.get('epoch');
  if (!decide.isBehind(hart.get('epoch'), epoch)) return;
  hart.set('epoch', epoch);
  yield* port.fence('hfence_gvma', null, null);
}

function* dispatch(root: Root): Op<void> {
  const { hart, port } = root;
  const cause = yield* port.csrr('scause');
  if ((cause & INTERRUPT) !== 0n) return yield* interrupt(root, Number(cause & ~INTERRUPT));
  const inGuest = hart.get('virt') === 1n;
  if (cause === VIRTUAL_INSTRUCTION && !inGuest) {
    const word = yield* trappedWord(root);
    return word === null ? undefined : yield* emulate(root, word);
  }
  if (cause === CALL && !inGuest) return yield* call(root);
  const trap = yield* trapped(root, cause);
  return GUEST_FAULTS.includes(cause)
    ? yield* guestPageFault(root, trap)
    : yield* deliver(root, trap);
}

/** ECALL of a supervisor: NACL is the root's own, all else as the RDSM serves it. */
function* call(root: Root): Op<void> {
  const { monitor, port } = root;
  const pc = yield* port.csrr('sepc');
  if (!isNacl(root)) return yield* serve(monitor, pc);
  const returned = yield* naclCall(root);
  if (returned === null) return;
  answer(root, returned);
  yield* port.csrw('sepc', pc + 4n);
}

/** The trap as the hart has reported it. */
function* trapped({ hart, port }: Root, cause: bigint): Op<Delivery> {
  const status = yield* port.csrr('hstatus');
  return {
    cause,
    tval: yield* port.csrr('stval'),
    htval: yield* port.csrr('htval'),
    htinst: yield* port.csrr('htinst'),
    // Addresses of a domain's own software are none of a guest's.
    gva: hart.get('virt') === 1n && (status & HSTATUS.GVA) !== 0n,
  };
}
