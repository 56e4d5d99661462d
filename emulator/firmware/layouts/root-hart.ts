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
  /** Pages of the shadow pool taken on this hart: the clock of its eviction. */
  clock: 8,
  /** MODE values of hgatp and vsatp that the hart accepts, one bit each. */
  guestModes: 8,
  supervisorModes: 8,
  /** 1: henvcfg has PBMTE, ADUE. */
  memoryTypes: 8,
  updates: 8,
  /** By row of the emulated CSRs: bits that software can write, and what the others read. */
  writable: [8, PROBED],
  fixed: [8, PROBED],

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
  hstateen0: 8,
  /** VS CSRs of the guest, as the domain's supervisor reads and writes them while the guest does not run. */
  guest: [8, VS_SET.length],
  /** Those of the supervisor itself, and its interrupts at their VS positions, while its guest runs. */
  own: [8, VS_SET.length],
  ownHvip: 8,
  ownHie: 8,
});

/** One for each domain on each hart; its registers lie in the context that the RDSM's code keeps (`RDSM_SEAT`). */
export const ROOT_DOMAIN = struct({
  /** Root of its guest's shadow table in the pool; 0: none. */
  shadow: 8,
  /** hgatp without its PPN: the MODE and VMID that the shadow table stands for. */
  shadowFor: 8,
  /** SBI NACL shared memory of the domain on this hart; all ones: none. */
  nacl: 8,
});
