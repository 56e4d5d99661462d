/** mstatus, sstatus, vsstatus, hstatus. */
import { ALL, always, both, hypervisor, merge, rv32 } from './csr-shape.ts';
import type { Csr, CsrList } from './csr-shape.ts';
import type { HartCore } from './hart-core.ts';
import { bits } from './state.ts';

const BIT = (n: number) => 1n << BigInt(n);
const SUPERVISOR = BIT(1) | BIT(5) | BIT(6) | BIT(8) | BIT(18) | BIT(19);
const MACHINE = SUPERVISOR | BIT(3) | BIT(7) | BIT(17) | BIT(20) | BIT(21) | BIT(22);
const FS = 3n << 13n;
const MPP = 3n << 11n;
const UXL = 3n << 32n;

/** SD: some state is dirty. */
function withSummary(h: HartCore, value: bigint): bigint {
  const dirty = bits(value, 14, 13) === 3n;
  return dirty ? value | (h.xlen === 64 ? BIT(63) : BIT(31)) : value;
}

const floatBits = (h: HartCore) => (h.has('F') ? FS : 0n);

function writeMachine(h: HartCore, value: bigint, reach: bigint): void {
  const virtual = h.has('H') ? BIT(38) | BIT(39) : 0n;
  const mode = bits(value, 12, 11) === 2n ? 0n : MPP;
  const mask = MACHINE | floatBits(h) | mode | BIT(36) | BIT(37) | virtual;
  h.c.mstatus = merge(h.c.mstatus, value, mask & reach);
  h.stale();
}

const mstatus: Csr = {
  read: (h) => withSummary(h, BigInt.asUintN(h.xlen, h.c.mstatus)),
  write: (h, value) => writeMachine(h, value, h.xlen === 64 ? ALL : 0xffff_ffffn),
  exists: always,
};

const mstatush: Csr = {
  read: (h) => h.c.mstatus >> 32n,
  write: (h, value) => writeMachine(h, value << 32n, ~0xffff_ffffn),
  exists: rv32,
};

const visible = (h: HartCore) => SUPERVISOR | floatBits(h) | (h.xlen === 64 ? UXL : 0n);

const sstatus: Csr = {
  read: (h) => withSummary(h, h.c.mstatus & visible(h)),
  write: (h, value) => {
    h.c.mstatus = merge(h.c.mstatus, value, SUPERVISOR | floatBits(h));
    h.stale();
  },
  exists: always,
};

const vsstatus: Csr = {
  read: (h) => withSummary(h, h.c.vsstatus & visible(h)),
  write: (h, value) => {
    h.c.vsstatus = merge(h.c.vsstatus, value, SUPERVISOR | floatBits(h));
    h.stale();
  },
  exists: hypervisor,
};

/** VSBE GVA SPV SPVP HU VTVM VTW VTSR; no guest external interrupts, so VGEIN is zero. */
const HSTATUS = 0x3e0n | BIT(20) | BIT(21) | BIT(22);

const hstatus: Csr = {
  read: (h) => BigInt.asUintN(h.xlen, h.c.hstatus),
  write: (h, value) => {
    h.c.hstatus = merge(h.c.hstatus, value, HSTATUS);
    h.stale();
  },
  exists: both(hypervisor),
};

export const STATUS: CsrList = [
  [0x300, mstatus],
  [0x310, mstatush],
  [0x100, sstatus],
  [0x200, vsstatus],
  [0x600, hstatus],
];
