/** The supervisor domain in force on a hart: mmpt or mttp, decoded. */
import type { MptGeometry } from './mpt-geometry.ts';
import type { MttGeometry } from './mtt-geometry.ts';

export interface Domain {
  readonly isolation: 'smmpt' | 'smmtt';
  readonly geometry: MptGeometry | MttGeometry;
  /** Page number of the root table. */
  readonly root: number;
  readonly sdid: number;
  /** The SDID as the entry cache has it, for level 0. */
  readonly tag: number;
  /** mstatus.MBE: table entries are big-endian. */
  readonly bigEndian: boolean;
}
