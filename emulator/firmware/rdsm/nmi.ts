/** A non-maskable interrupt: all TVMs are lost, and no TSM runs again. */
import type { Op } from '../port.ts';
import { ERRORS } from '../abi/errors.ts';
import type { Monitor } from './monitor.ts';
import { switchWorld } from './worlds.ts';

const NMIE = 1n << 3n;
const MNPV = 1n << 7n;
const MNPP = 3n << 11n;
const MPP_S = 1n << 11n;
const MPP = 3n << 11n;
const MPV = 1n << 39n;
const A0 = 10;

/** The host goes on: behind its call with an error if a TSM ran for it, else where it was interrupted. */
export function* endDomains(monitor: Monitor): Op<never> {
  const { port, store, decide, hart } = monitor;
  port.fired('TEE-10');
  const running = monitor.kind;
  if (decide.endsDomains()) {
    const ended = store
      .active()
      .filter((sdid) => store.kindOf(sdid) === 'tsm')
      .reduce((bits, sdid) => bits | (1n << BigInt(sdid)), 0n);
    store.shared.set('active', store.activeBits & ~ended);
  }
  const pc = yield* port.csrr('mnepc');
  const status = yield* port.csrr('mnstatus');
  yield* port.csrs('mnstatus', NMIE);
  if (running !== 'tsm' || !decide.endsDomains()) {
    yield* returnTo(monitor, status & MNPP, (status & MNPV) !== 0n);
    return yield* monitor.leave(monitor.frame, pc);
  }
  yield* switchWorld(monitor, 0, 'return');
  hart.set('caller', 0n);
  const host = monitor.seat(0);
  host.set('x', ERRORS.failed, A0);
  host.set('x', 0n, A0 + 1);
  yield* returnTo(monitor, MPP_S, false);
  return yield* monitor.leave(host, host.get('mepc'));
}

/** mret goes where the interrupt came from. */
function* returnTo(monitor: Monitor, privilege: bigint, virtual: boolean): Op<void> {
  const { port } = monitor;
  yield* port.csrc('mstatus', MPP);
  yield* port.csrs('mstatus', privilege);
  if (!monitor.has('H')) return;
  const [csr, bit] = port.xlen === 64 ? ['mstatus', MPV] : ['mstatush', MPV >> 32n];
  if (virtual) yield* port.csrs(String(csr), BigInt(bit));
  else yield* port.csrc(String(csr), BigInt(bit));
}
