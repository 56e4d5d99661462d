/** A fence epoch: which translations somebody may still hold. */
import { struct } from './struct.ts';

/**
 * One of the host's harts, and one in each TVM for its vCPUs. References to a version are the harts that entered the
 * address space while it was current and have not left since.
 */
export const EPOCH = struct({
  /** Pages marked now carry it; the first is 1. */
  current: 8,
  currentReferences: 8,
  /** The version before, while somebody still holds it; 0: no fence is in progress. */
  previous: 8,
  previousReferences: 8,
});
