/** The code of each form's handler: what the table's row says, between operands of the record and the next record. */
import type { Control, Memory, Op } from '../isa/op.ts';
import { CELL, RECORD } from '../memory/layout.ts';
import { Emitter } from './emitter.ts';
import type { Bank, Frame } from './frame.ts';
import { branch, branchIf, get, i32, LOCAL, memory, set, W } from './frame.ts';
import type { Form } from './handlers.ts';
import type { Code } from './wasm-writer.ts';
import { signed, VOID, join } from './wasm-writer.ts';

/** Opcodes by bytes; of an i32 and of an i64. */
const LOADS = {
  signed: { 1: [0x2c, 0x30], 2: [0x2e, 0x32], 4: [0x28, 0x34], 8: [0, 0x29] },
  unsigned: { 1: [0x2d, 0x31], 2: [0x2f, 0x33], 4: [0x28, 0x35], 8: [0, 0x29] },
} as const;
const STORES = { 1: [0x3a, 0x3c], 2: [0x3b, 0x3d], 4: [0x36, 0x3e], 8: [0, 0x37] } as const;
const LOAD_I64 = 0x29;
const STORE_I64 = 0x37;
/** `value | 0xffffffff_00000000`: a NaN-boxed single. */
const BOX: Code = join(0x42, signed(0, -1), W.i64.or);

export class RowHandlers {
  readonly #frame: Frame;
  readonly #emitter: Emitter;
  /** Whether instructions may lie at any even address. */
  readonly #compressed: boolean;

  constructor(frame: Frame, compressed: boolean) {
    this.#frame = frame;
    this.#compressed = compressed;
    this.#emitter = new Emitter(frame.xlen, {
      rs1: frame.register('rs1'),
      rs2: frame.register('rs2'),
      imm: frame.imm(),
      pc: frame.pc(),
      fs1: join(frame.field('rs1'), memory(LOAD_I64, 0)),
      fs2: join(frame.field('rs2'), memory(LOAD_I64, 0)),
      local: (type) => frame.spare(type),
    });
  }

  /** `open`: blocks between the code and the labels. */
  code({ op, length, isNear }: Form, open: number): Code {
    this.#frame.begin();
    const { semantics } = op;
    const step = (length / 2) * RECORD.size;
    const next = join(this.#advance(i32(step)), branch('next', open));
    switch (semantics.kind) {
      case 'pure':
        return join(this.#floatGate(op, open), this.#pure(semantics.emit(this.#emitter)), next);
      case 'memory': {
        const access =
          semantics.action === 'load' ? this.#load(semantics, open) : this.#store(semantics, open);
        return join(this.#floatGate(op, open), access, next);
      }
      case 'control':
        return this.#control(semantics, step, isNear, next, open);
      case 'system':
      case 'alias':
        throw new Error(`'${op.name}' has no handler`);
    }
  }

  #advance(distance: Code): Code {
    return join(get(LOCAL.at), distance, W.i32.add, set(LOCAL.at));
  }

  #pure(result: ReturnType<typeof Emitter.prototype.rawOf> | ReturnType<Emitter['word']>): Code {
    const store =
      'raw' in result
        ? join(result.raw, memory(STORE_I64, 0))
        : join(result.word, this.#frame.storeWord(0));
    return join(this.#frame.field('rd'), store);
  }

  // Jumps.

  #control(
    { jump, taken }: Control,
    step: number,
    isNear: boolean,
    next: Code,
    open: number,
  ): Code {
    const frame = this.#frame;
    if (jump === 'return') {
      const sum = join(frame.register('rs1'), frame.imm(), frame.op('add'));
      const target = join(sum, frame.constant(-2), frame.op('and'), set(LOCAL.pc));
      const go = join(this.#checkTarget(open), this.#link(step), branch('jump', open));
      return join(target, go);
    }
    if (taken === null) return this.#relative(this.#link(step), isNear, open);
    const go = this.#relative([], isNear, open + 1);
    return join(taken(this.#emitter).flag, W.if, VOID, go, W.end, next);
  }

  /** To pc + imm. Within the page the record's imm is the distance in records, as bytes. */
  #relative(link: Code, isNear: boolean, open: number): Code {
    const frame = this.#frame;
    if (isNear) {
      const distance = join(get(LOCAL.at), memory(0x28, RECORD.imm));
      return join(link, this.#advance(distance), branch('next', open));
    }
    const target = join(frame.pc(), frame.imm(), frame.op('add'), set(LOCAL.pc));
    return join(target, this.#checkTarget(open), link, branch('jump', open));
  }

  /** rd = the address of the next instruction. */
  #link(step: number): Code {
    const frame = this.#frame;
    const after = join(frame.pc(), frame.constant(step / 8), frame.op('add'));
    return join(frame.field('rd'), after, frame.storeWord(0));
  }

  /** Without C an instruction lies at a multiple of 4: a jump elsewhere traps, and leaves rd alone. */
  #checkTarget(open: number): Code {
    if (this.#compressed) return [];
    const keep = join(get(LOCAL.pc), set(LOCAL.address));
    const bit = join(get(LOCAL.pc), this.#frame.low, i32(2), W.i32.and);
    return join(keep, bit, branchIf('target', open));
  }

  // Loads and stores.

  /**
   * rs1 + imm to `address`; leaves for the access path unless the way of its page answers and it is aligned: the
   * address bits that must be zero are compared along with the tag, where they are zero.
   */
  #probe(bank: Bank, size: number, open: number): Code {
    const frame = this.#frame;
    const address = join(frame.register('rs1'), frame.imm(), frame.op('add'));
    const bits = join(get(LOCAL.address), frame.constant(-4096 | (size - 1)), frame.op('and'));
    const wanted = join(bits, get(LOCAL.dataContext), frame.op('or'));
    const differs = join(frame.tagOf(LOCAL.address, bank), wanted, frame.op('ne'));
    return join(address, set(LOCAL.address), differs, branchIf('access', open));
  }

  /** The position of the byte that the way leads to. */
  #byte(bank: Bank): Code {
    const frame = this.#frame;
    return join(get(LOCAL.address), frame.low, frame.delta(bank), W.i32.add);
  }

  #load({ size, extend }: Memory, open: number): Code {
    const frame = this.#frame;
    if (size === 16) throw new Error('no plain load has 16 bytes');
    const probe = this.#probe('load', size, open);
    const reads = join(probe, frame.field('rd'), this.#byte('load'));
    if (extend === 'float') {
      const value = join(memory(LOADS.unsigned[size][1], 0), size === 8 ? [] : BOX);
      return join(reads, value, memory(STORE_I64, 0));
    }
    const opcode = LOADS[extend][size][frame.xlen === 64 ? 1 : 0];
    return join(reads, memory(opcode, 0), frame.storeWord(0));
  }

  #store({ size, extend }: Memory, open: number): Code {
    const frame = this.#frame;
    if (size === 16) throw new Error('no plain store has 16 bytes');
    const isWide = extend === 'float' || frame.xlen === 64;
    const value = join(frame.field('rs2'), memory(isWide ? LOAD_I64 : 0x28, 0));
    const store = memory(STORES[size][isWide ? 1 : 0], 0);
    return join(this.#probe('store', size, open), this.#byte('store'), value, store);
  }

  /** What reads float registers needs FS, and what writes one FS Dirty: TypeScript sees to it where it is not so. */
  #floatGate(op: Op, open: number): Code {
    const { listing } = op.pattern;
    if (!/ f[ds]/.test(listing)) return [];
    const needs = listing.includes(' fd ') ? 2 : 1;
    const state = join(get(LOCAL.cells), memory(0x28, CELL.float));
    return join(state, i32(needs), W.i32.lt, branchIf('float', open));
  }
}
