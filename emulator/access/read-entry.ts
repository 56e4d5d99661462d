/** Decisions on the walkers' own accesses: as what they are checked, and how their bytes are read. */
import type { StageName } from '../translate/stage.ts';
import type { Reason } from '../rules/reasons.ts';
import { R } from '../rules/fired.ts';

export const tableDecisions = {
  /** Whether the protection table decides page-table accesses too. */
  isolatesPageTables: (): boolean => true,
  /** What a page-table read needs, whatever it is done for. `original`: what that needs. */
  readNeeds: (implicit: number, _original: number): number => implicit,
  /** What setting A or D needs. */
  writeNeeds: (implicit: number): number => implicit,
  /** Entries of the protection table are read as M-mode. */
  protectionIsMachine: (): boolean => true,
  /** mstatus.MBE decides the byte order of the protection table, */
  protectionBigEndian: (mbe: boolean, _sbe: boolean): boolean => mbe,
  /** and SBE or VSBE that of page tables. */
  pageTableBigEndian: (sbe: boolean): boolean => sbe,
  /** Whether PMP decides page-table accesses. */
  asksPmp: (): boolean => true,
  /** Whether tables may lie in main memory only. */
  asksPma: (): boolean => true,
  /** Whether an uncorrectable entry is noticed. */
  seesPoison: (): boolean => true,
  /** Whether setting A or D asks PMP and the protection table again, for a write. */
  checksUpdate: (): boolean => true,
  /** Whether the read of an entry of the protection table is counted; how many reads one of the G-stage counts as. */
  countsProtection: (): boolean => true,
  guestReads: (): number => 1,
};

type FirstStage = Extract<StageName, 's' | 'vs' | 'g'>;

/** By isolation and stage: the reason of a denied page-table access. */
export const IMPLICIT: Record<'smmpt' | 'smmtt', Record<FirstStage, Reason>> = {
  smmpt: { s: 'mpt.implicit_s', vs: 'mpt.implicit_vs', g: 'mpt.implicit_g' },
  smmtt: { s: 'mtt.implicit_s', vs: 'mtt.implicit_vs', g: 'mtt.implicit_g' },
};

/** By isolation: the reasons of an entry of the table itself that cannot be read. */
export const UNREADABLE = {
  smmpt: { pmp: 'mpt.table_pmp', pma: 'mpt.table_pma', poison: 'mpt.table_poison' },
  smmtt: { pmp: 'mtt.table_pmp', pma: 'mtt.table_pma', poison: 'mtt.table_poison' },
} as const satisfies Record<string, Record<string, Reason>>;

/** Rules on page-table reads by stage, and on writes of A and D. */
export function readRule(stage: FirstStage): number {
  if (stage === 'g') return R.SMMPT_PTW_13;
  return stage === 'vs' ? R.SMMPT_PTW_12 : R.SMMPT_PTW_01;
}
export const UPDATE_RULE: Record<FirstStage, number> = {
  s: R.SMMPT_PTW_07,
  vs: R.SMMPT_PTW_14,
  g: R.SMMPT_PTW_15,
};

/** The table itself could not be read: that is no verdict on the page-table access. */
export function isUnreadable(why: Reason): boolean {
  switch (why) {
    case 'mpt.table_pmp':
    case 'mpt.table_pma':
    case 'mpt.table_poison':
    case 'mtt.table_pmp':
    case 'mtt.table_pma':
    case 'mtt.table_poison':
      return true;
    default:
      return false;
  }
}
