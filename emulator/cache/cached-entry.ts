/** A kept table entry as data, for readers: what it says, for whom it was read, and which input it serves. */
import type { StageName } from '../translate/stage.ts';

export interface CachedEntry {
  readonly stage: StageName;
  readonly level: number;
  readonly isLeaf: boolean;
  /** Physical address it was read from, bytes. */
  readonly at: bigint;
  /** The raw entry as it was read. */
  readonly entry: bigint;
  /** The input addresses it serves (VA, GPA or PA), bytes. */
  readonly base: bigint;
  readonly size: bigint;
  readonly sdid: number;
  readonly vmid: number;
  /** Null: it serves every ASID. */
  readonly asid: number | null;
}
