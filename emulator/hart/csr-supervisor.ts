/** Supervisor CSRs (of HS-mode where H is), and the fields of satp and vsatp. */
import { STAGE_GEOMETRIES } from '../translate/geometry.ts';
import type { StageGeometry } from '../translate/geometry.ts';
import type { Feature, Platform } from '../platform.ts';
import {
  causeMask,
  dirtyBit,
  epcMask,
  floatField,
  gatedEnvcfg,
  legaliseTvec,
  merge,
  MSTATUS,
  withSummary,
} from './csr-machine.ts';
import type { CsrRow, CsrState } from './csr-row.ts';
import { csr } from './csr-row.ts';
import { pending } from './interrupts.ts';

/** VS and XS are zero; SD and UXL are read-only. */
const { SIE, SPIE, UBE, SPP, SUM, MXR, UXL } = MSTATUS;
export const sstatusMask = (platform: Platform) =>
  SIE | SPIE | UBE | SPP | SUM | MXR | floatField(platform);

/** satp, vsatp and hgatp at both XLENs: lowest bit and width of MODE, of ASID or VMID, and width of PPN. */
export const ATP = {
  64: { mode: 60n, id: 44n, idBits: { asid: 16, vmid: 14 }, ppnBits: 44 },
  32: { mode: 31n, id: 22n, idBits: { asid: 9, vmid: 7 }, ppnBits: 22 },
} as const;

export interface AtpFields {
  readonly mode: number;
  /** ASID of satp and vsatp, VMID of hgatp. */
  readonly id: number;
  /** Page number of the root table. */
  readonly root: number;
}

/** The fields of satp, vsatp (`asid`) or hgatp (`vmid`) from the two words of the value. */
export function atpFields(
  low: number,
  high: number,
  xlen: 32 | 64,
  id: 'asid' | 'vmid',
): AtpFields {
  if (xlen === 32) {
    const ids = id === 'asid' ? 0x1ff : 0x7f;
    return { mode: low >>> 31, id: (low >>> 22) & ids, root: low & 0x3f_ffff };
  }
  const ids = id === 'asid' ? 0xffff : 0x3fff;
  return {
    mode: high >>> 28,
    id: (high >>> 12) & ids,
    root: (high & 0xfff) * 2 ** 32 + (low >>> 0),
  };
}

const ROWS = Object.values(STAGE_GEOMETRIES).map((geometry: StageGeometry) => ({
  geometry,
  x4: geometry.name.endsWith('x4'),
  feature: `S${geometry.name.slice(1, 4)}` as Feature,
}));

/** The geometry of a MODE of satp and vsatp, or (`x4`) of hgatp; null: Bare, reserved or not implemented. */
export function stageGeometry(mode: number, x4: boolean, platform: Platform): StageGeometry | null {
  for (const row of ROWS) {
    if (row.geometry.mode !== mode || row.x4 !== x4) continue;
    if (row.geometry.xlen !== platform.xlen) continue;
    if (platform.features.has(row.feature)) return row.geometry;
  }
  return null;
}

/** The MODE field of a value to be written. */
export function atpMode(value: bigint, xlen: 32 | 64): number {
  return Number(BigInt.asUintN(xlen, value) >> ATP[xlen].mode);
}

/** A write with an unsupported MODE has no effect at all; ASID keeps its implemented bits. */
export function legaliseSatp({ platform, decide }: CsrState, old: bigint, wanted: bigint): bigint {
  const row = ATP[platform.xlen];
  const mode = atpMode(wanted, platform.xlen);
  const supported = mode === 0 || stageGeometry(mode, false, platform) !== null;
  if (!supported && decide.ignoresWholeSatp()) return old;
  const fields = supported ? wanted : (wanted & ~(15n << row.mode)) | (old & (15n << row.mode));
  const width = BigInt(row.idBits.asid);
  const unimplemented = ((1n << width) - 1n) & ~((1n << BigInt(platform.asidlen)) - 1n);
  return fields & ~(unimplemented << row.id);
}

/** Supervisor interrupts that mideleg hands down. */
const delegated = (state: CsrState) =>
  state.decide.seesDelegated(state.raw('mideleg') & 0x222n, 0x222n);

export const SUPERVISOR_CSRS: readonly CsrRow[] = [
  csr('sstatus', 0x100, {
    virtual: 'vsstatus',
    affectsAccess: true,
    read: (state) => {
      const { platform } = state;
      return state.raw('mstatus') & (sstatusMask(platform) | UXL | dirtyBit(platform));
    },
    write: (state, value) => {
      merge(state, 'mstatus', sstatusMask(state.platform), value);
      state.setRaw('mstatus', withSummary(state, state.raw('mstatus')));
    },
  }),
  csr('sie', 0x104, {
    virtual: 'vsie',
    read: (state) => state.raw('mie') & delegated(state),
    write: (state, value) => merge(state, 'mie', delegated(state), value),
  }),
  csr('stvec', 0x105, { virtual: 'vstvec', legalise: legaliseTvec }),
  // It has SSE of the fields that menvcfg gates, and neither ADUE nor PBMTE.
  csr('senvcfg', 0x10a, gatedEnvcfg('senvcfg', 0xffn, 1n << 3n)),
  csr('sscratch', 0x140, { virtual: 'vsscratch' }),
  csr('sepc', 0x141, { virtual: 'vsepc', mask: epcMask }),
  csr('scause', 0x142, { virtual: 'vscause', mask: causeMask }),
  csr('stval', 0x143, { virtual: 'vstval' }),
  csr('sip', 0x144, {
    virtual: 'vsip',
    read: (state) => BigInt(pending(state)) & delegated(state),
    write: (state, value) => merge(state, 'mip', delegated(state) & 2n, value),
  }),
  csr('satp', 0x180, { virtual: 'vsatp', affectsAccess: true, legalise: legaliseSatp }),
];
