/** The parts of a statement: words, expressions, extents, addresses, outcomes, cells. */
import type { Span } from '../span.ts';

/** A word, name, mode, permission or parameter; `<name>` has `param: true` and the text `name`. */
export interface Word {
  readonly text: string;
  readonly param: boolean;
  readonly span: Span;
}

/** A dotted name (`mpt.reserved`, `mmpt.mode`, `host`) or a parameter; `text` has no brackets. */
export interface Ref {
  readonly text: string;
  readonly param: boolean;
  readonly span: Span;
}

export interface StringLiteral {
  readonly value: string;
  readonly span: Span;
}

/** `name: value` in a call, a format constructor or a `with (...)` clause. */
export interface Argument {
  readonly name: Word;
  readonly value: Expr;
}

export type Expr =
  | { readonly kind: 'number'; readonly value: bigint; readonly span: Span }
  | { readonly kind: 'param'; readonly name: string; readonly span: Span }
  | { readonly kind: 'ones'; readonly span: Span }
  | { readonly kind: 'xlen'; readonly span: Span }
  | { readonly kind: 'name'; readonly name: string; readonly span: Span }
  /** `app.pte(0x40_0000)`, `key.end`, `imsic.file(0, 1, 0)`, `tsm2.covh.x`. */
  | {
      readonly kind: 'member';
      readonly of: string;
      readonly path: readonly Member[];
      readonly span: Span;
    }
  /** A format constructor: `mpte(v: 1, l: 1)`. */
  | {
      readonly kind: 'pack';
      readonly format: Word;
      readonly fields: readonly Argument[];
      readonly span: Span;
    }
  | {
      readonly kind: 'binary';
      readonly op: '+' | '-' | '*' | '/';
      readonly left: Expr;
      readonly right: Expr;
      readonly span: Span;
    };

export interface Member {
  readonly name: string;
  readonly args: readonly Expr[] | null;
  readonly span: Span;
}

/** `expr` (a region, a page of it, ...) or `at BASE size SIZE`; `size` null: the extent of the thing named. */
export interface Extent {
  readonly base: Expr;
  readonly size: Expr | null;
  readonly span: Span;
}

export interface Address {
  readonly space: 'va' | 'gpa' | 'pa' | 'iova' | null;
  readonly at: Expr;
  /** `every N of EXTENT`: one attempt for each step of that size. */
  readonly every: { readonly step: Expr; readonly of: Extent } | null;
  readonly span: Span;
}

/* ── outcomes ─────────────────────────────────────────────────────────────────────────────── */

export interface Outcome {
  readonly unspecified: boolean;
  readonly alternatives: readonly Alternative[];
  readonly span: Span;
}

export interface Alternative {
  readonly not: boolean;
  readonly verdict: Verdict;
  readonly clauses: readonly Clause[];
  readonly span: Span;
}

export type FaultClass =
  | 'access'
  | 'page'
  | 'guest page'
  | 'misaligned'
  | 'illegal instruction'
  | 'virtual instruction'
  | 'environment call'
  | 'breakpoint exception'
  | 'software check';

export interface Fault {
  /** null: of the attempt's own kind. */
  readonly origin: 'load' | 'store' | 'fetch' | null;
  readonly fault: FaultClass;
  readonly span: Span;
}

export type Verdict =
  | { readonly kind: 'ok' | 'denied' | 'aborted' | 'running' }
  | { readonly kind: 'success'; readonly value: Expr | null }
  | { readonly kind: 'error'; readonly name: Word | null }
  | { readonly kind: 'interrupt'; readonly name: Word }
  | { readonly kind: 'exits'; readonly why: Exit; readonly fatal: boolean }
  | { readonly kind: 'fault'; readonly fault: Fault }
  /** A value or an inclusive range; a lone `<param>` stands here until its cell is known. */
  | { readonly kind: 'value'; readonly from: Expr; readonly to: Expr | null };

export type Exit =
  | { readonly kind: 'end' }
  /** null: any call. */
  | { readonly kind: 'ecall'; readonly name: Ref | null }
  | { readonly kind: 'interrupt'; readonly name: Word }
  | { readonly kind: 'fault'; readonly fault: Fault };

export type Clause =
  | {
      readonly kind: 'at';
      readonly any: boolean;
      readonly address: Address | null;
      readonly span: Span;
    }
  | { readonly kind: 'gpa'; readonly value: Expr; readonly span: Span }
  | { readonly kind: 'taken'; readonly mode: Word; readonly span: Span }
  | { readonly kind: 'because'; readonly reason: Ref; readonly span: Span }
  | { readonly kind: 'as'; readonly name: Word; readonly span: Span }
  | { readonly kind: 'with'; readonly fields: readonly Argument[]; readonly span: Span }
  | { readonly kind: 'partial'; readonly span: Span }
  | { readonly kind: 'via'; readonly fault: Fault; readonly mode: Word | null; readonly span: Span }
  | { readonly kind: 'costing'; readonly costs: readonly Cost[]; readonly span: Span };

/** `mpt 64`, `mpt 3..4` (to) or `total <= 80` (most). */
export interface Cost {
  readonly counter: Word;
  readonly from: Expr | null;
  readonly to: Expr | null;
  readonly span: Span;
}

/** One cell of a table or an axis. Its text can be read as a word, a reference, an expression or an outcome. */
export interface Cell {
  readonly text: string;
  /** `-`: the step that uses it is left out. */
  readonly hole: boolean;
  readonly string: string | null;
  readonly outcome: Outcome | null;
  readonly span: Span;
}

/** `word is cell`, joined by `and`. */
export interface Condition {
  readonly word: Word;
  readonly is: Cell;
}
