/** The registers of one hart, x, f and pc, where generated code has them: in the arena. */
import type { Arena } from '../memory/arena.ts';
import { CELL, cellsOf } from '../memory/layout.ts';
import type { Memory } from '../memory/memory.ts';

export class Registers {
  /** The arena as words, for code without bigint: `words[base + 2n]` and the one behind it are xn. */
  words: Int32Array = new Int32Array(0);
  /** Index in `words` of the hart's cells. */
  base = 0;
  xlen: 32 | 64 = 64;
  #arena!: Arena;
  #wide = new BigUint64Array(0);
  /** Index in `#wide` of the hart's cells. */
  #first = 0;

  /** At reset: the registers of `hart` in this memory, zero since its reset. */
  attach(memory: Memory, hart: number, xlen: 32 | 64): void {
    const arena = memory.block;
    this.xlen = xlen;
    this.#first = cellsOf(hart) / 8;
    this.base = cellsOf(hart) / 4;
    if (this.#arena === arena) return;
    this.#arena = arena;
    this.words = arena.words;
    this.#wide = new BigUint64Array(arena.memory.buffer);
  }

  /** xn, below 2^XLEN. */
  x(n: number): bigint {
    const value = this.#wide[this.#first + CELL.x / 8 + n];
    return this.xlen === 64 ? value : value & 0xffff_ffffn;
  }

  /** x0 stays zero; of a longer value the low XLEN bits count. */
  setX(n: number, value: bigint): void {
    if (n === 0) return;
    this.#arena.touchRegisters();
    this.#wide[this.#first + CELL.x / 8 + n] = value;
  }

  /** The 64 raw bits of fn. */
  f(n: number): bigint {
    return this.#wide[this.#first + CELL.f / 8 + n];
  }

  setF(n: number, value: bigint): void {
    this.#arena.touchRegisters();
    this.#wide[this.#first + CELL.f / 8 + n] = value;
  }

  /** Below 2^XLEN. */
  get pc(): bigint {
    const value = this.#wide[this.#first + CELL.pc / 8];
    return this.xlen === 64 ? value : value & 0xffff_ffffn;
  }

  set pc(value: bigint) {
    this.#arena.touchRegisters();
    this.#wide[this.#first + CELL.pc / 8] = value;
  }
}
