/** Pending and enabled interrupts, their delegation, and the timers of Sstc. */
import { always, hypervisor, merge, rv32, both, zero, upper, masked, ALL } from './csr-shape.ts';
import type { Csr, CsrList } from './csr-shape.ts';
import type { HartCore } from './hart-core.ts';
import { bit } from './state.ts';

export const MACHINE = 0x888n;
export const SUPERVISOR = 0x222n;
export const GUEST = 0x444n;

const timer = (h: HartCore) => h.has('Sstc') && bit(h.c.menvcfg, 63);
const guestTimer = (h: HartCore) => timer(h) && bit(h.c.henvcfg, 63);

/** hip: what the hypervisor injects, and the guest's timer. */
export function hypervisorPending(h: HartCore): bigint {
  if (!h.has('H')) return 0n;
  const now = BigInt.asUintN(64, h.lines.time + h.c.htimedelta);
  const expired = guestTimer(h) && now >= h.c.vstimecmp;
  return (h.c.hvip & GUEST) | (expired ? 0x40n : 0n);
}

/** mip: software's bits, the platform's lines, the timers, and the guest's. */
export function pending(h: HartCore): bigint {
  const { msip, mtip, meip, seip, time } = h.lines;
  let value = h.c.mip & SUPERVISOR;
  if (timer(h)) value = (value & ~0x20n) | (time >= h.c.stimecmp ? 0x20n : 0n);
  if (msip) value |= 0x8n;
  if (mtip) value |= 0x80n;
  if (meip) value |= 0x800n;
  if (seip) value |= 0x200n;
  return value | hypervisorPending(h);
}

/** What CSRRS and CSRRC on mip start from: the bit SEIP of software alone, without the controller's. */
export function pendingToModify(h: HartCore): bigint {
  return (pending(h) & ~0x200n) | (h.c.mip & 0x200n);
}

/** mideleg: a guest's interrupts are always delegated. */
export const delegated = (h: HartCore) => h.c.mideleg | (h.has('H') ? GUEST : 0n);

const enabled = (h: HartCore) => MACHINE | SUPERVISOR | (h.has('H') ? GUEST : 0n);

const mip: Csr = {
  read: pending,
  write: (h, value) => {
    h.c.mip = merge(h.c.mip, value, timer(h) ? 0x202n : SUPERVISOR);
    if (h.has('H')) h.c.hvip = merge(h.c.hvip, value, 0x4n);
  },
  exists: always,
};

const sie: Csr = {
  read: (h) => h.c.mie & SUPERVISOR & h.c.mideleg,
  write: (h, value) => {
    h.c.mie = merge(h.c.mie, value, SUPERVISOR & h.c.mideleg);
  },
  exists: always,
};

const sip: Csr = {
  read: (h) => pending(h) & SUPERVISOR & h.c.mideleg,
  write: (h, value) => {
    h.c.mip = merge(h.c.mip, value, 0x2n & h.c.mideleg);
  },
  exists: always,
};

const hie: Csr = {
  read: (h) => h.c.mie & GUEST,
  write: (h, value) => {
    h.c.mie = merge(h.c.mie, value, GUEST);
  },
  exists: hypervisor,
};

const hip: Csr = {
  read: hypervisorPending,
  write: (h, value) => {
    h.c.hvip = merge(h.c.hvip, value, 0x4n);
  },
  exists: hypervisor,
};

/** vsie and vsip: the guest's interrupts one place lower, those that are delegated to it. */
const vsie: Csr = {
  read: (h) => (h.c.mie & h.c.hideleg & GUEST) >> 1n,
  write: (h, value) => {
    h.c.mie = merge(h.c.mie, value << 1n, GUEST & h.c.hideleg);
  },
  exists: hypervisor,
};

const vsip: Csr = {
  read: (h) => (hypervisorPending(h) & h.c.hideleg & GUEST) >> 1n,
  write: (h, value) => {
    h.c.hvip = merge(h.c.hvip, value << 1n, 0x4n & h.c.hideleg);
  },
  exists: hypervisor,
};

const mideleg: Csr = {
  read: delegated,
  write: (h, value) => {
    h.c.mideleg = merge(h.c.mideleg, value, SUPERVISOR);
  },
  exists: always,
};

const sstc = (h: HartCore) => h.has('Sstc');

export const INTERRUPTS: CsrList = [
  [0x303, mideleg],
  [0x304, masked('mie', enabled)],
  [0x344, mip],
  [0x104, sie],
  [0x144, sip],
  [0x603, masked('hideleg', GUEST, hypervisor)],
  [0x604, hie],
  [0x644, hip],
  [0x645, masked('hvip', GUEST, hypervisor)],
  [0x607, { ...zero, exists: hypervisor }],
  [0xe12, { ...zero, exists: hypervisor }],
  [0x204, vsie],
  [0x244, vsip],
  [0x14d, masked('stimecmp', ALL, sstc)],
  [0x15d, upper('stimecmp', ALL, both(rv32, sstc))],
  [0x24d, masked('vstimecmp', ALL, both(sstc, hypervisor))],
  [0x25d, upper('vstimecmp', ALL, both(sstc, hypervisor))],
];
