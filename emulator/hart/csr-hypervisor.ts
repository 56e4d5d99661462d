/** Hypervisor and virtual-supervisor CSRs. GEILEN is 0: no guest external interrupts. */
import type { Platform } from '../platform.ts';
import {
  causeMask,
  epcMask,
  gatedEnvcfg,
  legaliseTvec,
  merge,
  VS_INTERRUPTS,
  withSummary,
} from './csr-machine.ts';
import type { CsrRow, CsrState } from './csr-row.ts';
import { csr, keepUnless, wide, withHypervisor } from './csr-row.ts';
import { P1P13, stateGate } from './csr-state-enable.ts';
import { pending } from './interrupts.ts';
import { ATP, atpMode, legaliseSatp, sstatusMask, stageGeometry } from './csr-supervisor.ts';

/** Bits of hstatus. */
export const HSTATUS = {
  VSBE: 1n << 5n,
  GVA: 1n << 6n,
  SPV: 1n << 7n,
  SPVP: 1n << 8n,
  HU: 1n << 9n,
  VTVM: 1n << 20n,
  VTW: 1n << 21n,
  VTSR: 1n << 22n,
} as const;

const hstatusMask = Object.values(HSTATUS).reduce((sum, bit) => sum | bit, 0n);
/** VSXL and UXL are read-only, equal to XLEN. */
const xl = ({ xlen }: Platform) => (xlen === 64 ? 2n << 32n : 0n);

/** Exceptions a guest may handle: not 9..11, 16 and 20..23. */
const HEDELEG_MASK = 0xb1ffn | (1n << 18n) | (1n << 19n);

/** Bits of henvcfg that menvcfg must allow: SSE, ADUE, PBMTE, STCE. */
const GATED = (1n << 3n) | (7n << 61n);

/** Unlike satp, every field legalises on its own; the root is 16 KiB aligned. */
export function legaliseHgatp({ platform, decide }: CsrState, old: bigint, wanted: bigint): bigint {
  const row = ATP[platform.xlen];
  const mode = atpMode(wanted, platform.xlen);
  const supported = mode === 0 || stageGeometry(mode, true, platform) !== null;
  const fields = keepUnless(supported, old, wanted, 15n << row.mode);
  const ppn = (1n << BigInt(row.ppnBits)) - 1n;
  const vmid = ((1n << BigInt(platform.vmidlen)) - 1n) << row.id;
  return (fields & ((15n << row.mode) | vmid)) | decide.hgatpRoot(fields & ppn);
}

/** VS-level interrupts that hideleg hands to the guest, at their VS positions. */
const toGuest = (state: CsrState) =>
  state.decide.seesDelegated(state.raw('hideleg') & VS_INTERRUPTS, VS_INTERRUPTS);

const hypervisor = (name: string, number: number, more: Parameters<typeof csr>[2] = {}): CsrRow =>
  csr(name, number, { exists: withHypervisor, ...more });

export const HYPERVISOR_CSRS: readonly CsrRow[] = [
  hypervisor('hstatus', 0x600, { mask: hstatusMask, initial: xl, affectsAccess: true }),
  ...wide('hedeleg', 0x602, 0x612, {
    exists: withHypervisor,
    mask: (platform) =>
      platform.features.has('Zicfiss') ? HEDELEG_MASK : HEDELEG_MASK & ~(1n << 18n),
  }).map((row) => (row.highOf === null ? row : { ...row, gate: stateGate(0, P1P13) })),
  hypervisor('hideleg', 0x603, { mask: VS_INTERRUPTS }),
  hypervisor('hie', 0x604, {
    read: (state) => state.raw('mie') & VS_INTERRUPTS,
    write: (state, value) => merge(state, 'mie', VS_INTERRUPTS, value),
  }),
  hypervisor('hgeie', 0x607, { mask: 0n }),
  ...wide('henvcfg', 0x60a, 0x61a, {
    exists: withHypervisor,
    affectsAccess: true,
    ...gatedEnvcfg('henvcfg', -1n, GATED),
  }),
  hypervisor('htval', 0x643),
  hypervisor('hip', 0x644, {
    read: (state) => BigInt(pending(state)) & VS_INTERRUPTS,
    write: (state, value) => merge(state, 'hvip', 4n, value),
  }),
  hypervisor('hvip', 0x645, { mask: VS_INTERRUPTS }),
  hypervisor('htinst', 0x64a),
  hypervisor('hgatp', 0x680, { affectsAccess: true, legalise: legaliseHgatp }),
  hypervisor('hgeip', 0xe12, { mask: 0n }),
  hypervisor('vsstatus', 0x200, {
    mask: sstatusMask,
    initial: xl,
    legalise: (state, _, wanted) => withSummary(state, wanted),
    affectsAccess: true,
  }),
  hypervisor('vsie', 0x204, {
    read: (state) => (state.raw('mie') & toGuest(state)) >> 1n,
    write: (state, value) => merge(state, 'mie', toGuest(state), value << 1n),
  }),
  hypervisor('vstvec', 0x205, { legalise: legaliseTvec }),
  hypervisor('vsscratch', 0x240),
  hypervisor('vsepc', 0x241, { mask: epcMask }),
  hypervisor('vscause', 0x242, { mask: causeMask }),
  hypervisor('vstval', 0x243),
  hypervisor('vsip', 0x244, {
    read: (state) => (BigInt(pending(state)) & toGuest(state)) >> 1n,
    write: (state, value) => merge(state, 'hvip', toGuest(state) & 4n, value << 1n),
  }),
  hypervisor('vsatp', 0x280, { affectsAccess: true, legalise: legaliseSatp }),
];
