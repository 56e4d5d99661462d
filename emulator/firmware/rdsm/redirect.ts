/** A trap that came to M-mode and is not the RDSM's goes where hardware would have sent it, had it been delegated. */
import type { Op } from '../port.ts';
import type { Monitor } from './monitor.ts';

const SIE = 1n << 1n;
const SPIE = 1n << 5n;
const SPP = 1n << 8n;
const MPP = 3n << 11n;
const MPP_S = 1n << 11n;
const GVA = 1n << 38n;
const MPV = 1n << 39n;
const HSTATUS = { GVA: 1n << 6n, SPV: 1n << 7n, SPVP: 1n << 8n } as const;

const put = (value: bigint, bits: bigint, on: boolean) => (on ? value | bits : value & ~bits);

/** As a trap into a mode leaves its status: where it came from, and xIE. */
function stacked(status: bigint, fromSupervisor: boolean): bigint {
  const enabled = (status & SIE) !== 0n;
  return put(put(status & ~SIE, SPIE, enabled), SPP, fromSupervisor);
}

export function* redirect(monitor: Monitor, cause: number, pc: bigint): Op<never> {
  const { port, decide } = monitor;
  const hypervisor = monitor.has('H');
  const status = yield* readStatus(monitor);
  const fromSupervisor = (status & MPP) === MPP_S;
  const virtual = hypervisor && (status & MPV) !== 0n;
  const delegated = virtual && (((yield* port.csrr('hedeleg')) >> BigInt(cause)) & 1n) === 1n;
  const toGuest = decide.redirectsToGuest(virtual, delegated);

  const tval = yield* port.csrr('mtval');
  const prefix = toGuest ? 'vs' : 's';
  yield* port.csrw(`${prefix}epc`, pc);
  yield* port.csrw(`${prefix}cause`, BigInt(cause));
  yield* port.csrw(`${prefix}tval`, tval);
  if (toGuest) {
    const own = yield* port.csrr('vsstatus');
    yield* port.csrw('vsstatus', stacked(own, fromSupervisor));
  } else if (hypervisor) yield* reportToHypervisor(monitor, status, fromSupervisor, virtual);
  const next = toGuest ? status : stacked(status, fromSupervisor);
  yield* writeStatus(monitor, put((next & ~MPP) | MPP_S, MPV, toGuest));
  port.note({ what: 'step', text: `trap ${cause} redirected to ${toGuest ? 'VS' : 'S'}` });
  const vector = yield* port.csrr(`${prefix}tvec`);
  return yield* monitor.leave(monitor.frame, vector & ~3n);
}

/** hstatus, htval and htinst, which only HS has. */
function* reportToHypervisor(
  { port }: Monitor,
  status: bigint,
  fromSupervisor: boolean,
  virtual: boolean,
): Op<void> {
  let hstatus = put(yield* port.csrr('hstatus'), HSTATUS.SPV, virtual);
  if (virtual) hstatus = put(hstatus, HSTATUS.SPVP, fromSupervisor);
  yield* port.csrw('hstatus', put(hstatus, HSTATUS.GVA, (status & GVA) !== 0n));
  const [tval2, tinst] = [yield* port.csrr('mtval2'), yield* port.csrr('mtinst')];
  yield* port.csrw('htval', tval2);
  yield* port.csrw('htinst', tinst);
}

/** mstatus as 64 bits, MPV and GVA in the upper half. */
function* readStatus(monitor: Monitor): Op<bigint> {
  if (monitor.port.xlen === 32 && !monitor.has('H')) return yield* monitor.port.csrr('mstatus');
  return yield* monitor.readWide('mstatus');
}

function* writeStatus(monitor: Monitor, value: bigint): Op<void> {
  if (monitor.port.xlen === 32 && !monitor.has('H')) yield* monitor.port.csrw('mstatus', value);
  else yield* monitor.writeWide('mstatus', value);
}
