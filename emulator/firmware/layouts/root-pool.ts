/** What a nesting root knows of one page of its shadow pool. */
import { struct } from './struct.ts';

export const POOL_PAGE = struct({
  /** Host pages that its leaves map: the first, and the one behind the last. Empty: 0, 0. */
  low: 8,
  high: 8,
  /** Address of the entry that points to it; 0: a root. */
  parent: 8,
  /** When it was taken. */
  taken: 8,
  /** 1 + the index of the domain whose guest's table it belongs to; 0: free. */
  owner: 4,
  /** Level of its entries. */
  level: 2,
  /** 1: one of the four pages of a root. */
  isRoot: 2,
  /** Leaves and pointers in it. */
  entries: 4,
});
