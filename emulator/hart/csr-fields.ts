/** What memory accesses depend on, read out of the CSRs at once, as numbers and booleans. */
import type { Mode } from '../access/context.ts';
import { REVISIONS } from '../revision.ts';
import type { Platform } from '../platform.ts';
import { cellOf } from './csr-cells.ts';
import type { DomainFields } from './csr-isolation.ts';
import { domainFields } from './csr-isolation.ts';
import type { CsrState } from './csr-row.ts';
import type { AtpFields } from './csr-supervisor.ts';
import { atpFields } from './csr-supervisor.ts';

const CELL = {
  mstatus: cellOf('mstatus'),
  hstatus: cellOf('hstatus'),
  vsstatus: cellOf('vsstatus'),
  menvcfg: cellOf('menvcfg'),
  henvcfg: cellOf('henvcfg'),
  satp: cellOf('satp'),
  vsatp: cellOf('vsatp'),
  hgatp: cellOf('hgatp'),
  mmpt: cellOf('mmpt'),
  mttp: cellOf('mttp'),
  mnstatus: cellOf('mnstatus'),
  hnest: cellOf('hnest'),
  hgatp2: cellOf('hgatp2'),
} as const;

// Bits of mstatus, vsstatus and hstatus; those of mstatus from 32 on count from there.
const UBE = 1 << 6;
const MPRV = 1 << 17;
const SUM = 1 << 18;
const MXR = 1 << 19;
const TVM = 1 << 20;
const NMIE = 1 << 3;
const HIGH_SBE = 1 << 4;
const HIGH_MBE = 1 << 5;
const HIGH_MPV = 1 << 7;
const VSBE = 1 << 5;
const SPVP = 1 << 8;
const HU = 1 << 9;
const VTVM = 1 << 20;
// Bits of menvcfg and henvcfg.
const SSE = 1 << 3;
const HIGH_ADUE = 1 << 29;
const HIGH_PBMTE = 1 << 30;

/** Of one level of status and environment: the machine's or HS's own, or the guest's. */
export interface LevelFields {
  readonly sum: boolean;
  readonly mxr: boolean;
  readonly adue: boolean;
  readonly pbmte: boolean;
  /** Shadow stacks are on: W without R and X is a shadow-stack page. */
  readonly sse: boolean;
}

export interface AccessFields {
  readonly mprv: boolean;
  /** The mode that MPP and MPV name. */
  readonly previous: Mode;
  readonly mbe: boolean;
  readonly sbe: boolean;
  readonly ube: boolean;
  readonly vsbe: boolean;
  readonly vube: boolean;
  readonly spvp: boolean;
  readonly host: LevelFields;
  readonly guest: LevelFields;
  readonly satp: AtpFields;
  readonly vsatp: AtpFields;
  readonly hgatp: AtpFields;
  /** hgatp2 while the guest of a guest hypervisor runs behind it; null: there is no such stage. */
  readonly hgatp2: AtpFields | null;
  /** mmpt or mttp; null where supervisor domains are not implemented. */
  readonly domain: DomainFields | null;
}

// Bits of hnest: the guest of a guest hypervisor runs, behind a stage of its own.
const V2 = 1 << 1;
const WALK3 = 1 << 11;
const hasThirdStage = (hnest: number) => (hnest & V2) !== 0 && (hnest & WALK3) !== 0;

const PREVIOUS: readonly (readonly [Mode, Mode])[] = [
  ['U', 'VU'],
  ['S', 'VS'],
  ['S', 'VS'],
  ['M', 'M'],
];

export function accessFields({ platform, words, decide }: CsrState): AccessFields {
  const { xlen } = platform;
  const low = (cell: number) => words[2 * cell];
  const high = (cell: number) => words[2 * cell + 1];
  const level = (status: number, envcfg: number, gate: number): LevelFields => ({
    sum: (low(status) & SUM) !== 0,
    mxr: (low(status) & MXR) !== 0,
    adue: (high(envcfg) & high(gate) & HIGH_ADUE) !== 0,
    pbmte: (high(envcfg) & high(gate) & HIGH_PBMTE) !== 0,
    sse: (low(envcfg) & low(gate) & SSE) !== 0,
  });
  const atp = (cell: number, id: 'asid' | 'vmid') => atpFields(low(cell), high(cell), xlen, id);
  const gate = decide.gatesByMenvcfg() ? CELL.menvcfg : CELL.henvcfg;
  const mstatus = low(CELL.mstatus);
  const mstatush = high(CELL.mstatus);
  const hstatus = low(CELL.hstatus);
  const mpv = (mstatush & HIGH_MPV) !== 0;
  return {
    // While a non-maskable interrupt is served, MPRV has no effect.
    mprv:
      (mstatus & MPRV) !== 0 &&
      (!platform.features.has('Smrnmi') || (low(CELL.mnstatus) & NMIE) !== 0),
    previous: PREVIOUS[(mstatus >>> 11) & 3][mpv ? 1 : 0],
    mbe: (mstatush & HIGH_MBE) !== 0,
    sbe: (mstatush & HIGH_SBE) !== 0,
    ube: (mstatus & UBE) !== 0,
    vsbe: (hstatus & VSBE) !== 0,
    vube: (low(CELL.vsstatus) & UBE) !== 0,
    spvp: (hstatus & SPVP) !== 0,
    host: level(CELL.mstatus, CELL.menvcfg, CELL.menvcfg),
    guest: level(CELL.vsstatus, CELL.henvcfg, gate),
    satp: atp(CELL.satp, 'asid'),
    vsatp: atp(CELL.vsatp, 'asid'),
    hgatp: atp(CELL.hgatp, 'vmid'),
    hgatp2: hasThirdStage(low(CELL.hnest)) ? atp(CELL.hgatp2, 'vmid') : null,
    domain: currentDomain(platform, words),
  };
}

/** The fields of mmpt or mttp; null where supervisor domains are not implemented. */
function currentDomain(platform: Platform, words: Uint32Array): DomainFields | null {
  if (!platform.features.has('Smsd')) return null;
  const cell = CELL[REVISIONS[platform.revision].csr];
  return domainFields(words[2 * cell], words[2 * cell + 1], platform);
}

/** Whether HLV, HLVX and HSV may execute in a mode: null, or cause 2 or 22. */
export function deniesHypervisorAccess(state: CsrState, mode: Mode): 2 | 22 | null {
  if (!state.platform.features.has('H')) return 2;
  if (mode === 'VS' || mode === 'VU') return state.decide.guestCause();
  const hu = (state.words[2 * CELL.hstatus] & HU) !== 0;
  return mode === 'U' && !state.decide.userMayUseHypervisorAccess(hu) ? 2 : null;
}

/** What fences act on: the current SDID (0 where translations carry none), VMID, and the trap bits. */
export interface FenceFields {
  readonly sdid: number;
  readonly vmid: number;
  readonly tvm: boolean;
  readonly vtvm: boolean;
}

export function fenceFields({ platform, words }: CsrState): FenceFields {
  const { sdidTagsTranslations } = REVISIONS[platform.revision];
  const domain = sdidTagsTranslations ? currentDomain(platform, words) : null;
  const cell = hasThirdStage(words[2 * CELL.hnest]) ? CELL.hgatp2 : CELL.hgatp;
  const hgatp = atpFields(words[2 * cell], words[2 * cell + 1], platform.xlen, 'vmid');
  return {
    sdid: domain === null ? 0 : domain.sdid,
    vmid: hgatp.id,
    tvm: (words[2 * CELL.mstatus] & TVM) !== 0,
    vtvm: (words[2 * CELL.hstatus] & VTVM) !== 0,
  };
}
