/**
 * What semantics of instructions may say: a vocabulary over registers of XLEN bits, from which WebAssembly is made.
 * One text serves RV32 and RV64, and the instructions on the low words of RV64 (`word`).
 */
import type { Code, ValueType } from './wasm-writer.ts';
import { I32, I64, signed, unsigned, join } from './wasm-writer.ts';

/** An expression of XLEN bits. */
export interface Word {
  readonly word: Code;
}
/** One that is 0 or 1. */
export interface Flag {
  readonly flag: Code;
}
/** The 64 bits of a float register. */
export interface Raw {
  readonly raw: Code;
}

/** What an instruction leaves in rd or fd. */
export type Emit = (e: Emitter) => Word | Raw;

/** Where operands are, and who has locals to spare: the interpreter reads records, others may know more. */
export interface Operands {
  readonly rs1: Code;
  readonly rs2: Code;
  readonly imm: Code;
  readonly pc: Code;
  /** Float registers in the places of rs1 and rs2. */
  readonly fs1: Code;
  readonly fs2: Code;
  /** A fresh local; its number. */
  local(type: ValueType): number;
}

/** Opcodes whose number depends on the width: that of i32, that of i64. */
const OPCODES = {
  eqz: [0x45, 0x50],
  eq: [0x46, 0x51],
  ne: [0x47, 0x52],
  lt: [0x48, 0x53],
  ltu: [0x49, 0x54],
  ge: [0x4e, 0x59],
  geu: [0x4f, 0x5a],
  clz: [0x67, 0x79],
  ctz: [0x68, 0x7a],
  popcnt: [0x69, 0x7b],
  add: [0x6a, 0x7c],
  sub: [0x6b, 0x7d],
  mul: [0x6c, 0x7e],
  div: [0x6d, 0x7f],
  divu: [0x6e, 0x80],
  rem: [0x6f, 0x81],
  remu: [0x70, 0x82],
  and: [0x71, 0x83],
  or: [0x72, 0x84],
  xor: [0x73, 0x85],
  shl: [0x74, 0x86],
  sar: [0x75, 0x87],
  shr: [0x76, 0x88],
  rotl: [0x77, 0x89],
  rotr: [0x78, 0x8a],
  extend8: [0xc0, 0xc2],
  extend16: [0xc1, 0xc3],
} as const;

type OpName = keyof typeof OPCODES;

const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const SELECT = 0x1b;
const IF = 0x04;
const ELSE = 0x05;
const END = 0x0b;
const WRAP = 0xa7;
const WIDEN = 0xac;
const WIDEN_UNSIGNED = 0xad;

export class Emitter {
  readonly xlen: 32 | 64;
  readonly #operands: Operands;
  /** Column of `OPCODES`. */
  readonly #column: 0 | 1;

  constructor(xlen: 32 | 64, operands: Operands) {
    this.xlen = xlen;
    this.#operands = operands;
    this.#column = xlen === 32 ? 0 : 1;
  }

  get rs1(): Word {
    return { word: this.#operands.rs1 };
  }

  get rs2(): Word {
    return { word: this.#operands.rs2 };
  }

  /** Sign-extended. */
  get imm(): Word {
    return { word: this.#operands.imm };
  }

  /** The address of the instruction. */
  get pc(): Word {
    return { word: this.#operands.pc };
  }

  get fs1(): Raw {
    return { raw: this.#operands.fs1 };
  }

  get fs2(): Raw {
    return { raw: this.#operands.fs2 };
  }

  /** A constant by its two halves; `hi`: else the sign of `lo`. */
  constant(lo: number, hi = lo >> 31): Word {
    return this.xlen === 32
      ? { word: join(0x41, signed(lo, lo >> 31)) }
      : { word: join(0x42, signed(lo, hi)) };
  }

  add = (a: Word, b: Word): Word => this.#binary('add', a, b);
  sub = (a: Word, b: Word): Word => this.#binary('sub', a, b);
  and = (a: Word, b: Word): Word => this.#binary('and', a, b);
  or = (a: Word, b: Word): Word => this.#binary('or', a, b);
  xor = (a: Word, b: Word): Word => this.#binary('xor', a, b);
  /** Shifts and rotations by the low log2(XLEN) bits of `b`. */
  shl = (a: Word, b: Word): Word => this.#binary('shl', a, b);
  shr = (a: Word, b: Word): Word => this.#binary('shr', a, b);
  sar = (a: Word, b: Word): Word => this.#binary('sar', a, b);
  rotl = (a: Word, b: Word): Word => this.#binary('rotl', a, b);
  rotr = (a: Word, b: Word): Word => this.#binary('rotr', a, b);
  /** The low XLEN bits of the product. */
  mul = (a: Word, b: Word): Word => this.#binary('mul', a, b);
  /** WebAssembly traps where `b` is 0, and `div` on overflow: semantics never come there. */
  div = (a: Word, b: Word): Word => this.#binary('div', a, b);
  divu = (a: Word, b: Word): Word => this.#binary('divu', a, b);
  rem = (a: Word, b: Word): Word => this.#binary('rem', a, b);
  remu = (a: Word, b: Word): Word => this.#binary('remu', a, b);

  eq = (a: Word, b: Word): Flag => this.#compare('eq', a, b);
  ne = (a: Word, b: Word): Flag => this.#compare('ne', a, b);
  lt = (a: Word, b: Word): Flag => this.#compare('lt', a, b);
  ltu = (a: Word, b: Word): Flag => this.#compare('ltu', a, b);
  ge = (a: Word, b: Word): Flag => this.#compare('ge', a, b);
  geu = (a: Word, b: Word): Flag => this.#compare('geu', a, b);
  isZero = (a: Word): Flag => ({ flag: join(a.word, this.#op('eqz')) });

  clz = (a: Word): Word => this.#unary('clz', a);
  ctz = (a: Word): Word => this.#unary('ctz', a);
  popcnt = (a: Word): Word => this.#unary('popcnt', a);
  /** The low 8 or 16 bits, sign-extended. */
  extend8 = (a: Word): Word => this.#unary('extend8', a);
  extend16 = (a: Word): Word => this.#unary('extend16', a);

  /** 0 or 1 as a value. */
  value(a: Flag): Word {
    return { word: this.xlen === 32 ? a.flag : join(a.flag, WIDEN_UNSIGNED) };
  }

  /** One of two values, both worked out. */
  select(which: Flag, yes: Word, no: Word): Word {
    return { word: join(yes.word, no.word, which.flag, SELECT) };
  }

  /** One of two values, only that worked out. */
  either(which: Flag, yes: Word, no: Word): Word {
    return {
      word: join(which.flag, IF, this.#type, yes.word, ELSE, no.word, END),
    };
  }

  /** Names a value that is used several times. */
  let(value: Word, use: (named: Word) => Word): Word {
    const local = unsigned(this.#operands.local(this.#type));
    const named = { word: join(LOCAL_GET, local) };
    return { word: join(value.word, LOCAL_SET, local, use(named).word) };
  }

  /** What an emitter of 32 bits makes of the low words of the operands, sign-extended. */
  word(emit: Emit): Word {
    if (this.xlen === 32) return this.#wordOf(emit(this));
    const operands = this.#operands;
    const low: Operands = {
      rs1: join(operands.rs1, WRAP),
      rs2: join(operands.rs2, WRAP),
      imm: join(operands.imm, WRAP),
      pc: join(operands.pc, WRAP),
      fs1: operands.fs1,
      fs2: operands.fs2,
      local: (type) => operands.local(type),
    };
    const inner = new Emitter(32, low);
    return { word: join(inner.#wordOf(emit(inner)).word, WIDEN) };
  }

  /** The low word, zero-extended. */
  unsignedWord(a: Word): Word {
    return this.xlen === 32 ? a : { word: join(a.word, WRAP, WIDEN_UNSIGNED) };
  }

  /** The low word of a float register, sign-extended; all of it. */
  lowOf(a: Raw): Word {
    return { word: join(a.raw, WRAP, this.xlen === 32 ? [] : [WIDEN]) };
  }

  allOf(a: Raw): Word {
    return { word: a.raw };
  }

  /** A float register that holds the low word of `a`, NaN-boxed; or all of `a` (RV64). */
  boxed(a: Word): Raw {
    const low = this.xlen === 32 ? a.word : join(a.word, WRAP);
    return { raw: join(low, WIDEN_UNSIGNED, 0x42, signed(0, -1), 0x84) };
  }

  rawOf(a: Word): Raw {
    return { raw: a.word };
  }

  /** Arithmetic on float registers as 64-bit words, whatever XLEN is. */
  wide(a: Raw, b: Raw, emit: (e: Emitter, a: Word, b: Word) => Word): Raw {
    const inner = new Emitter(64, this.#operands);
    return { raw: emit(inner, { word: a.raw }, { word: b.raw }).word };
  }

  #wordOf(result: Word | Raw): Word {
    if ('raw' in result) throw new Error('a float result where an integer is wanted');
    return result;
  }

  get #type(): ValueType {
    return this.xlen === 32 ? I32 : I64;
  }

  #op(name: OpName): number {
    return OPCODES[name][this.#column];
  }

  #unary(name: OpName, a: Word): Word {
    return { word: join(a.word, this.#op(name)) };
  }

  #binary(name: OpName, a: Word, b: Word): Word {
    return { word: join(a.word, b.word, this.#op(name)) };
  }

  #compare(name: OpName, a: Word, b: Word): Flag {
    return { flag: join(a.word, b.word, this.#op(name)) };
  }
}
