/** What a TSM in M-mode keeps of a hart while a guest runs there, in the hart's page of the TSM. */
import { struct } from './struct.ts';

/** Entries that it writes for a guest at most. */
export const GUEST_PMP_ENTRIES = 16;

export const MACHINE_HART = struct({
  /** 1: the registers below are put aside, and the guest's are in force. */
  inGuest: 8,
  medeleg: 8,
  mideleg: 8,
  pmpcfg: [8, GUEST_PMP_ENTRIES / 4],
  pmpaddr: [8, GUEST_PMP_ENTRIES],
});

/** From the start of the hart's page. */
export const MACHINE_HART_OFFSET = 2048n;
