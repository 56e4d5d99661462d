/** A TSM in M-mode, with the RDSM as its driver: the host below in HS, guests in VS, PMP between them. */
import { MACHINE_HART, MACHINE_HART_OFFSET } from '../../layouts/machine-hart.ts';
import { RDSM_MAP } from '../../layouts/rdsm.ts';
import { type BoundTo, recordAt } from '../../layouts/record.ts';
import type { Op, Port } from '../../port.ts';
import type { Monitor } from '../../rdsm/monitor.ts';
import { loadWorld, saveWorld } from '../../rdsm/worlds.ts';
import type { Seat } from '../seat.ts';
import { loadGuestPmp, restorePmp } from './guest-pmp.ts';

const HOST = 0;
const [A0, A1] = [10, 11];
const PAGE = 4096n;
/** sstatus.SPP; mstatus.MPP as S, and MPV. */
const SPP = 1n << 8n;
const MPP = 3n << 11n;
const MPP_S = 1n << 11n;
const MPV = 1n << 39n;
const MPVH = 1n << 7n;
/** hstatus.SPVP: what HLV and HSV act as. */
const SPVP = 1n << 8n;
/** Interrupts of the host: while a guest runs they are the TSM's. */
const SUPERVISOR = (1n << 1n) | (1n << 5n) | (1n << 9n);

/** `monitorOn`: the host's records on the hart of a port; `hartAt`: the hart's page; `sdid`: of the TSM's domain. */
export function machineSeat(
  monitorOn: (port: Port) => Monitor,
  hartAt: (hart: number) => bigint,
  sdid: number,
): Seat {
  const asideOf = (port: Port): BoundTo<typeof MACHINE_HART> =>
    recordAt(port.own, MACHINE_HART, hartAt(port.hart) + MACHINE_HART_OFFSET);
  return {
    // VMIDs are the host's: it has HS to itself.
    firstVmid: () => null,
    hostCsrs: [],
    canConvert: false,
    hostHolds(port, page) {
      const { split } = monitorOn(port).spec;
      return (
        split?.host.some(({ base, size }) => page >= base && page + PAGE <= base + size) === true
      );
    },
    *isHostCall() {
      throw new Error('the RDSM tells calls from traps');
    },
    *putAside(port) {
      yield* saveWorld(monitorOn(port));
    },
    *report(port, { cause, tval, htval, htinst }) {
      yield* port.csrw('scause', cause);
      if (tval !== null) yield* port.csrw('stval', tval);
      yield* port.csrw('htval', htval);
      yield* port.csrw('htinst', htinst);
    },
    *returnToHost(port, error, value) {
      const monitor = monitorOn(port);
      const aside = asideOf(port);
      if (aside.get('inGuest') === 1n) {
        yield* restorePmp(monitor, aside);
        yield* port.csrw('medeleg', aside.get('medeleg'));
        yield* port.csrw('mideleg', aside.get('mideleg'));
        yield* loadWorld(monitor, HOST, 'return');
        yield* port.csrw('mscratch', seatOf(monitor, HOST));
        yield* setPrevious(port, MPP_S, false);
        aside.set('inGuest', 0n);
      }
      monitor.frame.set('x', BigInt.asUintN(port.xlen, error), A0);
      monitor.frame.set('x', BigInt.asUintN(port.xlen, value), A1);
      return yield* monitor.leave(monitor.frame, monitor.frame.get('mepc'));
    },
    *enterGuest(port) {
      const monitor = monitorOn(port);
      const aside = asideOf(port);
      if (aside.get('inGuest') === 0n) {
        yield* loadGuestPmp(monitor, aside);
        aside.set('medeleg', yield* port.csrr('medeleg'));
        aside.set('mideleg', yield* port.csrr('mideleg'));
        // What the guest handles itself passes M and HS; everything else stays here.
        yield* port.csrw('medeleg', yield* port.csrr('hedeleg'));
        yield* port.csrc('mideleg', SUPERVISOR);
        yield* port.csrw('mscratch', seatOf(monitor, sdid));
        aside.set('inGuest', 1n);
      }
      const isSupervisor = ((yield* port.csrr('sstatus')) & SPP) !== 0n;
      yield* setPrevious(port, isSupervisor ? MPP_S : 0n, true);
      yield* port.csrw('mepc', yield* port.csrr('sepc'));
      return yield* port.mret();
    },
    *bootDone() {
      throw new Error('the RDSM boots its TSM by itself');
    },
    *setOwner() {
      return false;
    },
    *fenceHost() {
      // Nothing was taken from the host since boot.
    },
    *fenceGuest(port, vmid) {
      yield* port.fence('hfence_gvma', null, vmid);
    },
  };
}

/** The trap of a guest, in the CSRs in which HS would have found it. */
export function* asTakenInHs(port: Port): Op<void> {
  yield* port.csrw('scause', yield* port.csrr('mcause'));
  yield* port.csrw('sepc', yield* port.csrr('mepc'));
  yield* port.csrw('stval', yield* port.csrr('mtval'));
  yield* port.csrw('htval', yield* port.csrr('mtval2'));
  yield* port.csrw('htinst', yield* port.csrr('mtinst'));
  const isSupervisor = ((yield* port.csrr('mstatus')) & MPP) !== 0n;
  if (isSupervisor) {
    yield* port.csrs('sstatus', SPP);
    yield* port.csrs('hstatus', SPVP);
  } else {
    yield* port.csrc('sstatus', SPP);
    yield* port.csrc('hstatus', SPVP);
  }
}

function seatOf({ port, ground, spec }: Monitor, sdid: number): bigint {
  return RDSM_MAP.seat(ground.area({ spec }), port.hart, sdid);
}

/** Where mret goes. */
function* setPrevious(port: Port, mpp: bigint, isVirtual: boolean): Op<void> {
  const status = (yield* port.csrr('mstatus')) & ~MPP;
  if (port.xlen === 64) {
    yield* port.csrw('mstatus', (status & ~MPV) | mpp | (isVirtual ? MPV : 0n));
    return;
  }
  yield* port.csrw('mstatus', status | mpp);
  if (isVirtual) yield* port.csrs('mstatush', MPVH);
  else yield* port.csrc('mstatush', MPVH);
}
