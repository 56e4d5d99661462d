/** Zicfiss: SSPUSH, SSPOPCHK, SSRDP, and whether the shadow stack is there at all. */
import { Exception, isUser } from './exception.ts';
import type { HartCore } from './hart-core.ts';
import { bit } from './state.ts';
import { rdOf } from './word.ts';

/** Whether xSSE is 1 in the current mode. */
export function shadowStackOn(h: HartCore): boolean {
  if (!h.has('Zicfiss') || h.mode === 'M' || !bit(h.c.menvcfg, 3)) return false;
  if (h.virtual && !bit(h.c.henvcfg, 3)) return false;
  return !isUser(h.mode) || bit(h.c.senvcfg, 3);
}

/** The rules of ssp and of SSAMOSWAP: what M denies is illegal, what a hypervisor or guest denies is virtual. */
export function requireShadowStack(h: HartCore, _of: 'ssp' | 'swap'): void {
  h.require(h.has('Zicfiss'));
  if (h.mode === 'M') return;
  h.require(bit(h.c.menvcfg, 3));
  if (h.mode === 'U') h.require(bit(h.c.senvcfg, 3));
  if (h.virtual && !bit(h.c.henvcfg, 3)) h.virtualInstruction();
  if (h.mode === 'VU' && !bit(h.c.senvcfg, 3)) h.virtualInstruction();
}

/** SSPUSH of x1 or x5; without a shadow stack a may-be-operation that writes nothing. */
export function push(h: HartCore, source: number): void {
  if (!shadowStackOn(h)) return;
  const bytes = h.xlen / 8;
  const at = BigInt.asUintN(h.xlen, h.c.ssp - BigInt(bytes));
  h.access('sspush', at, bytes, { value: h.get(source) });
  h.c.ssp = at;
}

/** SSPOPCHK of x1 or x5: a software-check exception when the top differs. */
export function popAndCheck(h: HartCore, source: number): void {
  if (!shadowStackOn(h)) return;
  const bytes = h.xlen / 8;
  const top = h.access('sspopchk', h.c.ssp, bytes).value;
  if (top !== h.get(source)) throw new Exception(18, 3n);
  h.c.ssp = BigInt.asUintN(h.xlen, h.c.ssp + BigInt(bytes));
}

/**
 * The may-be-operations of Zimop (funct3 4 of SYSTEM with bit 31 set); false: not one of them.
 * They write 0 to rd unless they are instructions of the shadow stack.
 */
export function executeMayBe(h: HartCore, word: number): boolean {
  const unsigned = word >>> 0;
  if (!h.has('Zicfiss') && !h.has('Zimop')) return false;
  // mop.r.N: 1n00nn0111nn, mop.rr.N: 1n00nn1.
  const isR = (unsigned & 0xb3c0_707f) >>> 0 === 0x81c0_4073;
  const isRR = (unsigned & 0xb200_707f) >>> 0 === 0x8200_4073;
  if (!isR && !isRR) return false;
  if (unsigned === 0xce10_4073) push(h, 1);
  else if (unsigned === 0xce50_4073) push(h, 5);
  else if (unsigned === 0xcdc0_c073) popAndCheck(h, 1);
  else if (unsigned === 0xcdc2_c073) popAndCheck(h, 5);
  else {
    const isReadPointer = (unsigned & 0xffff_f07f) >>> 0 === 0xcdc0_4073;
    h.set(rdOf(word), isReadPointer && shadowStackOn(h) ? h.c.ssp : 0n);
  }
  return true;
}
