/** The hart that domains believe in: the virtual H extension, and what a domain keeps while another runs. */
import { struct } from './struct.ts';

/** CSRs that each of the two worlds of a hart (a domain's supervisor, its guest) has for itself, in writing order. */
export const VS_SET = [
  'vsstatus',
  'vstvec',
  'vsscratch',
  'vsepc',
  'vscause',
  'vstval',
  'vsatp',
  'vstimecmp',
] as const;

export type VsName = (typeof VS_SET)[number];

/** CSR rows that a root may emulate, at most; each has a mask that was found by probing. */
export const PROBED = 40;

/** One for each hart. The virtual CSRs belong to the hart, as the real ones do: domains share them. */
export const ROOT_HART = struct({
  /** 1 when the hart has gone through the root's boot. */
  booted: 8,
  /** Index of the domain whose software the hart executes. */
  domain: 8,
  /** Domains whose firmware has booted on this hart. */
  started: 8,
  /** The epoch of the domains' tables up to which the hart has fenced. */
  epoch: 8,
  /** Bit per domain: a software interrupt that another hart has sent to it on this hart. */
  ipis: 8,
  /** Pages of the shadow pool taken on this hart: the clock of its eviction. */
  clock: 8,
  /** MODE values of hgatp and vsatp that the hart accepts, one bit each. */
  guestModes: 8,
  supervisorModes: 8,
  /** 1: henvcfg has PBMTE. */
  memoryTypes: 8,
  /** By row of the emulated CSRs: bits that software can write, and what the others read. */
  writable: [8, PROBED],
  fixed: [8, PROBED],

  /** x0 .. x31 as they were trapped. */
  x: [8, 32],

  /** 1 while a guest of the domain runs: "V=1" as the domain sees it. */
  virt: 8,
  hstatus: 8,
  hedeleg: 8,
  hideleg: 8,
  hie: 8,
  hcounteren: 8,
  hgeie: 8,
  htval: 8,
  htinst: 8,
  hvip: 8,
  hgatp: 8,
  henvcfg: 8,
  htimedelta: 8,
  hstateen: [8, 4],
  /** VS CSRs of the guest, as the domain's supervisor reads and writes them while the guest does not run. */
  guest: [8, VS_SET.length],
  /** Those of the supervisor itself, and its interrupts at their VS positions, while its guest runs. */
  own: [8, VS_SET.length],
  ownHvip: 8,
  ownHie: 8,
});

/** One for each domain on each hart. */
export const ROOT_DOMAIN = struct({
  /** What a switch to another domain saves. */
  x: [8, 32],
  pc: 8,
  /** 1: it was in VS-mode, 0: in VU-mode. */
  supervisor: 8,
  switched: [8, 16],
  /** 1: it is inside a call of the host. */
  called: 8,

  /** Root of its guest's shadow table in the pool; 0: none. */
  shadow: 8,
  /** hgatp without its PPN: the MODE and VMID that the shadow table stands for. */
  shadowFor: 8,
  /** SBI NACL shared memory of the domain on this hart; all ones: none. */
  nacl: 8,
});

/** Shared by all harts. */
export const ROOT_GLOBAL = struct({
  /** Rises whenever an entry of a domain's table was cleared or narrowed. */
  epoch: 8,
  /** Bytes used of the pages for tables. */
  tables: 8,
});
