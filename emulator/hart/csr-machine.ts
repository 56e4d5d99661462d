/** Machine-level CSRs: identity, status, delegation, traps, configuration. */
import { ENVCFG, stateGate } from './csr-state-enable.ts';
import { pending, STCE } from './interrupts.ts';
import { isaOf } from '../isa/machine-isa.ts';
import type { Platform } from '../platform.ts';
import type { CsrRow, CsrState, hasFeature } from './csr-row.ts';
import { csr, keepUnless, wide, withHypervisor } from './csr-row.ts';

/** Bits and fields of mstatus (64-bit view; the upper half is mstatush at XLEN 32). */
export const MSTATUS = {
  SIE: 1n << 1n,
  MIE: 1n << 3n,
  SPIE: 1n << 5n,
  UBE: 1n << 6n,
  MPIE: 1n << 7n,
  SPP: 1n << 8n,
  MPP: 3n << 11n,
  FS: 3n << 13n,
  MPRV: 1n << 17n,
  SUM: 1n << 18n,
  MXR: 1n << 19n,
  TVM: 1n << 20n,
  TW: 1n << 21n,
  TSR: 1n << 22n,
  UXL: 3n << 32n,
  SXL: 3n << 34n,
  SBE: 1n << 36n,
  MBE: 1n << 37n,
  GVA: 1n << 38n,
  MPV: 1n << 39n,
} as const;

/** FS: float registers and fcsr, where F is. */
export const floatField = (platform: Platform) => (platform.features.has('F') ? MSTATUS.FS : 0n);

/** SD, the top bit of a status register of XLEN bits: FS is Dirty. Nothing else has state that can be dirty. */
export const dirtyBit = ({ xlen }: Platform) => 1n << BigInt(xlen - 1);

/** A status register with SD as FS has it. */
export function withSummary({ platform }: CsrState, status: bigint): bigint {
  const isDirty = (status & MSTATUS.FS) === MSTATUS.FS;
  return isDirty ? status | dirtyBit(platform) : status & ~dirtyBit(platform);
}

/** VS and XS are read-only zero. */
function mstatusMask(platform: Platform): bigint {
  const { SIE, MIE, SPIE, UBE, MPIE, SPP, MPP, MPRV, SUM, MXR, TVM, TW, TSR, SBE, MBE, GVA, MPV } =
    MSTATUS;
  const always =
    SIE | MIE | SPIE | UBE | MPIE | SPP | MPP | MPRV | SUM | MXR | TVM | TW | TSR | SBE | MBE;
  const float = floatField(platform);
  return withHypervisor(platform) ? always | float | GVA | MPV : always | float;
}

function legaliseMstatus(state: CsrState, old: bigint, wanted: bigint): bigint {
  const mpp = Number((wanted & MSTATUS.MPP) >> 11n);
  const legal = keepUnless(state.decide.isLegalMpp(mpp), old, wanted, MSTATUS.MPP);
  return withSummary(state, legal);
}

/** MXL = XLEN, then I, S, U and the letters of the extensions that the machine has; nothing of it can be written. */
function misa(platform: Platform): bigint {
  const letters = [...isaOf(platform).extensions, 'U'].filter((name) => name.length === 1);
  const extensions = letters.reduce(
    (sum, letter) => sum | (1n << BigInt(letter.charCodeAt(0) - 65)),
    0n,
  );
  return platform.xlen === 64 ? (2n << 62n) | extensions : (1n << 30n) | extensions;
}

/** Exceptions that software may see below M-mode. 10, 20..23 need H, 18 Zicfiss; 11, 14, 16, 17 are read-only zero. */
function medelegMask(platform: Platform): bigint {
  const always = 0xb3ffn | (1n << 19n);
  const hypervisor = withHypervisor(platform) ? (1n << 10n) | (0xfn << 20n) : 0n;
  return always | hypervisor | (platform.features.has('Zicfiss') ? 1n << 18n : 0n);
}

const SUPERVISOR_INTERRUPTS = 0x222n;
export const VS_INTERRUPTS = 0x444n;
const MACHINE_INTERRUPTS = 0x888n;

const ifHypervisor = (bits: bigint) => (platform: Platform) =>
  withHypervisor(platform) ? bits : 0n;

/** Bits of menvcfg that this platform's extensions define; henvcfg and senvcfg have subsets. */
export function envcfgMask(platform: Platform): bigint {
  const bits: readonly (readonly [Parameters<typeof hasFeature>[0], bigint])[] = [
    ['Zicfiss', 1n << 3n],
    ['Zicbom', 7n << 4n],
    ['Zicboz', 1n << 7n],
    ['Svadu', 1n << 61n],
    ['Svpbmt', 1n << 62n],
    ['Sstc', 1n << 63n],
  ];
  return bits.reduce(
    (sum, [feature, bit]) => (platform.features.has(feature) ? sum | bit : sum),
    1n,
  );
}

/** After reset cache-block instructions are open to every mode (the manual leaves it free); the rest is off. */
export function openEnvcfg(platform: Platform): bigint {
  return envcfgMask(platform) & 0xd0n;
}

/** CBIE = 2 is reserved. */
export function legaliseEnvcfg({ decide }: CsrState, old: bigint, wanted: bigint): bigint {
  return keepUnless(decide.isLegalCbie(Number((wanted >> 4n) & 3n)), old, wanted, 3n << 4n);
}

/**
 * henvcfg and senvcfg, of which only the bits of `mask` exist: the fields `gated` read zero and are read-only while
 * menvcfg does not allow them; those of senvcfg, for a guest, also while henvcfg does not.
 */
export function gatedEnvcfg(
  name: 'henvcfg' | 'senvcfg',
  mask: bigint,
  gated: bigint,
): Pick<CsrRow, 'read' | 'write' | 'gate'> & {
  readonly initial: (platform: Platform) => bigint;
} {
  const allowed = (state: CsrState): bigint => {
    const { decide } = state;
    const machine = decide.gatesByMenvcfg() ? ~gated | state.raw('menvcfg') : -1n;
    const hides = name === 'senvcfg' && state.guest && decide.gatesByHenvcfg();
    return hides ? machine & (~gated | state.raw('henvcfg')) : machine;
  };
  return {
    initial: openEnvcfg,
    gate: stateGate(0, ENVCFG),
    read: (state) => state.raw(name) & allowed(state),
    write: (state, value) => {
      // What menvcfg hides stays as it was.
      const writable = mask & envcfgMask(state.platform) & allowed(state);
      const old = state.raw(name);
      state.setRaw(name, legaliseEnvcfg(state, old, (old & ~writable) | (value & writable)));
    },
  };
}

/** Vector MODE 2 and 3 are reserved. */
export function legaliseTvec({ decide }: CsrState, old: bigint, wanted: bigint): bigint {
  return keepUnless(decide.isLegalVector(Number(wanted & 3n)), old, wanted, 3n);
}

/** The interrupt bit and six bits of code. */
export const causeMask = ({ xlen }: Platform) => (1n << BigInt(xlen - 1)) | 0x3fn;
/** IALIGN is 16 with compressed instructions, 32 without. */
export const epcMask = ({ features }: Platform) =>
  BigInt.asUintN(64, features.has('C') ? ~1n : ~3n);

/** What software may write in mip: SSIP, STIP while Sstc does not drive it, and its own part of SEIP. */
function mipMask(state: CsrState): bigint {
  const { features } = state.platform;
  const timer = features.has('Sstc') && (state.raw('menvcfg') & STCE) !== 0n;
  return timer ? SUPERVISOR_INTERRUPTS & ~(1n << 5n) : SUPERVISOR_INTERRUPTS;
}

/** mip: the VS-level bits are those of hvip, of which software sets VSSIP only. */
const MIP: Pick<CsrRow, 'read' | 'write' | 'software'> = {
  read: (state) => BigInt(pending(state)),
  // A device's SEIP takes no part in what set and clear write back.
  software: (state) => state.raw('mip') | state.raw('hvip'),
  write: (state, value) => {
    merge(state, 'mip', mipMask(state), value);
    if (withHypervisor(state.platform)) merge(state, 'hvip', 4n, value);
  },
};

/** Writes only the bits of `mask` of another register. */
export function merge(state: CsrState, name: string, mask: bigint, value: bigint): void {
  state.setRaw(name, (state.raw(name) & ~mask) | (value & mask));
}

export const MACHINE_CSRS: readonly CsrRow[] = [
  csr('mvendorid', 0xf11, { mask: 0n }),
  csr('marchid', 0xf12, { mask: 0n }),
  csr('mimpid', 0xf13, { mask: 0n }),
  csr('mhartid', 0xf14, { read: ({ hartId }) => BigInt(hartId) }),
  csr('mconfigptr', 0xf15, { mask: 0n }),
  ...wide('mstatus', 0x300, 0x310, {
    mask: mstatusMask,
    initial: ({ xlen }) => (xlen === 64 ? (2n << 32n) | (2n << 34n) : 0n),
    legalise: legaliseMstatus,
    affectsAccess: true,
  }),
  csr('misa', 0x301, { mask: 0n, initial: misa }),
  ...wide('medeleg', 0x302, 0x312, {
    legalise: ({ decide, platform }, _, wanted) =>
      decide.delegable(wanted & medelegMask(platform), wanted),
  }),
  csr('mideleg', 0x303, {
    mask: SUPERVISOR_INTERRUPTS,
    initial: ifHypervisor(VS_INTERRUPTS),
  }),
  csr('mie', 0x304, {
    mask: (platform) =>
      SUPERVISOR_INTERRUPTS | MACHINE_INTERRUPTS | ifHypervisor(VS_INTERRUPTS)(platform),
  }),
  csr('mtvec', 0x305, { legalise: legaliseTvec }),
  csr('mscratch', 0x340),
  csr('mepc', 0x341, { mask: epcMask }),
  csr('mcause', 0x342, { mask: causeMask }),
  csr('mtval', 0x343),
  csr('mip', 0x344, MIP),
  csr('mtinst', 0x34a, { exists: withHypervisor }),
  csr('mtval2', 0x34b, { exists: withHypervisor }),
  ...wide('menvcfg', 0x30a, 0x31a, {
    mask: envcfgMask,
    initial: openEnvcfg,
    legalise: legaliseEnvcfg,
    affectsAccess: true,
  }),
];
