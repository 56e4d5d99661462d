/** LUI, AUIPC, JAL, JALR and the branches. */
import type { HartCore } from './hart-core.ts';
import { funct3Of, immediateB, immediateI, immediateJ, immediateU } from './word.ts';
import { rdOf, rs1Of, rs2Of } from './word.ts';

export function executeUpper(h: HartCore, word: number): void {
  const base = (word & 0x7f) === 0x17 ? h.pc : 0n;
  h.set(rdOf(word), base + immediateU(word));
}

export function executeJal(h: HartCore, word: number): void {
  h.jump(h.pc + immediateJ(word));
  h.set(rdOf(word), h.pc + BigInt(h.length));
}

export function executeJalr(h: HartCore, word: number): void {
  h.require(funct3Of(word) === 0);
  h.jump((h.get(rs1Of(word)) + immediateI(word)) & ~1n);
  h.set(rdOf(word), h.pc + BigInt(h.length));
}

export function executeBranch(h: HartCore, word: number): void {
  const [rs1, rs2] = [rs1Of(word), rs2Of(word)];
  const less = h.signed(rs1) < h.signed(rs2);
  const below = h.get(rs1) < h.get(rs2);
  const equal = h.get(rs1) === h.get(rs2);
  const taken = [equal, !equal, null, null, less, !less, below, !below][funct3Of(word)] ?? null;
  if (taken === null) return h.illegal();
  if (taken) h.jump(h.pc + immediateB(word));
}
