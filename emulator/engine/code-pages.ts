/**
 * Decoded code: by hart and physical page, a record per 2-byte parcel, decoded when first reached. Without caching, a
 * store to code is seen at once (its records are undone); where entries are kept until a fence, code is until FENCE.I.
 */
import type { Decoded, Decoder } from '../isa/decode.ts';
import type { Op } from '../isa/op.ts';
import type { Arena } from '../memory/arena.ts';
import { CELL, cellsOf, CODE, CODE_PAGE, CODE_PAGES, MAX_HARTS, RECORD } from '../memory/layout.ts';
import type { Memory } from '../memory/memory.ts';
import { HANDLER, isRelative } from './handlers.ts';
import type { Handlers } from './handlers.ts';

/** An instruction as it was met; `decoded` null: no instruction of this machine. */
export interface Instruction {
  readonly word: number;
  readonly decoded: Decoded | null;
}

/** So many different words are remembered; beyond, all code is decoded anew. */
const WORDS = 1 << 16;

/** Where a row's operands lie: 0 in x registers, 1 in f. */
interface Places {
  readonly rd: 0 | 1;
  readonly rs1: 0 | 1;
  readonly rs2: 0 | 1;
}

export class CodePages {
  readonly #memory: Memory;
  readonly #handlers: Handlers;
  readonly #decoder: Decoder;
  readonly #places = new Map<Op, Places>();
  #arena: Arena;
  /** By page number of the pool: hart and frame that it belongs to. */
  readonly #owners: number[] = [];
  readonly #pages = new Map<number, number>();
  readonly #instructions: Instruction[] = [];
  readonly #numbers = new Map<number, number>();

  constructor(memory: Memory, handlers: Handlers, decoder: Decoder) {
    this.#memory = memory;
    this.#handlers = handlers;
    this.#decoder = decoder;
    this.#arena = memory.block;
  }

  /** Forgets all code; true of a machine that was reset. */
  clear(): void {
    this.#arena = this.#memory.block;
    this.#owners.length = 0;
    this.#pages.clear();
    if (this.#instructions.length >= WORDS) {
      this.#instructions.length = 0;
      this.#numbers.clear();
    }
  }

  /** Whether no page or number may be left for the next one: `clear` first, when no hart is at any record. */
  get isFull(): boolean {
    return this.#owners.length >= CODE_PAGES || this.#instructions.length >= WORDS;
  }

  /** The position of a hart's records of a frame, or 0. */
  find(hart: number, frame: number): number {
    const page = this.#pages.get(frame * MAX_HARTS + hart);
    return page === undefined ? 0 : CODE + page * CODE_PAGE;
  }

  /** The same, made if there are none. There must be room. */
  make(hart: number, frame: number): number {
    const known = this.find(hart, frame);
    if (known !== 0) return known;
    const key = frame * MAX_HARTS + hart;
    const page = this.#owners.length;
    const at = CODE + page * CODE_PAGE;
    const { words, codePages } = this.#arena;
    if (page < codePages) words.fill(0, at >>> 2, (at + CODE_PAGE) >>> 2);
    else this.#arena.codePages = page + 1;
    words[(at + 2048 * RECORD.size) >>> 2] = HANDLER.nextPage;
    this.#owners.push(key);
    this.#pages.set(key, page);
    return at;
  }

  /** Decodes the instruction of an undecoded record, from memory. */
  decode(hart: number, position: number): void {
    const page = Math.floor((position - CODE) / CODE_PAGE);
    const frame = Math.floor(this.#owners[page] / MAX_HARTS);
    const offset = (position - CODE - page * CODE_PAGE) / (RECORD.size / 2);
    const memory = this.#memory;
    // The last parcel is fetched for itself: the instruction may go on in the next page.
    if (offset === 4094) {
      this.#arena.words[position >>> 2] = HANDLER.straddle;
      return;
    }
    memory.load(frame, offset, 2);
    let word = memory.lo;
    if ((word & 3) === 3) {
      memory.load(frame, offset + 2, 2);
      word |= memory.lo << 16;
    }
    this.write(hart, position, word, offset);
  }

  /** Decodes a record that is not yet. */
  ensure(hart: number, position: number): void {
    const handler = this.#arena.words[position >>> 2] & 0xffff;
    if (handler === HANDLER.undecoded) this.decode(hart, position);
  }

  /** Writes the record of an instruction. `offset`: where it lies in its page; -1: in none. */
  write(hart: number, position: number, word: number, offset: number): Instruction {
    const number = this.#numberOf(word);
    const instruction = this.#instructions[number];
    const { decoded } = instruction;
    const { words } = this.#arena;
    const at = position >>> 2;
    words[at + RECORD.number / 4] = number;
    if (decoded === null) {
      words[at] = HANDLER.call;
      return instruction;
    }
    const { op, operands, length } = decoded;
    const { rd, rs1, rs2, imm } = operands;
    const places = this.#placesOf(op);
    const target = offset + imm;
    // A jump to where no instruction may lie is found out on the far way.
    const isAligned = (target & (this.#handlers.isCompressed ? 1 : 3)) === 0;
    const isNear = offset >= 0 && target >= 0 && target < 4096 && isAligned && isRelative(op);
    const cells = cellsOf(hart);
    const to = rd === 0 && places.rd === 0 ? cells + CELL.sink : place(cells, places.rd, rd);
    words[at] = this.#handlers.of(op, length, isNear) | (to << 16);
    words[at + 1] = place(cells, places.rs1, rs1) | (place(cells, places.rs2, rs2) << 16);
    words[at + 2] = isNear ? imm * (RECORD.size / 2) : imm;
    return instruction;
  }

  /** The instruction of a record. */
  at(position: number): Instruction {
    return this.#instructions[this.#arena.words[(position + RECORD.number) >>> 2]];
  }

  /** Bytes of a frame were stored: the records that hold any of them are undone, for every hart. */
  stored(frame: number, offset: number, size: number, harts: number): void {
    const first = Math.max(0, (offset >>> 1) - 1);
    const last = (offset + size - 1) >>> 1;
    for (let hart = 0; hart < harts; hart++) {
      const page = this.find(hart, frame);
      if (page === 0) continue;
      for (let parcel = first; parcel <= last; parcel++) {
        this.#arena.words[(page + parcel * RECORD.size) >>> 2] = HANDLER.undecoded;
      }
    }
  }

  /** A hart's code is decoded anew (FENCE.I where it is kept). */
  forget(hart: number): void {
    this.#owners.forEach((key, page) => {
      if (key % MAX_HARTS !== hart) return;
      const at = (CODE + page * CODE_PAGE) >>> 2;
      this.#arena.words.fill(0, at, at + (2048 * RECORD.size) / 4);
    });
  }

  #numberOf(word: number): number {
    const bits = (word & 3) === 3 ? word | 0 : word & 0xffff;
    const known = this.#numbers.get(bits);
    if (known !== undefined) return known;
    const number = this.#instructions.length;
    this.#instructions.push({ word: bits, decoded: this.#decoder.decode(bits) });
    this.#numbers.set(bits, number);
    return number;
  }

  #placesOf(op: Op): Places {
    const known = this.#places.get(op);
    if (known !== undefined) return known;
    const of = (slot: 'rd' | 'rs1' | 'rs2'): 0 | 1 =>
      op.pieces.some((piece) => piece.slot === slot && piece.text.startsWith('f')) ? 1 : 0;
    const places = { rd: of('rd'), rs1: of('rs1'), rs2: of('rs2') };
    this.#places.set(op, places);
    return places;
  }
}

const place = (cells: number, file: 0 | 1, n: number): number =>
  cells + (file === 0 ? CELL.x : CELL.f) + 8 * n;
