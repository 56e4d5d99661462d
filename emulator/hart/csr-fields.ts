/** What memory accesses depend on, read out of the CSRs at once, as numbers and booleans. */
import type { Mode } from '../access/context.ts';
import { REVISIONS } from '../revision.ts';
import { HSTATUS, effectiveHenvcfg } from './csr-hypervisor.ts';
import type { DomainFields } from './csr-isolation.ts';
import { domainFields } from './csr-isolation.ts';
import { MSTATUS } from './csr-machine.ts';
import type { CsrState } from './csr-row.ts';
import type { AtpFields } from './csr-supervisor.ts';
import { atpFields } from './csr-supervisor.ts';

const SSE = 1n << 3n;
const ADUE = 1n << 61n;
const PBMTE = 1n << 62n;

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
  /** mmpt or mttp; null where supervisor domains are not implemented. */
  readonly domain: DomainFields | null;
}

const PREVIOUS: readonly (readonly [Mode, Mode])[] = [
  ['U', 'VU'],
  ['S', 'VS'],
  ['S', 'VS'],
  ['M', 'M'],
];

export function accessFields(state: CsrState): AccessFields {
  const { platform } = state;
  const { xlen, features } = platform;
  const mstatus = state.raw('mstatus');
  const hstatus = state.raw('hstatus');
  const vsstatus = state.raw('vsstatus');
  const menvcfg = state.raw('menvcfg');
  const henvcfg = effectiveHenvcfg(state);
  const is = (value: bigint, bit: bigint) => (value & bit) !== 0n;
  const level = (status: bigint, envcfg: bigint): LevelFields => ({
    sum: is(status, MSTATUS.SUM),
    mxr: is(status, MSTATUS.MXR),
    adue: is(envcfg, ADUE),
    pbmte: is(envcfg, PBMTE),
    sse: is(envcfg, SSE),
  });
  const mpp = Number((mstatus & MSTATUS.MPP) >> 11n);
  return {
    mprv: is(mstatus, MSTATUS.MPRV),
    previous: PREVIOUS[mpp][is(mstatus, MSTATUS.MPV) ? 1 : 0],
    mbe: is(mstatus, MSTATUS.MBE),
    sbe: is(mstatus, MSTATUS.SBE),
    ube: is(mstatus, MSTATUS.UBE),
    vsbe: is(hstatus, HSTATUS.VSBE),
    vube: is(vsstatus, MSTATUS.UBE),
    spvp: is(hstatus, HSTATUS.SPVP),
    host: level(mstatus, menvcfg),
    guest: level(vsstatus, henvcfg),
    satp: atpFields(state.raw('satp'), xlen, 'asid'),
    vsatp: atpFields(state.raw('vsatp'), xlen, 'asid'),
    hgatp: atpFields(state.raw('hgatp'), xlen, 'vmid'),
    domain: features.has('Smsd')
      ? domainFields(state.raw(REVISIONS[platform.revision].csr), platform)
      : null,
  };
}

/** Whether HLV, HLVX and HSV may execute in a mode: null, or cause 2 or 22. */
export function deniesHypervisorAccess(state: CsrState, mode: Mode): 2 | 22 | null {
  if (!state.platform.features.has('H')) return 2;
  if (mode === 'VS' || mode === 'VU') return 22;
  const hu = (state.raw('hstatus') & HSTATUS.HU) !== 0n;
  return mode === 'U' && !state.decide.userMayUseHypervisorAccess(hu) ? 2 : null;
}

/** What fences act on: the current SDID (0 where translations carry none), VMID, and the trap bits. */
export interface FenceFields {
  readonly sdid: number;
  readonly vmid: number;
  readonly tvm: boolean;
  readonly vtvm: boolean;
}

export function fenceFields(state: CsrState): FenceFields {
  const { platform } = state;
  const { csr, sdidTagsTranslations } = REVISIONS[platform.revision];
  const tagged = sdidTagsTranslations && platform.features.has('Smsd');
  return {
    sdid: tagged ? domainFields(state.raw(csr), platform).sdid : 0,
    vmid: atpFields(state.raw('hgatp'), platform.xlen, 'vmid').id,
    tvm: (state.raw('mstatus') & MSTATUS.TVM) !== 0n,
    vtvm: (state.raw('hstatus') & HSTATUS.VTVM) !== 0n,
  };
}
