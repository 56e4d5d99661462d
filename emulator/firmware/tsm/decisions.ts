/** What a TSM decides: small questions whose wrong answers are planted faults. */
import type { Profile } from '../abi/check.ts';
import type { PageState } from '../layouts/page.ts';
import type { RegionKind } from '../layouts/region.ts';
import type { TvmState } from '../layouts/tvm.ts';

/** What goes where in a TVM's address space. */
const REGIONS_OF: Readonly<Record<'measured' | 'zero' | 'shared', readonly RegionKind[]>> = {
  measured: ['confidential'],
  zero: ['confidential', 'confidential removable'],
  shared: ['shared', 'shared removable'],
};

export const tsmDecisions = {
  /** A page that nobody reaches any more may be used when the epoch that it was marked in is over. */
  isFenced(marked: bigint, oldestHeld: bigint): boolean {
    return marked < oldestHeld;
  },
  /** A second fence must wait while somebody holds what the first one drops. */
  isFencing(previousReferences: bigint): boolean {
    return previousReferences > 0n;
  },
  /** Who entered with an older version drops what it holds. */
  mustFence(last: bigint, current: bigint): boolean {
    return last < current;
  },
  /** Whether pages are zeroed before they get a new use. */
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
  /** A TVM gets confidential pages that nobody has. */
  isGivable(state: PageState): boolean {
    return state === 'unassigned';
  },
  /** The host gets back what no TVM has. */
  isReclaimable(state: PageState): boolean {
    return state === 'unassigned' || state === 'host' || state === 'shared';
  },
  /** Functions belong to the time before finalize, or to the time after. */
  isIn(state: TvmState, wanted: TvmState): boolean {
    return state === wanted;
  },
  /** A TVM that a vCPU executes stays. */
  isIdle(running: bigint): boolean {
    return running === 0n;
  },
  /** A guest id that was given out is never given out again. */
  nextGuest(last: bigint): bigint {
    return last + 1n;
  },
  /** Kinds of regions in which pages of some content may lie. */
  mayLieIn(content: keyof typeof REGIONS_OF): readonly RegionKind[] {
    return REGIONS_OF[content];
  },
  /** Whether a leaf can be put where an entry of the G-stage is: nothing is replaced behind a TVM's back. */
  isVacant(entry: bigint): boolean {
    return entry === 0n;
  },
  /** The bytes that are hashed: those that the TVM will see, not those that the host can still write. */
  measured(_source: bigint, copy: bigint): bigint {
    return copy;
  },
  /** A page may be invalidated in one TVM whoever else maps it. */
  isBlockable(state: PageState, _uses: bigint): boolean {
    return state === 'data' || state === 'shared';
  },
  /** What a TVM is after finalize_tvm has refused: the host can correct its mistake. */
  afterRefusal(): TvmState {
    return 'initializing';
  },
  /** What leaves a TVM must have been asked for by it. */
  isRemovable(kind: RegionKind): boolean {
    return kind === 'confidential removable' || kind === 'shared removable';
  },
  /** What is removed was invalidated in an epoch that is over: versions are compared. */
  comparesVersions(): boolean {
    return true;
  },
  /** Where the text and Salus differ a TSM follows the profile that it was given: in its errors, */
  errorsLike(profile: Profile): Profile {
    return profile;
  },
  /** in what a runtime extension hashes, */
  extendsLike(profile: Profile): Profile {
    return profile;
  },
  /** and in whether a certificate bears the challenge. */
  certifiesLike(profile: Profile): Profile {
    return profile;
  },
  /** Rights of a TVM to a page of the host: bit 0 R, 1 W, 2 X. */
  sharedRights(): number {
    return 3;
  },
};

export type TsmDecisions = typeof tsmDecisions;
