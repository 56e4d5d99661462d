/** What an access needs to know of its hart, decoded when a CSR is written: one context per effective mode. */
import type { Domain } from '../isolate/domain.ts';
import type { Stage } from '../translate/stage.ts';

export const MODES = ['M', 'S', 'U', 'VS', 'VU'] as const;
/** An effective privilege mode; `S` is HS where the hypervisor extension exists. */
export type Mode = (typeof MODES)[number];

export interface Context {
  readonly mode: Mode;
  /** V=1: two-stage translation applies. */
  readonly virtual: boolean;
  /** U or VU. */
  readonly user: boolean;
  /** satp or vsatp; null: Bare. */
  first: Stage | null;
  /** hgatp; null: Bare or V=0. `first.below` is the same stage. */
  second: Stage | null;
  /** mmpt or mttp; null: M-mode, or Bare. */
  domain: Domain | null;
  /** sstatus.SUM or, with V=1, vsstatus.SUM. */
  sum: boolean;
  /** mstatus.MXR: makes X readable in every stage (V=1: the G-stage too). */
  mxr: boolean;
  /** vsstatus.MXR: makes X readable in the VS-stage only. */
  vsmxr: boolean;
  /** Data accesses are big-endian (MBE, SBE, UBE, VSBE, VUBE). */
  bigEndian: boolean;
  /** Page-table entries of the first stage are big-endian (SBE or VSBE). */
  tablesBigEndian: boolean;
  /** R=0 W=1 X=0 is a shadow-stack page in the first stage: menvcfg.SSE or, with V=1, henvcfg.SSE. */
  shadowStack: boolean;
}

/** Nothing in force for a mode. */
export function idle(mode: Mode): Context {
  return {
    mode,
    virtual: mode === 'VS' || mode === 'VU',
    user: mode === 'U' || mode === 'VU',
    first: null,
    second: null,
    domain: null,
    sum: false,
    mxr: false,
    vsmxr: false,
    bigEndian: false,
    tablesBigEndian: false,
    shadowStack: false,
  };
}

/** Before the first attempt. */
export const IDLE: Context = idle('M');
