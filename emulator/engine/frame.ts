/** The vocabulary of the interpreter itself: opcodes, locals with a meaning, labels, and where records have operands. */
import { CELL, RECORD, WAY } from '../memory/layout.ts';
import type { Code, ValueType } from './wasm-writer.ts';
import { I32, I64, signed, unsigned, join } from './wasm-writer.ts';

export const W = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  get: 0x20,
  set: 0x21,
  tee: 0x22,
  i32: { const: 0x41, lt: 0x48, add: 0x6a, sub: 0x6b, and: 0x71, shl: 0x74, shr: 0x76 },
  i64: { or: 0x84 },
  wrap: 0xa7,
  widen: 0xad,
} as const;

/** Opcodes of the two widths. */
const WORD = { eq: [0x46, 0x51], ne: [0x47, 0x52], add: [0x6a, 0x7c], sub: [0x6b, 0x7d] } as const;
const LOGIC = { and: [0x71, 0x83], or: [0x72, 0x84] } as const;
const BY_WIDTH = { ...WORD, ...LOGIC, load: [0x28, 0x29], store: [0x36, 0x37] } as const;

const LOAD_U16 = 0x2f;
const LOAD_I64_FROM_I32 = 0x34;

/** Parameters and locals. */
export const LOCAL = {
  /** Positions of the hart's cells and ways. */
  cells: 0,
  ways: 1,
  /** The record of the next instruction. */
  at: 2,
  /** Instructions left. */
  remaining: 3,
  /** Position of the way looked at last. */
  way: 4,
  /** Why generated code returns. */
  why: 5,
  pcBase: 6,
  dataContext: 7,
  codeContext: 8,
  /** The address of a data access. */
  address: 9,
  /** Where a jump goes. */
  pc: 10,
} as const;

/** Where handlers may branch to, innermost first, around the blocks of the handlers. */
const LABELS = ['target', 'float', 'access', 'jump', 'next', 'exit'] as const;
export type Label = (typeof LABELS)[number];

/** The ways of one hart by use: they lie behind each other. */
const BANK = WAY.count * WAY.size;
export const BANKS = { load: 0, store: BANK, fetch: 2 * BANK } as const;
export type Bank = keyof typeof BANKS;

export const i32 = (value: number): Code => join(W.i32.const, signed(value, value >> 31));
export const get = (local: number): Code => join(W.get, unsigned(local));
export const set = (local: number): Code => join(W.set, unsigned(local));
export const tee = (local: number): Code => join(W.tee, unsigned(local));

/** A load or store; what it says of alignment is a hint only, and says nothing. */
export const memory = (opcode: number, offset: number): Code => join(opcode, 0, unsigned(offset));

/** What depends on XLEN, and who has a local to spare. */
export class Frame {
  readonly xlen: 32 | 64;
  /** Types of the locals behind the parameters. */
  readonly types: ValueType[];
  readonly #column: 0 | 1;
  /** Locals of the handler being written; all handlers share them. */
  readonly #spare: Record<ValueType, number[]> = { [I32]: [], [I64]: [] };
  readonly #used: Record<ValueType, number> = { [I32]: 0, [I64]: 0 };

  constructor(xlen: 32 | 64) {
    this.xlen = xlen;
    this.#column = xlen === 32 ? 0 : 1;
    const word = xlen === 32 ? I32 : I64;
    this.types = [I32, I32, I32, I32, word, word, word, word, word];
  }

  /** A local that no code of the same handler uses. */
  spare(type: ValueType): number {
    const known = this.#spare[type];
    const index = this.#used[type]++;
    if (index === known.length) {
      known.push(2 + this.types.length);
      this.types.push(type);
    }
    return known[index];
  }

  /** Another handler begins. */
  begin(): void {
    this.#used[I32] = 0;
    this.#used[I64] = 0;
  }

  /** The opcode of an operation on words of XLEN bits. */
  op(name: keyof typeof BY_WIDTH): number {
    return BY_WIDTH[name][this.#column];
  }

  constant(value: number): Code {
    return this.xlen === 32 ? i32(value) : join(0x42, signed(value, value >> 31));
  }

  /** The low half of a word on the stack; a 32-bit number, unsigned, as a word. */
  get low(): Code {
    return this.xlen === 32 ? [] : [W.wrap];
  }

  get widened(): Code {
    return this.xlen === 32 ? [] : [W.widen];
  }

  loadWord(offset: number): Code {
    return memory(this.op('load'), offset);
  }

  storeWord(offset: number): Code {
    return memory(this.op('store'), offset);
  }

  /** The record's number of a handler, or position of a register. */
  field(name: 'handler' | 'rd' | 'rs1' | 'rs2'): Code {
    return join(get(LOCAL.at), memory(LOAD_U16, RECORD[name]));
  }

  register(name: 'rs1' | 'rs2'): Code {
    return join(this.field(name), this.loadWord(0));
  }

  imm(): Code {
    const opcode = this.xlen === 32 ? this.op('load') : LOAD_I64_FROM_I32;
    return join(get(LOCAL.at), memory(opcode, RECORD.imm));
  }

  /** The address of the instruction whose record is at `at`. */
  pc(): Code {
    const parcels = join(get(LOCAL.at), i32(3), W.i32.shr, this.widened);
    return join(get(LOCAL.pcBase), parcels, this.op('add'));
  }

  /** The tag of the way of an address, whose position is left in `way`. */
  tagOf(address: number, bank: Bank): Code {
    const index = join(get(address), this.low, i32(8), W.i32.shr);
    const masked = join(index, i32((WAY.count - 1) * WAY.size), W.i32.and);
    const at = join(masked, get(LOCAL.ways), W.i32.add, tee(LOCAL.way));
    return join(at, this.loadWord(BANKS[bank] + WAY.tag));
  }

  /** What the way looked at last adds to the low half of an address. */
  delta(bank: Bank): Code {
    return join(get(LOCAL.way), memory(0x28, BANKS[bank] + WAY.delta));
  }

  /** A cell into a local. */
  fromCell(local: number, offset: number, opcode: number): Code {
    return join(get(LOCAL.cells), memory(opcode, offset), set(local));
  }

  /** A value into a cell. */
  toCell(value: Code, offset: number, opcode: number): Code {
    return join(get(LOCAL.cells), value, memory(opcode, offset));
  }
}

/** Branches from code with `open` blocks between it and the labels. */
export const branch = (label: Label, open: number): Code => join(W.br, depth(label, open));
export const branchIf = (label: Label, open: number): Code => join(W.brIf, depth(label, open));
const depth = (label: Label, open: number): Code => unsigned(open + LABELS.indexOf(label));

export const PC_CELLS = [
  [LOCAL.pcBase, CELL.pcBase],
  [LOCAL.dataContext, CELL.dataContext],
  [LOCAL.codeContext, CELL.codeContext],
] as const;
