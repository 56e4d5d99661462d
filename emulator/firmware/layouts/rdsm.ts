/** Memory of the RDSM: shared state, a record per domain, a record per hart, a context per hart and domain. */
import { struct } from './struct.ts';

/** One for all harts. */
export const RDSM_SHARED = struct({
  /** `RDSM_MAGIC` when hart 0 has laid everything out. */
  magic: 8,
  /** Counts the edits of protection tables that harts have to fence. */
  epoch: 8,
  /** Bit k: SDID k is an active domain. */
  active: 8,
  /** Address of the next unused page for tables. */
  tables: 8,
});

/** Unlikely in memory that nobody has written. */
export const RDSM_MAGIC = 0x5244_534d_0001_0001n;

/** One per SDID. */
export const RDSM_DOMAIN = struct({
  /** Position in `DOMAIN_KINDS`. */
  kind: 8,
  /** What mmpt (mttp) holds while it runs. */
  mmpt: 8,
  /** Image and data of its firmware; size 0: none. */
  base: 8,
  size: 8,
  /** 1: made by sd_create, which gave it `base` and `size`. */
  created: 8,
});

export const DOMAIN_KINDS = ['host', 'tsm', 'plain'] as const;

/** One per hart. */
export const RDSM_HART = struct({
  /** Edits of tables that this hart has fenced: a value of `epoch`. */
  epoch: 8,
  /** State of SBI HSM: 0 started, 1 stopped, 2 about to start. */
  hsm: 8,
  /** Where a stopped hart shall start, and its a1. */
  start: 8,
  opaque: 8,
  /** SDID + 1 of the domain that called the TSM which runs; 0: no call. */
  caller: 8,
  /** SDID + 1 of the TSM whose call was interrupted; 0: none. */
  interrupted: 8,
  /** a0 .. a7 of that call. */
  call: [8, 8],
  /** 1: a supervisor software interrupt has been sent to this hart and not yet been raised. */
  ipi: 8,
  /** Bit k: hart k waits for this hart to do what its request says. */
  mail: 8,
  /** How many have done what this hart's request says. */
  done: 8,
  /** This hart's request: position in `REQUESTS`. */
  request: 8,
  /** Its first address and length; length all ones: everything. */
  first: 8,
  length: 8,
  /** ASID or VMID; all ones: every one. */
  id: 8,
  /** SDID, and hgatp, of whoever asks. */
  sdid: 8,
  hgatp: 8,
});

/** What one hart asks others to do. */
export const REQUESTS = [
  'fence_i',
  'sfence_vma',
  'hfence_gvma',
  'hfence_vvma',
  'mfence_pa',
] as const;
export type RequestKind = (typeof REQUESTS)[number];

/** Registers of one domain on one hart, while another runs there (HSSA, TSSA), or a trap of it is served. */
export const RDSM_SEAT = struct({
  x: [8, 32],
  sstatus: 8,
  stvec: 8,
  sip: 8,
  sie: 8,
  scounteren: 8,
  sscratch: 8,
  satp: 8,
  senvcfg: 8,
  msdcfg: 8,
  /** Where it goes on. */
  mepc: 8,
  /** Its own deadline (Sstc). */
  stimecmp: 8,
  /** What stimecmp was set to when it was entered: another value was written by itself. */
  armed: 8,
});

const DOMAINS = 0x2000n;
const HARTS = 0x4000n;
const SEATS = 0x400n;
const SEAT_STRIDE = 0x200n;
const SDIDS = 64n;
const HART_STRIDE = SEATS + SDIDS * SEAT_STRIDE;

/** Where the records lie in the area of the RDSM; its first page is the handler's. */
export const RDSM_MAP = {
  shared: (base: bigint) => base + 0x1000n,
  domain: (base: bigint, sdid: number) => base + DOMAINS + BigInt(sdid * RDSM_DOMAIN.size),
  hart: (base: bigint, hart: number) => base + HARTS + BigInt(hart) * HART_STRIDE,
  seat: (base: bigint, hart: number, sdid: number) =>
    RDSM_MAP.hart(base, hart) + SEATS + BigInt(sdid) * SEAT_STRIDE,
  /** The SDID whose context lies at an address. */
  sdidOf: (base: bigint, hart: number, seat: bigint) =>
    Number((seat - RDSM_MAP.seat(base, hart, 0)) / SEAT_STRIDE),
  /** Bytes that so many harts need. */
  size: (harts: number) => HARTS + BigInt(harts) * HART_STRIDE,
};
