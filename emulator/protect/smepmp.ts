/** Smepmp: what the L, R, W and X bits of an entry mean while mseccfg.MML is set. */
import { EXECUTE, READ, WRITE } from '../access/kinds.ts';

/** Fields of mseccfg. */
export const MML = 1;
export const MMWP = 2;
export const RLB = 4;

interface Cell {
  /** Rights of M-mode: READ | WRITE | EXECUTE. */
  readonly machine: number;
  /** Rights of S and U. */
  readonly below: number;
}

const cell = (machine: number, below: number): Cell => ({ machine, below });
const NONE = 0;
const RW = READ | WRITE;
const RX = READ | EXECUTE;

/** The truth table of the Smepmp specification; the index is LRWX, L the highest bit. */
export const LOCKDOWN: readonly Cell[] = [
  cell(NONE, NONE), // 0000 inaccessible
  cell(NONE, EXECUTE), // 0001
  cell(RW, READ), // 0010 shared data, read-only below M
  cell(RW, RW), // 0011 shared data
  cell(NONE, READ), // 0100
  cell(NONE, RX), // 0101
  cell(NONE, RW), // 0110
  cell(NONE, RX | WRITE), // 0111
  cell(NONE, NONE), // 1000 locked inaccessible
  cell(EXECUTE, NONE), // 1001
  cell(EXECUTE, EXECUTE), // 1010 locked shared code
  cell(RX, EXECUTE), // 1011 locked shared code, readable in M
  cell(READ, NONE), // 1100
  cell(RX, NONE), // 1101
  cell(RW, NONE), // 1110
  cell(READ, READ), // 1111 locked shared data, read-only
];

/** LRWX, the index into the truth table, of a configuration byte (bit 7 L, 2 X, 1 W, 0 R). */
export function lrwx(config: number): number {
  return ((config >> 4) & 8) | ((config & 1) << 2) | (config & 2) | ((config >> 2) & 1);
}

/** Whether a configuration gives M-mode (or a locked shared region) the right to execute: not addable under MML without RLB. */
export function addsMachineCode(config: number): boolean {
  return (config & 0x80) !== 0 && (LOCKDOWN[lrwx(config)].machine & EXECUTE) !== 0;
}
