/** The f registers: NaN boxing, the dirty state, the accrued flags. */
import type { HartCore } from './hart-core.ts';

/** A single in an f register: boxed by ones where registers are wider. */
export function box(h: HartCore, single: bigint): bigint {
  const low = BigInt.asUintN(32, single);
  return h.has('D') ? 0xffff_ffff_0000_0000n | low : low;
}

/** The single in an f register: the canonical NaN when it is not boxed. */
export function unbox(h: HartCore, register: number): bigint {
  const value = h.f[register] ?? 0n;
  if (!h.has('D') || value >> 32n === 0xffff_ffffn) return BigInt.asUintN(32, value);
  return 0x7fc0_0000n;
}

/** FS Off makes every instruction and CSR of F illegal, in either of the two registers at V=1. */
export function floatIsOff(h: HartCore): boolean {
  const off = (status: bigint) => ((status >> 13n) & 3n) === 0n;
  return off(h.c.mstatus) || (h.virtual && off(h.c.vsstatus));
}

export function requireFloat(h: HartCore): void {
  h.require(!floatIsOff(h));
}

export function markDirty(h: HartCore): void {
  h.c.mstatus |= 3n << 13n;
  if (h.virtual) h.c.vsstatus |= 3n << 13n;
}

export function setFloat(h: HartCore, register: number, value: bigint): void {
  h.effects.rd = 32 + register;
  h.f[register] = value;
  markDirty(h);
}

/** Adds exception flags to fcsr. */
export function accrue(h: HartCore, flags: number): void {
  if (flags === 0) return;
  h.c.fcsr |= BigInt(flags);
  markDirty(h);
}
