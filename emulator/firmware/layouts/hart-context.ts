/** What a TSM keeps on each hart: the vCPU that runs there, the state of the host that waits for it, VMIDs. */
import { struct } from './struct.ts';

export const HART_CONTEXT = struct({
  /** Address of the VHCS whose guest this hart executes; 0: none. */
  vcpu: 8,
  /** Physical address of the host's NACL shared memory, `NO_SHMEM`: not registered. */
  nacl: 8,
  /** VMID to be given out next, and how often they have all been given out. */
  nextVmid: 8,
  vmidGeneration: 8,
  /** One word for each entry of `HOST_CSRS`, in that order. */
  csrs: [8, 32],
  f: [8, 32],
  fcsr: 8,
});

/** No address is all ones: shared memory is aligned. */
export const NO_SHMEM = 0xffff_ffff_ffff_ffffn;
