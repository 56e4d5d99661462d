/** Interrupts that come to HS: the timer of a domain whose guest runs, software interrupts of other harts. */
import type { Op } from '../port.ts';
import type { Root } from './context.ts';
import { plain, reflect } from './reflect.ts';

const INTERRUPT = 1n << 63n;
const SOFTWARE = 1;
const TIMER = 5;
const SSIP = 1n << 1n;
const VSSIP = 1n << 2n;

/** `code`: of an interrupt at HS level. */
export function* interrupt(root: Root, code: number): Op<void> {
  const { hart, monitor, port } = root;
  const inGuest = hart.get('virt') === 1n;
  if (code === SOFTWARE) {
    yield* port.csrc('sip', SSIP);
    if (monitor.caller !== 0) {
      // A TSM is told of what is meant for the host, and the host finds it when it is back.
      const host = monitor.seat(0);
      host.set('sip', host.get('sip') | SSIP);
    }
    if (!inGuest) return void (yield* port.csrs('hvip', VSSIP));
    hart.set('ownHvip', hart.get('ownHvip') | VSSIP);
    if ((hart.get('ownHie') & VSSIP) !== 0n) yield* leaveGuest(root, SOFTWARE);
    return;
  }
  // VS-level interrupts that the domain has not delegated to its guest come as its own, with their own codes.
  if (inGuest) yield* leaveGuest(root, code);
  else if (code === TIMER) yield* port.csrc('sie', 1n << BigInt(TIMER));
}

/** An interrupt of the supervisor while its guest runs is taken whatever its SIE says. */
function* leaveGuest(root: Root, code: number): Op<void> {
  yield* reflect(root, plain(INTERRUPT | BigInt(code), 0n));
}
