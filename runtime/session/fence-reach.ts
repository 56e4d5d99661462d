/** Why a fence leaves a cached entry alone: its hart, its kind, its operands, or the instruction that must follow it. */
import type { CachedEntry, FenceName, Mode } from '../../emulator/index.ts';
import { FENCES } from '../../emulator/index.ts';
import { hex } from '../explain/text-width.ts';

/** A fence instruction that was executed, with the tags in force on its hart; operands cut to implemented bits. */
export interface ExecutedFence {
  readonly fence: FenceName;
  readonly mode: Mode;
  readonly hart: number;
  /** Source line. */
  readonly line: number;
  /** An address in bytes; null: all. */
  readonly address: bigint | null;
  /** SDID, ASID or VMID; null: all. */
  readonly id: number | null;
  readonly sdid: number;
  readonly vmid: number;
}

/** The larger the rank, the nearer the fence came to dropping the entry. */
export interface Reach {
  readonly rank: number;
  /** Behind `the fence of line 19`; null: it covers the entry. */
  readonly why: string | null;
}

/** Instructions that act when SFENCE.INVAL.IR completes them. */
const QUEUED = /^(minval|sinval|hinval)_/;

/** What one fence has to do with an entry of a hart; `completed`: nothing of it is still queued. */
export function reachOf(
  fence: ExecutedFence,
  entry: CachedEntry,
  hart: number,
  completed: boolean,
): Reach {
  if (fence.hart !== hart) return { rank: 0, why: `ran on hart ${fence.hart}` };
  const { mnemonic, rs2 } = FENCES[fence.fence];
  if (!stagesOf(fence).includes(entry.stage)) {
    return { rank: 1, why: `(${mnemonic}) leaves ${entry.stage} entries alone` };
  }
  const tag = tagDifference(fence, entry);
  if (tag !== null) return { rank: 2, why: tag };
  if (rs2 === 'asid' && fence.id !== null && entry.asid === null) {
    return { rank: 3, why: 'was for one ASID, which leaves global entries' };
  }
  const { address } = fence;
  if (address !== null && !entry.isLeaf && entry.stage !== 'mtt') {
    return { rank: 3, why: 'was for one address, which leaves pointers' };
  }
  if (address !== null && !coversPage(entry, address)) {
    return { rank: 3, why: `was for ${hex(address)}` };
  }
  if (QUEUED.test(fence.fence) && !completed) {
    return { rank: 4, why: `(${mnemonic}) was not completed by sfence.w.inval, sfence.inval.ir` };
  }
  return { rank: 5, why: null };
}

/**
 * What one fence has to do with the PMP verdicts that a hart keeps: SFENCE.VMA and HFENCE.GVMA end them if both operands
 * are x0.
 */
export function reachOfVerdicts(fence: ExecutedFence, hart: number): Reach {
  if (fence.hart !== hart) return { rank: 0, why: `ran on hart ${fence.hart}` };
  const { mnemonic } = FENCES[fence.fence];
  const ends =
    fence.fence === 'hfence_gvma' || (fence.fence === 'sfence_vma' && fence.mode !== 'VS');
  if (!ends) return { rank: 1, why: `(${mnemonic}) leaves PMP verdicts alone` };
  if (fence.address !== null || fence.id !== null) {
    return { rank: 2, why: 'was for less than everything, which leaves PMP verdicts' };
  }
  return { rank: 3, why: null };
}

function stagesOf({ fence, mode }: ExecutedFence): readonly string[] {
  const row = FENCES[fence];
  if (row.rs1 === 'pa') return ['mpt', 'mtt'];
  if (row.rs1 === 'gpa') return ['g'];
  if (row.rs1 === null) return [];
  return fence.startsWith('h') || mode === 'VS' ? ['vs'] : ['s'];
}

/** The first tag that keeps fence and entry apart; a global entry has no ASID to differ in. */
function tagDifference(fence: ExecutedFence, entry: CachedEntry): string | null {
  const { rs1, rs2 } = FENCES[fence.fence];
  const { id } = fence;
  if (rs1 === 'pa') return id !== null && id !== entry.sdid ? `was for SDID ${id}` : null;
  if (fence.sdid !== entry.sdid) return `ran under SDID ${fence.sdid}`;
  if (entry.stage === 'vs' && fence.vmid !== entry.vmid) return `ran under VMID ${fence.vmid}`;
  if (id === null) return null;
  if (rs2 === 'vmid') return id !== entry.vmid ? `was for VMID ${id}` : null;
  return entry.asid !== null && id !== entry.asid ? `was for ASID ${id}` : null;
}

/** Fences work on pages; an entry of the MTT era for a part of a gibibyte goes with the whole of it. */
function coversPage(entry: CachedEntry, address: bigint): boolean {
  const unit = entry.stage === 'mtt' && entry.level >= 2 ? 1n << 30n : 4096n;
  const page = address - (address % unit);
  return page + unit > entry.base && page < entry.base + entry.size;
}
