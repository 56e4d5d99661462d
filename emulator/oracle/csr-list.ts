/** Every CSR of the plain hart by number. */
import { COUNTERS } from './csr-counters.ts';
import { ENVIRONMENT } from './csr-environment.ts';
import { INTERRUPTS } from './csr-interrupts.ts';
import {
  ALL,
  always,
  hypervisor,
  ignore,
  instructionAddress,
  masked,
  upper,
  vector,
  zero,
} from './csr-shape.ts';
import type { Csr, CsrList } from './csr-shape.ts';
import { STATUS } from './csr-status.ts';
import { TABLES } from './csr-tables.ts';
import type { HartCore } from './hart-core.ts';

/** Exceptions that may be delegated from M, hardware errors among them. */
function delegable(h: HartCore): bigint {
  const shadow = h.has('Zicfiss') ? 1n << 18n : 0n;
  return 0x8_b3ffn | shadow | (h.has('H') ? 0xf0_0400n : 0n);
}

/** Exceptions that may be delegated to a guest: not its own calls to HS, nor guest-page faults. */
const guestDelegable = (h: HartCore) => 0x8_b1ffn | (h.has('Zicfiss') ? 1n << 18n : 0n);

function misa(h: HartCore): bigint {
  const letters = ['A', 'C', 'D', 'F', 'H', 'M'].filter((name) => h.has(name));
  const manipulation = ['Zba', 'Zbb', 'Zbs'].every((name) => h.has(name)) ? ['B'] : [];
  const value = [...letters, ...manipulation, 'I', 'S', 'U'].reduce(
    (sum, letter) => sum | (1n << BigInt(letter.charCodeAt(0) - 65)),
    0n,
  );
  return value | (h.xlen === 64 ? 2n << 62n : 1n << 30n);
}

function float(low: number, width: number): Csr {
  const mask = ((1n << BigInt(width)) - 1n) << BigInt(low);
  return {
    read: (h) => (h.c.fcsr & mask) >> BigInt(low),
    write: (h, value) => {
      h.c.fcsr = (h.c.fcsr & ~mask) | ((value << BigInt(low)) & mask);
    },
    exists: (h) => h.has('F'),
  };
}

/** A cause: the interrupt bit, and codes below 64. */
const cause = (h: HartCore) => (1n << BigInt(h.xlen - 1)) | 63n;

const fixed = (read: Csr['read']): Csr => ({ read, write: ignore, exists: always });

const REST: CsrList = [
  [0x001, float(0, 5)],
  [0x002, float(5, 3)],
  [0x003, float(0, 8)],
  [
    0x011,
    masked(
      'ssp',
      (h) => (h.xlen === 64 ? ALL & ~7n : ALL & ~3n),
      (h) => h.has('Zicfiss'),
    ),
  ],
  [0xf11, zero],
  [0xf12, zero],
  [0xf13, zero],
  [0xf14, fixed((h) => h.platform.hartid)],
  [0xf15, zero],
  [0x301, fixed(misa)],
  [0x302, masked('medeleg', delegable)],
  [0x312, upper('medeleg', 0n)],
  [0x305, vector('mtvec')],
  [0x340, masked('mscratch', ALL)],
  [0x341, instructionAddress('mepc')],
  [0x342, masked('mcause', cause)],
  [0x343, masked('mtval', ALL)],
  [0x34a, masked('mtinst', ALL, hypervisor)],
  [0x34b, masked('mtval2', ALL, hypervisor)],
  [0x105, vector('stvec')],
  [0x140, masked('sscratch', ALL)],
  [0x141, instructionAddress('sepc')],
  [0x142, masked('scause', cause)],
  [0x143, masked('stval', ALL)],
  [0x602, masked('hedeleg', guestDelegable, hypervisor)],
  [0x612, upper('hedeleg', 0n, hypervisor)],
  [0x643, masked('htval', ALL, hypervisor)],
  [0x64a, masked('htinst', ALL, hypervisor)],
  [0x205, vector('vstvec', hypervisor)],
  [0x240, masked('vsscratch', ALL, hypervisor)],
  [0x241, instructionAddress('vsepc', hypervisor)],
  [0x242, masked('vscause', cause, hypervisor)],
  [0x243, masked('vstval', ALL, hypervisor)],
];

export const CSRS: ReadonlyMap<number, Csr> = new Map<number, Csr>([
  ...STATUS,
  ...INTERRUPTS,
  ...ENVIRONMENT,
  ...COUNTERS,
  ...TABLES,
  ...REST,
]);
