/** What fences drop and who may execute them, decision by decision; a fault replaces one. */
import type { Mode } from '../access/context.ts';
import { operandDecisions } from '../hart/fence-operands.ts';
import { within } from '../memory/page.ts';
import type { EntryView } from './entry-view.ts';

const GIBIBYTE = 2 ** 18;

/** Whether an entry lies, wholly or partly, in the gibibyte of a page. */
function sharesGibibyte(entry: EntryView, page: number): boolean {
  const first = page - within(page, GIBIBYTE);
  return entry.page < first + GIBIBYTE && entry.page + entry.span > first;
}

export const fenceDecisions = {
  ...operandDecisions,
  /** MFENCE.PA and MINVAL.PA are for M-mode. */
  mayFenceProtection: (mode: Mode): boolean => mode === 'M',
  /** mstatus.TVM stops HS at SFENCE.VMA, SINVAL.VMA, HFENCE.GVMA and HINVAL.GVMA. */
  trapsSupervisor: (tvm: boolean) => tvm,
  /** hstatus.VTVM stops VS at SFENCE.VMA and SINVAL.VMA. */
  trapsGuest: (vtvm: boolean) => vtvm,
  /** MFENCE.PA, MINVAL.PA: SDID of an entry against that of the operand; the current SDID plays no part. */
  matchesSdid: (entry: number, operand: number, _current: number) => entry === operand,
  /** An address selects leaf entries that cover it; pointers need rs1 = x0. */
  selectsMpt: (entry: EntryView, page: number) => entry.isLeaf && entry.covers(page),
  /** MTT era: every entry for the address; one of a gibibyte stands for all 32 that make it up. */
  selectsMtt: (entry: EntryView, page: number) =>
    entry.level >= 2 ? sharesGibibyte(entry, page) : entry.covers(page),
  /** Translation fences act on the current SDID. */
  matchesCurrentSdid: (entry: number, current: number) => entry === current,
  matchesVmid: (entry: number, vmid: number) => entry === vmid,
  /** An ASID operand leaves global entries alone. */
  matchesAsid: (entry: EntryView, asid: number) => !entry.global && entry.asid === asid,
  /** An address operand orders reads of leaf entries only. */
  selectsTranslation: (entry: EntryView, page: number) => entry.isLeaf && entry.covers(page),
  /** Whether MFENCE.PA, and the translation fences, drop anything. */
  fencesProtection: () => true,
  fencesTranslation: () => true,
  /** FENCE.I makes stores to code visible to fetches. */
  fencesCode: () => true,
  /** SINVAL, HINVAL and MINVAL act at SFENCE.INVAL.IR, and only behind an SFENCE.W.INVAL. */
  invalidatesAtOnce: () => false,
  needsWriteInvalidate: () => true,
  /** SFENCE.INVAL.IR completes every queued one. */
  completesInvalidation: (_index: number, _queued: number) => true,
  /** SFENCE.VMA and HFENCE.GVMA with both operands x0 also end PMP verdicts kept with translations. */
  synchronisesPmp: () => true,
};

export type FenceDecisions = typeof fenceDecisions;
