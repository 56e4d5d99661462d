/** A TSM beside the host: both in HS, in supervisor domains of their own, with the RDSM in M between them. */
import { functionWord } from '../../abi/abi.ts';
import { RDSM } from '../../abi/rdsm.ts';
import { SUCCESS } from '../../abi/errors.ts';
import type { Op, Port } from '../../port.ts';
import type { Seat } from '../seat.ts';

/** scause of a TEECALL: a code that the privileged architecture leaves to custom use. */
export const TEECALL = 24n;

/** The rights of a TSM to confidential memory: its TVMs run under the same isolation table. */
const RWX = 7n;

export function peerSeat(sdid: number): Seat {
  return {
    // VMIDs of other domains are told apart by their SDID; 0 is that of nobody's guest.
    firstVmid: () => 1n,
    hostCsrs: [],
    canConvert: true,
    // The isolation table gives the TSM no more than the host has.
    hostHolds: () => true,
    *isHostCall(port) {
      return (yield* port.csrr('scause')) === TEECALL;
    },
    *returnToHost(port, error, value) {
      return yield* leave(port, 'teeret', [error, value]);
    },
    // The RDSM switches none of these: they are the host's as the TSM leaves them.
    *putAside() {
      // The RDSM has, when it switched to this domain.
    },
    *report(port, { cause, tval, htval, htinst }) {
      yield* port.csrw('scause', cause);
      if (tval !== null) yield* port.csrw('stval', tval);
      yield* port.csrw('htval', htval);
      yield* port.csrw('htinst', htinst);
    },
    *enterGuest(port) {
      return yield* port.sret();
    },
    *bootDone(port) {
      return yield* leave(port, 'boot_done', []);
    },
    *setOwner(port, base, pages, owner) {
      const extent = [BigInt(sdid), base, pages];
      if (owner === 'tsm') yield* privateCall(port, 'sd_assign_mem', [...extent, RWX]);
      else yield* privateCall(port, 'sd_revoke_mem', extent);
      return port.x(10) === SUCCESS;
    },
    // The RDSM has passed MFENCE.PA on the way here; the TSM adds what its own domain may hold.
    *fenceHost(port) {
      yield* port.fence('hfence_gvma', null, null);
    },
    *fenceGuest(port, vmid) {
      yield* port.fence('hfence_gvma', null, vmid);
    },
  };
}

type PrivateCall = keyof typeof RDSM.functions;

function* privateCall(port: Port, name: PrivateCall, values: readonly bigint[]): Op<void> {
  values.forEach((value, k) => {
    port.setX(10 + k, BigInt.asUintN(port.xlen, value));
  });
  port.setX(16, functionWord(RDSM.functions[name].fid ?? 0, 0));
  port.setX(17, RDSM.eid);
  yield* port.ecall();
}

function* leave(port: Port, name: PrivateCall, values: readonly bigint[]): Op<never> {
  yield* privateCall(port, name, values);
  throw new Error('the RDSM came back from a call that leaves the TSM');
}
