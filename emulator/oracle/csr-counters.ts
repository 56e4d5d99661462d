/** Counters and their enables. */
import {
  ALL,
  always,
  hypervisor,
  merge,
  rv32,
  both,
  upper,
  masked,
  ignore,
  zero,
} from './csr-shape.ts';
import type { Csr, CsrList } from './csr-shape.ts';
import type { HartCore } from './hart-core.ts';

type Counter = 'mcycle' | 'minstret';

const LOW = 0xffff_ffffn;

const short = (name: Counter) => (name === 'mcycle' ? 'cycle' : 'instret');

function machine(name: Counter, high: boolean): Csr {
  return {
    read: (h) => (high ? h.c[name] >> 32n : BigInt.asUintN(h.xlen, h.c[name])),
    write: (h, value) => {
      const mask = high ? ALL & ~LOW : h.xlen === 64 ? ALL : LOW;
      h.c[name] = merge(h.c[name], high ? value << 32n : value, mask);
      h.counted[short(name)] = true;
    },
    exists: high ? rv32 : always,
  };
}

function shadow(name: Counter, high: boolean): Csr {
  return { ...machine(name, high), write: ignore };
}

/** A guest's time is shifted. */
const now = (h: HartCore) => BigInt.asUintN(64, h.lines.time + (h.virtual ? h.c.htimedelta : 0n));

const time: Csr = { read: (h) => BigInt.asUintN(h.xlen, now(h)), write: ignore, exists: always };
const timeh: Csr = { read: (h) => now(h) >> 32n, write: ignore, exists: rv32 };
const high: Csr = { ...zero, exists: rv32 };

const event = [...Array(29).keys()].map((k) => k + 3);

export const COUNTERS: CsrList = [
  [0xc00, shadow('mcycle', false)],
  [0xc80, shadow('mcycle', true)],
  [0xc01, time],
  [0xc81, timeh],
  [0xc02, shadow('minstret', false)],
  [0xc82, shadow('minstret', true)],
  [0xb00, machine('mcycle', false)],
  [0xb80, machine('mcycle', true)],
  [0xb02, machine('minstret', false)],
  [0xb82, machine('minstret', true)],
  ...event.flatMap((n): CsrList => [
    [0xc00 + n, zero],
    [0xc80 + n, high],
    [0xb00 + n, zero],
    [0xb80 + n, high],
    [0x320 + n, zero],
  ]),
  [0x306, masked('mcounteren', LOW)],
  [0x106, masked('scounteren', LOW)],
  [0x606, masked('hcounteren', LOW, hypervisor)],
  [0x320, masked('mcountinhibit', 5n)],
  [0x605, masked('htimedelta', ALL, hypervisor)],
  [0x615, upper('htimedelta', ALL, both(rv32, hypervisor))],
];
