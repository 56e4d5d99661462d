/** VHCS: what a TSM keeps of one vCPU of a TVM, in the pages that the host donated for it. */
import { struct } from './struct.ts';

/** Pages of 4 KiB that the host donates for one vCPU. */
export const VCPU_STATE_PAGES = 1n;

/** External interrupts that a vCPU can allow: identities 1 to 2047, the most that an IMSIC has. */
export const INTERRUPT_IDS = 2048n;

export const VHCS = struct({
  /** Address of the state pages of its TVM. */
  tvm: 8,
  id: 8,
  /** `VCPU_STATE`. */
  state: 8,
  /** What its next run has to do before the guest goes on: `PENDING`. */
  pending: 8,
  /** Of a share or unshare: first address and bytes. Of an MMIO load: its register and instruction as htinst shows it. */
  pendingArguments: [8, 2],

  /** mhartid + 1 of the hart it ran on last, 0: none; VMID there, and the generation of VMIDs that it is of. */
  hart: 8,
  vmid: 8,
  vmidGeneration: 8,
  /** Epoch of the TVM's address space that this VMID has been fenced to. */
  fencedTo: 8,
  /** Epoch that it was entered with: its reference is given back at the exit. */
  entered: 8,

  /** Where it goes on, and in VS (1) or VU (0). */
  pc: 8,
  supervisor: 8,
  x: [8, 32],
  /** 64 raw bits each. */
  f: [8, 32],
  fcsr: 8,
  /** One word for each entry of `GUEST_CSRS`, in that order. */
  csrs: [8, 32],
  /** External interrupts that it lets the host inject: bit `id`. */
  allowed: [8, 32],
});

/**
 * `none`: no such vCPU; `off`: it was never started, or has stopped itself; `dead`: it has ended in a trap that nobody
 * handles, or has reset the machine.
 */
export const VCPU_STATE = { none: 0n, off: 1n, runnable: 2n, running: 3n, dead: 4n } as const;

/** `result`: the host's a0 and a1 are the guest's; `load`: the host's a0 is what an MMIO load gets. */
export const PENDING = { none: 0n, result: 1n, share: 2n, unshare: 3n, load: 4n } as const;
