/** What a TSM decides: small questions whose wrong answers are planted faults. */
import type { PageState } from '../layouts/page.ts';

export const tsmDecisions = {
  /** A confidential page may be used when the epoch that it was marked in is over. */
  isFenced(marked: bigint, oldestHeld: bigint): boolean {
    return marked < oldestHeld;
  },
  /** A second fence must wait while somebody holds what the first one drops. */
  isFencing(previousReferences: bigint): boolean {
    return previousReferences > 0n;
  },
  /** A hart that entered with an older version drops what it holds. */
  mustFence(last: bigint, current: bigint): boolean {
    return last < current;
  },
  /** Whether a page is zeroed before it gets a new use. */
  mustScrub(_use: 'zero' | 'table' | 'state' | 'reclaim'): boolean {
    return true;
  },
  /** What the host names as its own memory: the isolation table of the TSM does not stop the TSM. */
  isOfHost(state: PageState): boolean {
    return state === 'host' || state === 'shared';
  },
  /** Memory that becomes confidential must be the host's alone. */
  isConvertible(state: PageState): boolean {
    return state === 'host';
  },
  /** What leaves a TVM must have been asked for by it. */
  isRemovable(kind: string): boolean {
    return kind === 'confidential removable' || kind === 'shared removable';
  },
};

export type TsmDecisions = typeof tsmDecisions;
