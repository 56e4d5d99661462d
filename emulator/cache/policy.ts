/** What a hart keeps of the entries that it has read: the policy, and what the revision allows it to keep. */
import type { CACHING } from '../platform.ts';
import type { CacheSizes, Platform } from '../platform.ts';

export type Keep =
  | { readonly kind: Exclude<(typeof CACHING)[number], 'sized'> }
  | { readonly kind: 'sized'; readonly sizes: CacheSizes };

/** The policy of a platform. */
export function keepOf(platform: Platform): Keep {
  if (platform.caching === 'sized') return { kind: 'sized', sizes: platform.cacheSizes };
  return { kind: platform.caching };
}

export const cacheDecisions = {
  /** Whether a protection-table entry may be kept until a fence. `keepsInvalid`: the revision, or the open point. */
  keepsProtection: (isValid: boolean, keepsInvalid: boolean): boolean => isValid || keepsInvalid,
  /** Whether a page-table entry may be kept: with Svvptc, one that is not valid may not. */
  keepsTranslation: (isValid: boolean, svvptc: boolean): boolean => isValid || !svvptc,
  /** What stands in the cache for an entry; a broken hart may lose bits here. */
  remembered: (lo: number): number => lo,
  rememberedHigh: (hi: number): number => hi,
  /** The SDID that an entry is tagged and looked up with. */
  sdidTag: (sdid: number): number => sdid,
  /** The VMID likewise. */
  vmidTag: (vmid: number): number => vmid,
  /** A global entry serves every ASID, */
  sharesGlobal: (): boolean => true,
  /** any other its own. */
  ignoresAsid: (): boolean => false,
  /** Whether an entry reached through `G` is kept for every ASID. */
  isGlobal: (seen: boolean): boolean => seen,
};
