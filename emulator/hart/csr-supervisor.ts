/** Supervisor CSRs (of HS-mode where H is), and the fields of satp and vsatp. */
import { STAGE_GEOMETRIES } from '../translate/geometry.ts';
import type { StageGeometry } from '../translate/geometry.ts';
import type { Platform } from '../platform.ts';
import {
  causeMask,
  envcfgMask,
  openEnvcfg,
  EPC_MASK,
  legaliseEnvcfg,
  legaliseTvec,
  MSTATUS,
} from './csr-machine.ts';
import type { CsrRow, CsrState } from './csr-row.ts';
import { csr } from './csr-row.ts';

/** SD, VS, FS, XS are zero; UXL is read-only. */
const { SIE, SPIE, UBE, SPP, SUM, MXR, UXL } = MSTATUS;
export const SSTATUS_WRITABLE = SIE | SPIE | UBE | SPP | SUM | MXR;

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

/** The fields of a value of satp, vsatp (`id`: asid) or hgatp (`id`: vmid). */
export function atpFields(value: bigint, xlen: 32 | 64, id: 'asid' | 'vmid'): AtpFields {
  const row = ATP[xlen];
  return {
    mode: Number(BigInt.asUintN(xlen, value) >> row.mode),
    id: Number((value >> row.id) & ((1n << BigInt(row.idBits[id])) - 1n)),
    root: Number(value & ((1n << BigInt(row.ppnBits)) - 1n)),
  };
}

const ROWS: readonly StageGeometry[] = Object.values(STAGE_GEOMETRIES);

/** The geometry of a MODE of satp and vsatp, or (`x4`) of hgatp; null: Bare, reserved or not implemented. */
export function stageGeometry(mode: number, x4: boolean, platform: Platform): StageGeometry | null {
  const found = ROWS.find(
    (row) =>
      row.mode === mode &&
      row.xlen === platform.xlen &&
      row.name.endsWith('x4') === x4 &&
      platform.features.has(`S${row.name.slice(1, 4)}` as 'Sv39'),
  );
  return found ?? null;
}

/** A write with an unsupported MODE has no effect at all; ASID keeps its implemented bits. */
export function legaliseSatp({ platform, decide }: CsrState, old: bigint, wanted: bigint): bigint {
  const row = ATP[platform.xlen];
  const { mode } = atpFields(wanted, platform.xlen, 'asid');
  const supported = mode === 0 || stageGeometry(mode, false, platform) !== null;
  if (!supported && decide.ignoresWholeSatp()) return old;
  const fields = supported ? wanted : (wanted & ~(15n << row.mode)) | (old & (15n << row.mode));
  const width = BigInt(row.idBits.asid);
  const unimplemented = ((1n << width) - 1n) & ~((1n << BigInt(platform.asidlen)) - 1n);
  return fields & ~(unimplemented << row.id);
}

/** Supervisor interrupts that mideleg hands down. */
const delegated = (state: CsrState) => state.raw('mideleg') & 0x222n;

/** Writes only the bits of `mask` of another register. */
function merge(state: CsrState, name: string, mask: bigint, value: bigint): void {
  state.setRaw(name, (state.raw(name) & ~mask) | (value & mask));
}

export const SUPERVISOR_CSRS: readonly CsrRow[] = [
  csr('sstatus', 0x100, {
    virtual: 'vsstatus',
    affectsAccess: true,
    read: (state) => state.raw('mstatus') & (SSTATUS_WRITABLE | UXL),
    write: (state, value) => merge(state, 'mstatus', SSTATUS_WRITABLE, value),
  }),
  csr('sie', 0x104, {
    virtual: 'vsie',
    read: (state) => state.raw('mie') & delegated(state),
    write: (state, value) => merge(state, 'mie', delegated(state), value),
  }),
  csr('stvec', 0x105, { virtual: 'vstvec', legalise: legaliseTvec }),
  csr('senvcfg', 0x10a, {
    mask: (platform) => envcfgMask(platform) & 0xffn,
    initial: openEnvcfg,
    legalise: legaliseEnvcfg,
  }),
  csr('sscratch', 0x140, { virtual: 'vsscratch' }),
  csr('sepc', 0x141, { virtual: 'vsepc', mask: EPC_MASK }),
  csr('scause', 0x142, { virtual: 'vscause', mask: causeMask }),
  csr('stval', 0x143, { virtual: 'vstval' }),
  csr('sip', 0x144, {
    virtual: 'vsip',
    read: (state) => state.raw('mip') & delegated(state),
    write: (state, value) => merge(state, 'mip', delegated(state) & 2n, value),
  }),
  csr('satp', 0x180, { virtual: 'vsatp', affectsAccess: true, legalise: legaliseSatp }),
];
