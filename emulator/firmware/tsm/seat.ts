/** Where a TSM sits: what a deployment model supplies to the one source of all TSMs. */
import type { Op, Port } from '../port.ts';
import type { SwitchedCsr } from './vcpu/switched.ts';

export type Owner = 'host' | 'tsm';

/** What the trap CSRs of the host hold when a guest's run has ended. */
export interface Report {
  readonly cause: bigint;
  /** Null: the host's own stays. */
  readonly tval: bigint | null;
  readonly htval: bigint;
  readonly htinst: bigint;
}

export interface Seat {
  /**
   * The first VMID that guests may have on this hart, with all above it: those below are of others. Null: there are too
   * few; everybody has VMID 0, and whoever enters or leaves a guest drops what the hart holds.
   */
  firstVmid(port: Port): bigint | null;
  /** CSRs of the host beside `HOST_CSRS` that nobody puts back who stands between it and the TSM. */
  readonly hostCsrs: readonly SwitchedCsr[];
  /** Whether memory can change sides; else it was divided at boot. */
  readonly canConvert: boolean;
  /** Whether the host itself could read and write a page now, where nothing stops the TSM from it; else a load shows it. */
  hostHolds(port: Port, page: bigint): boolean;
  /** Whether the trap that led here is a call of the host; else a vCPU was interrupted. Reads CSRs, writes nothing. */
  isHostCall(port: Port): Op<boolean>;
  /** Puts aside what a guest's run takes from the host, where nobody else has done so on the way here. */
  putAside(port: Port): Op<void>;
  /** Puts an exit into the trap CSRs that the host reads; nothing of the guest's own trap is left in them. */
  report(port: Port, exit: Report): Op<void>;
  /** To the host, with a0 and a1 of its call. Never comes back. */
  returnToHost(port: Port, error: bigint, value: bigint): Op<never>;
  /** Into the guest whose registers and CSRs the hart holds. Never comes back. */
  enterGuest(port: Port): Op<never>;
  /** The end of boot on this hart. Never comes back. */
  bootDone(port: Port): Op<never>;

  /**
   * Takes pages away from the host and gives them to the TSM's domain, or back. All of the range or nothing.
   * @returns whether the pages were the giver's to give
   */
  setOwner(port: Port, base: bigint, pages: bigint, owner: Owner): Op<boolean>;
  /** Drops what this hart may still hold of the host's translations. */
  fenceHost(port: Port): Op<void>;
  /** Drops what this hart may still hold of one guest's translations; null: of every guest. */
  fenceGuest(port: Port, vmid: bigint | null): Op<void>;
}
