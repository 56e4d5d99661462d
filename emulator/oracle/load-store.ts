/** Loads and stores of integer and floating-point registers. */
import { box, requireFloat, setFloat } from './float-registers.ts';
import type { HartCore } from './hart-core.ts';
import { extend, funct3Of, immediateI, immediateS, rdOf, rs1Of, rs2Of } from './word.ts';

export function executeLoad(h: HartCore, word: number): void {
  const funct3 = funct3Of(word);
  const size = 2 ** (funct3 & 3);
  // LD and LWU need XLEN 64; funct3 7 is nothing.
  h.require(funct3 < 7 && (h.xlen === 64 || (funct3 !== 3 && funct3 !== 6)));
  const value = h.load(h.get(rs1Of(word)) + immediateI(word), size);
  h.set(rdOf(word), funct3 < 4 ? extend(value, size * 8, h.xlen) : value);
}

export function executeStore(h: HartCore, word: number): void {
  const funct3 = funct3Of(word);
  h.require(funct3 < 3 || (funct3 === 3 && h.xlen === 64));
  h.store(h.get(rs1Of(word)) + immediateS(word), 2 ** funct3, h.get(rs2Of(word)));
}

export function executeFloatLoad(h: HartCore, word: number): void {
  const size = floatSize(h, word);
  const value = h.load(h.get(rs1Of(word)) + immediateI(word), size);
  setFloat(h, rdOf(word), size === 4 ? box(h, value) : value);
}

export function executeFloatStore(h: HartCore, word: number): void {
  const size = floatSize(h, word);
  const value = BigInt.asUintN(size * 8, h.f[rs2Of(word)] ?? 0n);
  h.store(h.get(rs1Of(word)) + immediateS(word), size, value);
}

function floatSize(h: HartCore, word: number): number {
  const funct3 = funct3Of(word);
  h.require((funct3 === 2 && h.has('F')) || (funct3 === 3 && h.has('D')));
  requireFloat(h);
  return funct3 === 2 ? 4 : 8;
}
