/** What a TSM decides around the run of a vCPU: small questions whose wrong answers are planted faults. */
import type { Profile } from '../../abi/check.ts';

/** What a guest did that its host hears of. */
export type ExitKind =
  /** An ECALL whose result is the host's. */
  | 'asks'
  /** An ECALL whose result stands already. */
  | 'tells'
  /** An ECALL that ends the vCPU. */
  | 'ends'
  /** A guest page fault where a page may be added. */
  | 'fault'
  | 'load'
  | 'store'
  | 'wait'
  | 'interrupt'
  /** A trap that nobody handles. */
  | 'unhandled';

/** a0 .. a7 */
const ARGUMENTS = [10, 11, 12, 13, 14, 15, 16, 17];
const A0 = [10];

const EXPOSED: Readonly<Record<ExitKind, readonly number[]>> = {
  asks: ARGUMENTS,
  tells: ARGUMENTS,
  ends: ARGUMENTS,
  fault: [],
  load: A0,
  store: A0,
  wait: [],
  interrupt: [],
  unhandled: [],
};

const PAGE_MASK = ~0xfffn;

/** Exceptions that Salus lets a guest handle itself: 0, 2, 3, 4, 6, 8, 12, 13, 15. */
const TO_GUEST = 0xb15dn;

export const runDecisions = {
  /** Registers of which the host gets a value (of a load or store: a0 alone, whatever register the guest named). */
  exposed(kind: ExitKind): readonly number[] {
    return EXPOSED[kind];
  },
  /** Where in the page a guest faulted is none of the host's business, unless it emulates a device there. */
  shownAddress(gpa: bigint, kind: ExitKind): bigint {
    return kind === 'fault' ? gpa & PAGE_MASK : gpa;
  },
  /** The part of a register that a store of `bytes` writes. */
  stored(value: bigint, bytes: number): bigint {
    return BigInt.asUintN(8 * bytes, value);
  },
  /** What a load of `bytes` makes of the host's value. */
  loaded(value: bigint, bytes: number, isSigned: boolean): bigint {
    return isSigned ? BigInt.asIntN(8 * bytes, value) : BigInt.asUintN(8 * bytes, value);
  },
  /** The value of a load that the guest got does not stay where the host's other guests could find it. */
  clearsLoaded(): boolean {
    return true;
  },
  /** Start address and argument of another vCPU are for the TVM alone. */
  hidesStart(): boolean {
    return true;
  },
  /** Float registers of a guest do not stay on the hart. */
  scrubsFloats(): boolean {
    return true;
  },
  /** A CSR of the host is put back at the exit of a guest: what the guest left does not stay. */
  restoresHost(_csr: string): boolean {
    return true;
  },
  /** A CSR of a guest is loaded at its entry: it never meets what another guest or the host left. */
  loadsGuest(_csr: string): boolean {
    return true;
  },
  /** A CSR that a guest can change is saved at its exit. */
  savesGuest(_csr: string): boolean {
    return true;
  },
  /** The host's memory for exits is written only where the host alone has it. */
  writesShared(isOfHost: boolean): boolean {
    return isOfHost;
  },
  /** A VMID still means this vCPU where it was given out, until all have been given out again. */
  keepsVmid(isSameHart: boolean, isSameGeneration: boolean): boolean {
    return isSameHart && isSameGeneration;
  },
  /** VMIDs begin anew: whatever the hart holds of earlier ones goes. */
  fencesGeneration(): boolean {
    return true;
  },
  /** Translations of an address space that has changed since this VMID was last fenced go. */
  fencesGuest(mustFence: boolean): boolean {
    return mustFence;
  },
  /** The host took the vCPU that it asked for back: its answer to a share counts. */
  isRejected(answer: bigint): boolean {
    return answer !== 0n;
  },
  /** A range changes hands when nothing of its former use is mapped there. */
  isBlocked(isEmpty: boolean): boolean {
    return !isEmpty;
  },
  /** Result of an ECALL that was told, not asked: the host has no say. */
  hearsHost(kind: ExitKind): boolean {
    return kind === 'asks';
  },
  /** A vCPU that ended never runs again. */
  stays(kind: ExitKind): boolean {
    return kind !== 'ends' && kind !== 'unhandled';
  },
  /** hedeleg: the specification leaves all to the TSM, which then hands on what Salus delegates. */
  delegated(profile: Profile): bigint {
    return profile === 'salus' ? TO_GUEST : 0n;
  },
  /** Exceptions of a guest that are for the guest itself to handle. */
  isForGuest(cause: bigint): boolean {
    return ((TO_GUEST >> cause) & 1n) !== 0n;
  },
};

export type RunDecisions = typeof runDecisions;
