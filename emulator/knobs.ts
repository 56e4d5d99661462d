/** What the specifications leave open, as data: values, default, the rule, and what it settles. */

export interface Knob {
  readonly values: readonly string[];
  readonly default: string;
  /** A rule id of the catalogue, or null where no rule speaks of it. */
  readonly rule: string | null;
  readonly says: string;
}

export const KNOBS = {
  reserved_tuple: {
    values: ['entry', 'tuple'],
    default: 'entry',
    rule: 'SMMPT-RSV-12',
    says: 'whether a reserved XWR tuple denies the whole entry or only its own page',
  },
  hlvx_needs_x: {
    values: ['no', 'yes'],
    default: 'no',
    rule: 'SMMPT-ACC-12',
    says: 'whether HLVX needs X besides R in the protection table',
  },
  failing_sc: {
    values: ['no_fault', 'fault'],
    default: 'no_fault',
    rule: 'SMMPT-ACC-18',
    says: 'whether an SC that fails anyway is checked for permission',
  },
  cbo_needs: {
    values: ['r_or_w', 'r', 'w'],
    default: 'r_or_w',
    rule: 'SMMPT-ACC-26',
    says: 'what CBO.CLEAN, CBO.FLUSH and CBO.INVAL need in the protection table',
  },
  straddle_store: {
    values: ['whole', 'first_part'],
    default: 'whole',
    rule: 'SMMPT-SPLIT-04',
    says: 'whether a store that is denied in its second part writes the first',
  },
  v_visible_after: {
    values: ['at_once', 'fence'],
    default: 'at_once',
    rule: 'SMMPT-CACHE-02',
    says: 'whether an entry made valid may go on faulting until a fence',
  },
  bare_mmpt_ppn: {
    values: ['keep', 'zero'],
    default: 'keep',
    rule: 'SMSD-CSR-14',
    says: 'what a non-zero PPN reads as while MODE is Bare',
  },
  illegal_mode: {
    values: ['keep', 'bare'],
    default: 'keep',
    rule: 'SMSD-CSR-08',
    says: 'what an unsupported MODE written to mmpt reads back as',
  },
  mtt_too_wide: {
    values: ['fault', 'ignored'],
    default: 'fault',
    rule: 'SMMPT-WIDTH-08',
    says: 'whether an address beyond the mode of the table is denied, or its upper bits count for nothing (v0.1 only)',
  },
  napot_levels: {
    values: ['all', 'level_0'],
    default: 'all',
    rule: 'SMMPT-NAPOT-05',
    says: 'at which levels of the protection table N=1 is a legal leaf',
  },
  reservation_set: {
    values: ['b64', 'b128', 'b16', 'exact', 'page'],
    default: 'b64',
    rule: null,
    says: 'the aligned block around an LR in which stores of other harts break its reservation: bytes, a page, or what the LR read',
  },
  fence_encoding: {
    values: ['custom', 'unassigned'],
    default: 'custom',
    rule: 'SMSD-FENCE-23',
    says: 'how MFENCE.PA and MINVAL.PA are encoded: in the custom space, or by no word at all',
  },
} as const satisfies Record<string, Knob>;

export type KnobName = keyof typeof KNOBS;
export type Knobs = { readonly [K in KnobName]: (typeof KNOBS)[K]['values'][number] };

export const DEFAULT_KNOBS: Knobs = Object.fromEntries(
  Object.entries(KNOBS).map(([name, knob]) => [name, knob.default]),
) as Knobs;
