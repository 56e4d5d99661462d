/** One hart as its engine has it: the cells that generated code reads, and when its ways and its place are stale. */
import type { Mode } from '../access/context.ts';
import { MODES } from '../access/context.ts';
import type { Executor } from '../hart/executor.ts';
import { floatStatus } from '../hart/float-state.ts';
import { CELL, cellsOf, RECORD } from '../memory/layout.ts';
import { HANDLER } from './handlers.ts';

const WORD = {
  pc: CELL.pc >>> 2,
  record: CELL.record >>> 2,
  remaining: CELL.remaining >>> 2,
  pcBase: CELL.pcBase >>> 2,
  address: CELL.address >>> 2,
  data: CELL.dataContext >>> 2,
  code: CELL.codeContext >>> 2,
  float: CELL.float >>> 2,
};

/** Behind the record of the single instruction: one that looks the pc up. */
const ENTER = CELL.single + RECORD.size;

export class Core {
  readonly executor: Executor;
  /** Position of the cells. */
  readonly cells: number;
  /** The instruction at hand lies in no page of records. */
  isSingle = false;
  /** Nothing is accessed unseen: no way serves, and each instruction is fetched. */
  isObserved = false;
  readonly #hasWays: boolean;
  readonly #words: Int32Array;
  /** Index in `words` of the cells. */
  readonly #base: number;
  #mode: Mode | null = null;
  #drops = -1;
  #version = -1;
  #epoch = -1;
  #fences = -1;
  #codeFences = -1;

  constructor(executor: Executor, hasWays: boolean) {
    const { hart, registers } = executor;
    const arena = hart.port.physical.memory.block;
    this.executor = executor;
    this.#hasWays = hasWays;
    this.cells = cellsOf(hart.id);
    this.#words = registers.words;
    this.#base = this.cells >>> 2;
    this.#words[(this.cells + ENTER) >>> 2] = HANDLER.enter;
    hart.ways.attach(arena, hart.id);
    this.observe(false);
    this.#codeFences = executor.codeFences;
  }

  observe(isObserved: boolean): void {
    const { ways } = this.executor.hart;
    this.isObserved = isObserved;
    ways.isOn = this.#hasWays && !isObserved;
    ways.drop();
  }

  /** Ways do not serve the next instruction, or do again: that of a step of a scenario is always seen. */
  suspend(isSuspended: boolean): void {
    const { ways } = this.executor.hart;
    ways.isOn = this.#hasWays && !this.isObserved && !isSuspended;
    // Enters anew, with other numbers.
    this.#mode = null;
  }

  /** Whether generated code may do one instruction at a time only. */
  get isStepping(): boolean {
    return this.isSingle || !this.executor.hart.ways.isOn;
  }

  get remaining(): number {
    return this.#words[this.#base + WORD.remaining];
  }

  set remaining(count: number) {
    this.#words[this.#base + WORD.remaining] = count;
  }

  /** Position of the next instruction's record. */
  get record(): number {
    return this.#words[this.#base + WORD.record];
  }

  get pcLow(): number {
    return this.#words[this.#base + WORD.pc];
  }

  get pcHigh(): number {
    return this.#words[this.#base + WORD.pc + 1];
  }

  /** The page and offset of the pc. */
  get page(): number {
    return (this.pcHigh >>> 0) * 2 ** 20 + (this.pcLow >>> 12);
  }

  get offset(): number {
    return this.pcLow & 4095;
  }

  /** The two halves of the address that generated code left behind. */
  get addressLow(): number {
    return this.#words[this.#base + WORD.address];
  }

  get addressHigh(): number {
    return this.#words[this.#base + WORD.address + 1];
  }

  /** The record of the pc is to be looked up. */
  lookUp(): void {
    this.isSingle = false;
    this.#words[this.#base + WORD.record] = this.cells + ENTER;
  }

  /** The pc's record lies there. `isSingle`: and is the only one. */
  stand(position: number, isSingle: boolean): void {
    const words = this.#words;
    const { pcLow } = this;
    const parcels = position >>> 3;
    this.isSingle = isSingle;
    words[this.#base + WORD.record] = position;
    words[this.#base + WORD.pcBase] = pcLow - parcels;
    const borrow = pcLow >>> 0 < parcels ? 1 : 0;
    words[this.#base + WORD.pcBase + 1] = this.pcHigh - borrow;
  }

  /** To the next instruction, `length` bytes on. */
  next(length: number): void {
    const words = this.#words;
    const at = this.#base + WORD.pc;
    const before = words[at];
    words[at] = before + length;
    const isWide = this.executor.registers.xlen === 64;
    if (isWide && words[at] >>> 0 < before >>> 0) words[at + 1]++;
    if (this.isStepping) this.lookUp();
    else words[this.#base + WORD.record] += (length / 2) * RECORD.size;
  }

  /** After anything that TypeScript did: what may have become stale. True: code that was kept must be decoded anew. */
  refresh(): boolean {
    const { executor } = this;
    const { hart, mode } = executor;
    const { csrs, port, ways } = hart;
    const { epoch } = port.physical;
    const { version } = csrs;
    if (version !== this.#version || epoch !== this.#epoch || executor.fences !== this.#fences) {
      this.#version = version;
      this.#epoch = epoch;
      this.#fences = executor.fences;
      ways.drop();
    }
    if (ways.drops !== this.#drops || mode !== this.#mode) {
      ways.enter(MODES.indexOf(mode));
      this.#mode = mode;
      this.#drops = ways.drops;
      this.#words[this.#base + WORD.code] = ways.code;
      this.#words[this.#base + WORD.data] = ways.data;
      this.lookUp();
    }
    this.#words[this.#base + WORD.float] = floatStatus(csrs, mode);
    if (executor.codeFences === this.#codeFences) return false;
    this.#codeFences = executor.codeFences;
    return true;
  }
}
