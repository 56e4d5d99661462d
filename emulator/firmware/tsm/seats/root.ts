/** A TSM that is the root itself: the host runs behind a G-stage of it, in VS, and calls it directly. */
import { HART_CONTEXT } from '../../layouts/hart-context.ts';
import { recordAt } from '../../layouts/record.ts';
import { HART_CONTEXT_OFFSET, tsmMap } from '../../layouts/tsm.ts';
import type { Port } from '../../port.ts';
import type { Monitor } from '../../rdsm/monitor.ts';
import { firstFreeVmid, rootOf } from '../../root/context.ts';
import { catchUp } from '../../root/handle.ts';
import type { RootDecisions } from '../../root/decisions.ts';
import type { Seat } from '../seat.ts';
import { hostCsr, USER_CSRS } from '../vcpu/switched.ts';

const HOST = 0;
const HOST_VMID = 1n;
const PAGE = 4096n;
const ONES = (1n << 64n) - 1n;
/** R and W of a tuple XWR. */
const READ_WRITE = 3;
const RWX = 7;
/** sstatus.SPP: the host's supervisor made the call. */
const SPP = 1n << 8n;
/** sie: software interrupts, by which other harts reach the root. */
const SSIE = 1n << 1n;
const [A0, A1] = [10, 11];

/** `monitorOn`: the host's records on the hart of a port. */
export function rootSeat(monitorOn: (port: Port) => Monitor, decide: RootDecisions): Seat {
  return {
    firstVmid: (port) => firstFreeVmid(monitorOn(port).spec),
    hostCsrs: USER_CSRS,
    canConvert: true,
    hostHolds(port, page) {
      const monitor = monitorOn(port);
      const rights = monitor.ground.rightsOf(monitor, HOST)(page) ?? 0;
      return (rights & READ_WRITE) === READ_WRITE;
    },
    *isHostCall() {
      throw new Error('the root tells calls from traps');
    },
    *putAside() {
      // Its registers are those of VS, which the run of a guest switches anyway.
    },
    // The host reads its own scause and stval, which are those of VS, and the virtual htval and htinst.
    *report(port, { cause, tval, htval, htinst }) {
      yield* port.csrw('vscause', cause);
      if (tval !== null) yield* port.csrw('vstval', tval);
      const { hart } = rootOf(monitorOn(port), decide);
      hart.set('htval', htval);
      hart.set('htinst', htinst);
    },
    *returnToHost(port, error, value) {
      const monitor = monitorOn(port);
      monitor.frame.set('x', BigInt.asUintN(port.xlen, error), A0);
      monitor.frame.set('x', BigInt.asUintN(port.xlen, value), A1);
      yield* catchUp(rootOf(monitor, decide));
      yield* port.csrs('sstatus', SPP);
      yield* port.csrw('sie', SSIE);
      if (monitor.has('Sstc')) yield* monitor.writeWide('stimecmp', ONES);
      return yield* monitor.leave(monitor.frame, yield* port.csrr('sepc'));
    },
    *enterGuest(port) {
      const monitor = monitorOn(port);
      // The host's deadline ends the run of its guest.
      if (monitor.has('Sstc')) yield* monitor.writeWide('stimecmp', hostDeadline(monitor));
      return yield* port.sret();
    },
    *bootDone() {
      throw new Error('the root boots its TSM by itself');
    },
    *setOwner(port, base, pages, owner) {
      const monitor = monitorOn(port);
      const { ground } = monitor;
      const rightsOf = ground.rightsOf(monitor, HOST);
      for (let k = 0n; k < pages; k++) {
        const rights = rightsOf(base + k * PAGE) ?? 0;
        const isGivers = owner === 'tsm' ? monitor.decide.isHosts(rights) : rights === 0;
        if (!isGivers) return false;
      }
      if (owner === 'host') {
        return yield* ground.edit(monitor, base, pages, [{ sdid: HOST, xwr: RWX }]);
      }
      const grants = holders(monitor, base, pages).map((sdid) => ({ sdid, xwr: 0 }));
      return yield* ground.edit(monitor, base, pages, grants);
    },
    *fenceHost(port) {
      yield* port.fence('hfence_gvma', null, HOST_VMID);
    },
    *fenceGuest(port, vmid) {
      yield* port.fence('hfence_gvma', null, vmid);
    },
  };
}

/** The host, and every other domain that has some of the pages: nobody keeps what becomes confidential. */
function holders(monitor: Monitor, base: bigint, pages: bigint): readonly number[] {
  const others = monitor.spec.domains.filter(({ sdid, kind }) => kind === 'plain' && sdid !== HOST);
  const holding = others.filter(({ sdid }) => {
    const rightsOf = monitor.ground.rightsOf(monitor, sdid);
    for (let k = 0n; k < pages; k++) if ((rightsOf(base + k * PAGE) ?? 0) !== 0) return true;
    return false;
  });
  return [HOST, ...holding.map(({ sdid }) => sdid)];
}

/** vstimecmp of the host, put aside while its guest runs. */
function hostDeadline({ port, spec }: Monitor): bigint {
  const area = spec.domains.find(({ kind }) => kind === 'tsm')?.memory;
  if (area === null || area === undefined) throw new Error('the platform has no TSM');
  const at = tsmMap(spec, area).hart(port.hart) + HART_CONTEXT_OFFSET;
  return recordAt(port.own, HART_CONTEXT, at).get('csrs', hostCsr('vstimecmp'));
}
