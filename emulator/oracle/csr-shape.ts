/** What a CSR of the plain hart is: a way to read it, a way to write it, and when it exists. */
import type { HartCore } from './hart-core.ts';
import type { Registers } from './plain-state.ts';

export interface Csr {
  readonly read: (h: HartCore) => bigint;
  /** Takes MXLEN bits and keeps what is legal of them. */
  readonly write: (h: HartCore, value: bigint) => void;
  readonly exists: (h: HartCore) => boolean;
}

export type CsrList = readonly (readonly [number, Csr])[];

type Names<T> = { [K in keyof Registers]: Registers[K] extends T ? K : never }[keyof Registers];
/** Registers that are one number. */
export type Plain = Names<bigint>;

export const always = () => true;
export const hypervisor = (h: HartCore) => h.has('H');
export const rv32 = (h: HartCore) => h.xlen === 32;
export const both =
  (...conditions: readonly ((h: HartCore) => boolean)[]) =>
  (h: HartCore) =>
    conditions.every((condition) => condition(h));

export const ignore = () => undefined;
export const zero: Csr = { read: () => 0n, write: ignore, exists: always };

type Mask = bigint | ((h: HartCore) => bigint);
const maskOf = (mask: Mask, h: HartCore) => (typeof mask === 'bigint' ? mask : mask(h));

export const ALL = (1n << 64n) - 1n;

/** The bits of `mask` from `value`, the others as they were. */
export const merge = (old: bigint, value: bigint, mask: bigint) => (old & ~mask) | (value & mask);

/** A register whose bits outside of `mask` are as they are. */
export function masked(name: Plain, mask: Mask, exists: Csr['exists'] = always): Csr {
  return {
    read: (h) => BigInt.asUintN(h.xlen, h.c[name]),
    write: (h, value) => {
      h.c[name] = merge(h.c[name], value, BigInt.asUintN(h.xlen, maskOf(mask, h)));
    },
    exists,
  };
}

/** The upper half of a 64-bit register at XLEN 32. */
export function upper(name: Plain, mask: Mask, exists: Csr['exists'] = always): Csr {
  return {
    read: (h) => h.c[name] >> 32n,
    write: (h, value) => {
      h.c[name] = merge(h.c[name], value << 32n, maskOf(mask, h) & ~0xffff_ffffn);
    },
    exists: both(rv32, exists),
  };
}

/** An address of an instruction: bit 0, and without C bit 1, read zero. */
export function instructionAddress(name: Plain, exists: Csr['exists'] = always): Csr {
  return masked(name, (h) => (h.has('C') ? ~1n & ALL : ~3n & ALL), exists);
}

/** A trap vector: MODE is Direct or Vectored; another one leaves the field as it was. */
export function vector(name: Plain, exists: Csr['exists'] = always): Csr {
  return {
    read: (h) => h.c[name],
    write: (h, value) => {
      h.c[name] = merge(h.c[name], value, (value & 2n) === 0n ? ALL : ALL & ~3n);
    },
    exists,
  };
}
