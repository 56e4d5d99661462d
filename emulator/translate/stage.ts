/** One translation stage in force; stages compose: VS.below = G, G.below = null, and an IOMMU or a third stage likewise. */
import type { StageGeometry } from './geometry.ts';

export type StageName = 's' | 'vs' | 'g' | 'mpt' | 'mtt';

/** What an entry cached on behalf of this stage is tagged with. */
export interface Tags {
  readonly sdid: number;
  readonly vmid: number;
  readonly asid: number;
}

export interface Stage {
  readonly name: 's' | 'vs' | 'g';
  readonly geometry: StageGeometry;
  /** Page number of the root table, in the address space that `below` translates. */
  readonly root: number;
  readonly below: Stage | null;
  /** What its output goes through: the stage of a host above that of a guest hypervisor. */
  readonly after?: Stage;
  readonly tags: Tags;
  /** SDID and VMID as the entry cache has them, for level 0. */
  readonly tag: number;
  /** The G-stage: its input are guest physical addresses. */
  readonly isGuest: boolean;
  /** ADUE: hardware sets A and D; otherwise a clear bit is a page fault. */
  readonly updatesAccessed: boolean;
  /** PBMTE of the stage. */
  readonly pbmt: boolean;
  readonly bigEndian: boolean;
}
