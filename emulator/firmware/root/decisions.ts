/** What the root decides, one pure function each: a planted fault replaces one. */

import type { HostPage } from './domain-table.ts';

/** Bits of hstatus. */
export const HSTATUS = {
  VSBE: 1n << 5n,
  GVA: 1n << 6n,
  SPV: 1n << 7n,
  SPVP: 1n << 8n,
  HU: 1n << 9n,
  VTVM: 1n << 20n,
  VTW: 1n << 21n,
  VTSR: 1n << 22n,
} as const;

/** VS-level interrupts, at their positions in hvip, hie and hideleg. */
export const VS_INTERRUPTS = 0x444n;

const { VSBE, VTVM, VTW, VTSR, SPV } = HSTATUS;

export const rootDecisions = {
  // What runs with which rights.
  /** Exceptions that the domain's supervisor takes itself: none while its next SRET enters the guest, for a trap clears SPV. */
  delegatesToDomain: (all: bigint, entersGuest: boolean): bigint => (entersGuest ? 0n : all),
  /** Exceptions that the guest takes itself: what the root hands down and the domain hands on. */
  delegatesToGuest: (all: bigint, hedeleg: bigint): bigint => all & hedeleg,
  /** hstatus while the domain's supervisor runs: its SRET is trapped where it would enter the guest. */
  statusOfDomain: (hstatus: bigint): bigint => ((hstatus & SPV) !== 0n ? VTSR : 0n),
  /** hstatus while its guest runs: what the domain asked for. */
  statusOfGuest: (hstatus: bigint): bigint => hstatus & (VSBE | VTVM | VTW | VTSR),
  /** Of an exception that came to the root while a guest ran: whether the guest takes it. */
  guestTakes: (hedeleg: bigint, cause: number): boolean => ((hedeleg >> BigInt(cause)) & 1n) === 1n,

  // Isolation faults.
  /** What a domain sees of memory that is not its own: the access fault of the same kind. */
  accessFault: (guestFault: number): number =>
    guestFault === 20 ? 1 : guestFault === 21 ? 5 : guestFault === 23 ? 7 : guestFault,

  // Shadow tables.
  /** A new MODE or VMID drops the shadow table, a new root does not: the domain owes an HFENCE. */
  dropsShadow: (before: bigint, after: bigint): boolean => before >> 44n !== after >> 44n,
  /** Whether what is cached of the first stage of one guest goes before another runs under its VMID. */
  fencesNewGuest: (): boolean => true,
  /** Where a page that a domain maps for its guest lies, by the domain's own table; null: nowhere. */
  hostPage: (found: HostPage | null, _page: bigint): HostPage | null => found,
  /** Level of a shadow leaf. */
  level: (guest: number, domain: number): number => Math.min(guest, domain),
  /** R, W, X (bits 0 to 2) of a shadow leaf. */
  rights: (guest: number, domain: number): number => guest & domain,
  /** A leaf that is not dirty yet is shadowed without W, so that the first store comes back. */
  writable: (dirty: boolean): boolean => dirty,
  /** Whether an HFENCE.GVMA of the domain concerns the shadow table that it has. */
  fencesVmid: (operand: bigint | null, vmid: bigint): boolean =>
    operand === null || operand === vmid,
  /** Whether pages that are given away leave every shadow table. */
  flushesHostPages: (): boolean => true,
  /** Whether a hart that passes the root fences for what others changed. */
  isBehind: (fenced: bigint, epoch: bigint): boolean => fenced !== epoch,
};

export type RootDecisions = typeof rootDecisions;
