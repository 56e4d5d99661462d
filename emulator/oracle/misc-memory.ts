/** MISC-MEM: FENCE, FENCE.I and the cache-block operations. */
import type { HartCore } from './hart-core.ts';
import { isUser } from './exception.ts';
import { bits } from './state.ts';
import { field, funct3Of, rdOf, rs1Of } from './word.ts';

interface Block {
  readonly operation: string;
  readonly extension: string;
  /** The field of the environment registers that must not be zero. */
  readonly enable: readonly [high: number, low: number];
}

const BLOCKS: Readonly<Record<number, Block>> = {
  0: { operation: 'cbo_inval', extension: 'Zicbom', enable: [5, 4] },
  1: { operation: 'cbo_clean', extension: 'Zicbom', enable: [6, 6] },
  2: { operation: 'cbo_flush', extension: 'Zicbom', enable: [6, 6] },
  4: { operation: 'cbo_zero', extension: 'Zicboz', enable: [7, 7] },
};

export function executeMiscMemory(h: HartCore, word: number): void {
  const funct3 = funct3Of(word);
  // Memory is sequentially consistent, and fetches see stores at once.
  if (funct3 < 2) return;
  const block = BLOCKS[field(word, 31, 20)];
  if (funct3 !== 2 || block === undefined) return h.illegal();
  h.require(rdOf(word) === 0 && h.has(block.extension));
  const off = (register: bigint) => bits(register, ...block.enable) === 0n;
  h.require(h.mode === 'M' || !off(h.c.menvcfg));
  h.require(h.mode !== 'U' || !off(h.c.senvcfg));
  if (h.virtual && (off(h.c.henvcfg) || (isUser(h.mode) && off(h.c.senvcfg)))) {
    h.virtualInstruction();
  }
  h.access(block.operation, h.get(rs1Of(word)), 64);
}
