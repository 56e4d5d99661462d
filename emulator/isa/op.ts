/** A row of the instruction table: how an instruction is written, encoded, where it exists, and what it does. */
import type { Emit, Emitter, Flag, Word } from '../engine/emitter.ts';
import type { Extension } from './extensions.ts';
import type { Pattern, Slot } from './pattern.ts';
import { pattern, slotOf } from './pattern.ts';

/** What an instruction needs: all of the extensions, and an XLEN or either (null). */
export interface Where {
  readonly needs: readonly Extension[];
  readonly xlen: 32 | 64 | null;
}

/** Computes registers from registers; touches no memory and never traps. */
export interface Pure {
  readonly kind: 'pure';
  /** What it leaves in rd or fd. */
  readonly emit: Emit;
}

export type MemoryAction = 'load' | 'store' | 'lr' | 'sc' | 'amo' | 'cas';
/** How a loaded value fills the register: extended, or NaN-boxed into a float register. */
export type Extend = 'signed' | 'unsigned' | 'float';
export type AmoFunction =
  'swap' | 'add' | 'xor' | 'and' | 'or' | 'min' | 'max' | 'minu' | 'maxu' | 'ssswap';

/** One data access at rs1 + imm (AMO, LR, SC: at rs1). */
export interface Memory {
  readonly kind: 'memory';
  readonly action: MemoryAction;
  /** Bytes. */
  readonly size: 1 | 2 | 4 | 8 | 16;
  readonly extend: Extend;
  readonly amo: AmoFunction | null;
}

/** May change the pc otherwise than by its own length. */
export interface Control {
  readonly kind: 'control';
  /** `branch` and `call` go to pc + imm, `return` to rs1 + imm; the latter two leave where they came from in rd. */
  readonly jump: 'branch' | 'call' | 'return';
  /** Whether a branch is taken; null: always. */
  readonly taken: ((e: Emitter) => Flag) | null;
}

/** Leaves the engine: privileged behaviour, CSRs, fences, float arithmetic. `args` are the row's constants. */
export interface System {
  readonly kind: 'system';
  readonly call: string;
  readonly args: readonly (string | number)[];
}

/** Another instruction in a shorter form: decodes to it, has no behaviour of its own. */
export interface Alias {
  readonly kind: 'alias';
  /** The instruction that it stands for, with operand names of this row or constants. */
  readonly text: string;
}

export type Semantics = Pure | Memory | Control | System | Alias;

/** One piece of an operand list: `rd`, `,`, `(`, or a register that is always the same (`sp`). */
export interface Piece {
  readonly text: string;
  /** Null for punctuation and literals. */
  readonly slot: Slot | null;
}

export interface Op {
  readonly name: string;
  readonly pieces: readonly Piece[];
  readonly pattern: Pattern;
  readonly where: Where;
  readonly semantics: Semantics;
  /** The more general row whose encodings it takes a part of (`pause` of `fence`); null: none. */
  readonly within: string | null;
}

/**
 * A row: syntax as the manual writes it, the encoding's listing, where it exists, what it does.
 * Operand names in the syntax: those of the listing, `offset` (pc-relative imm), `upper` (imm in units of 4 KiB),
 * `rm` may be left out and is then dynamic; `rm:rne`: then nearest-even.
 */
export function op(
  syntax: string,
  listing: string,
  where: Where,
  semantics: Semantics,
  within: string | null = null,
): Op {
  const space = syntax.indexOf(' ');
  const name = space < 0 ? syntax : syntax.slice(0, space);
  let pieces: readonly Piece[] | null = null;
  let parsed: Pattern | null = null;
  // Parsed when first asked for: who uses no instructions does not pay for their table at start.
  return {
    name,
    where,
    semantics,
    within,
    get pieces() {
      return (pieces ??= piecesOf(space < 0 ? '' : syntax.slice(space + 1)));
    },
    get pattern() {
      return (parsed ??= pattern(listing));
    },
  };
}

/** Splits an operand list of a syntax: names and the punctuation between them. */
export function piecesOf(operands: string): readonly Piece[] {
  return (operands.match(/[(),]|[^\s(),]+/g) ?? []).map((text) => ({ text, slot: slotOf(text) }));
}

export const extension = (...needs: Extension[]): Where => ({ needs, xlen: null });
export const rv32 = (where: Where): Where => ({ ...where, xlen: 32 });
export const rv64 = (where: Where): Where => ({ ...where, xlen: 64 });

/** A function of two values; instructions apply it to registers, or to a register and a constant. */
export type Binary = (e: Emitter, a: Word, b: Word) => Word;

export const pure = (emit: Emit): Pure => ({ kind: 'pure', emit });
/** rs1 and rs2; rs1 and imm; rs1 alone. */
export const registers = (f: Binary): Pure => pure((e) => f(e, e.rs1, e.rs2));
export const immediate = (f: Binary): Pure => pure((e) => f(e, e.rs1, e.imm));
export const unary = (f: (e: Emitter, a: Word) => Word): Pure => pure((e) => f(e, e.rs1));
/** The same on the low words of RV64, result sign-extended. */
export const word = ({ emit }: Pure): Pure => pure((e) => e.word(emit));
export const branch = (taken: (e: Emitter) => Flag): Control => ({
  kind: 'control',
  jump: 'branch',
  taken,
});
export const control = (jump: 'call' | 'return'): Control => ({
  kind: 'control',
  jump,
  taken: null,
});
export const as = (text: string): Alias => ({ kind: 'alias', text });
export const system = (call: string, ...args: readonly (string | number)[]): System => ({
  kind: 'system',
  call,
  args,
});
export const memory = (
  action: MemoryAction,
  size: Memory['size'],
  extend: Extend = 'signed',
  amo: AmoFunction | null = null,
): Memory => ({ kind: 'memory', action, size, extend, amo });
