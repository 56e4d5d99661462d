/** Registers as the slow half of memory rows has them, without bigint: addresses from them, values into them. */
import type { Executor } from '../hart/executor.ts';
import { CELL } from '../memory/layout.ts';

/** Where an access goes, in halves and as page and offset. */
export class Place {
  lo = 0;
  hi = 0;
  page = 0;
  offset = 0;

  /** rs1 + imm of an instruction, modulo 2^XLEN. */
  of({ registers }: Executor, rs1: number, imm: number): this {
    const { words, base } = registers;
    const at = base + (CELL.x >>> 2) + 2 * rs1;
    const lo = (words[at] + imm) | 0;
    this.lo = lo;
    if (registers.xlen === 32) {
      this.hi = 0;
      this.page = lo >>> 12;
    } else {
      const carry = lo >>> 0 < words[at] >>> 0 ? 1 : 0;
      this.hi = (words[at + 1] + (imm >> 31) + carry) | 0;
      this.page = (this.hi >>> 0) * 2 ** 20 + (lo >>> 12);
    }
    this.offset = lo & 4095;
    return this;
  }
}

/** A register gets the low `size` bytes of a value, extended. */
export function setRegister(
  { registers }: Executor,
  rd: number,
  lo: number,
  hi: number,
  size: number,
  isSigned: boolean,
): void {
  if (rd === 0) return;
  const { words, base } = registers;
  const at = base + (CELL.x >>> 2) + 2 * rd;
  const spare = size < 4 ? 32 - 8 * size : 0;
  const low = isSigned ? (lo << spare) >> spare : (lo << spare) >>> spare;
  words[at] = low;
  if (registers.xlen === 32) return;
  words[at + 1] = size === 8 ? hi : isSigned ? low >> 31 : 0;
}
