/** A range of a TVM's guest physical addresses, and what may lie there. */
import { struct } from './struct.ts';

/** Regions that one TVM can have. */
export const MAX_REGIONS = 128;

export const REGION_RECORD = struct({
  /** Guest physical address, a multiple of 4 KiB. */
  base: 8,
  /** Bytes, a multiple of 4 KiB. */
  size: 8,
  /** Position in `REGION_KINDS`. */
  kind: 8,
});

export const REGION_KINDS = [
  'confidential',
  'shared',
  'mmio',
  'imsic',
  'pci',
  /** Asked to be shared: what is mapped there may be removed. */
  'confidential removable',
  /** Asked to be confidential: what is mapped there may be removed. */
  'shared removable',
] as const;

export type RegionKind = (typeof REGION_KINDS)[number];
