/** Every statement of the language, every field, every span: what the parser makes of one line. */
import type {
  Word,
  Ref,
  StringLiteral,
  Argument,
  Expr,
  Extent,
  Address,
  Outcome,
  Cell,
  Condition,
} from './ast-values.ts';
import type { Span } from '../span.ts';

export type * from './ast-values.ts';

/* ── statements ───────────────────────────────────────────────────────────────────────────── */

interface Line {
  readonly span: Span;
}

export type Width = { readonly bytes: Expr; readonly span: Span };

export type Action =
  | { readonly do: 'loads' | 'fetches'; readonly width: Width | null; readonly address: Address }
  | {
      readonly do: 'stores' | 'swaps' | 'adds';
      readonly value: Expr;
      readonly width: Width | null;
      readonly address: Address;
    }
  | {
      readonly do: 'tries';
      readonly operation: Word;
      readonly width: Width | null;
      readonly value: Expr | null;
      readonly address: Address;
    }
  | {
      readonly do: 'fences';
      readonly fence: Word;
      readonly of: Expr | 'all' | null;
      readonly for: Extent | 'all' | null;
    }
  | { readonly do: 'reads csr'; readonly csr: Ref }
  | { readonly do: 'writes csr'; readonly csr: Ref; readonly value: Expr }
  | { readonly do: 'reads' | 'writes'; readonly width: Width; readonly address: Address }
  | { readonly do: 'translates'; readonly address: Address }
  | { readonly do: 'calls'; readonly callee: Ref; readonly args: readonly Argument[] }
  | {
      readonly do: 'runs';
      /** A TVM or a program. */
      readonly tvm: Ref;
      /** Where a program is entered; null: where its region lies. */
      readonly at: Address | null;
      readonly vcpu: Expr | null;
      readonly supplying: readonly { readonly what: Word; readonly from: Extent }[];
    }
  | { readonly do: 'continues' | 'waits' }
  | {
      readonly do: 'executes';
      readonly code: StringLiteral | Word;
      readonly with: readonly { readonly register: Word; readonly value: Expr }[];
    };

export type EntryContent =
  | { readonly kind: 'invalid' }
  | { readonly kind: 'perms'; readonly perms: Word }
  | { readonly kind: 'xwr' | 'raw' | 'reserved bit'; readonly value: Expr }
  | { readonly kind: 'napot'; readonly g: Expr; readonly perms: Word };

/** One property of a `machine` line: `mpt smmpt43`, `harts 2`, `ram at B size S`. */
export interface Property {
  readonly name: Word;
  readonly values: readonly Expr[];
  readonly at: { readonly base: Expr; readonly size: Expr } | null;
  readonly span: Span;
}

export type Statement =
  /* sections and file-wide */
  | (Line & { readonly kind: 'suite'; readonly title: StringLiteral })
  | (Line & { readonly kind: 'use'; readonly path: StringLiteral })
  | (Line & { readonly kind: 'let'; readonly name: Word; readonly value: Expr })
  | (Line & {
      readonly kind: 'fixture';
      readonly name: Word;
      readonly params: readonly { readonly name: Word; readonly default: Cell | null }[];
    })
  | (Line & { readonly kind: 'scenario'; readonly title: StringLiteral })
  /** A workload, whose rounds are counted. */
  | (Line & { readonly kind: 'measure'; readonly title: StringLiteral })
  /* meta */
  | (Line & { readonly kind: 'tags'; readonly tags: readonly Word[] })
  | (Line & {
      readonly kind: 'covers';
      /** `to`: last number of a run `SMMPT-XWR-01..08`, null for one rule. */
      readonly rules: readonly {
        readonly id: string;
        readonly to: number | null;
        readonly span: Span;
      }[];
    })
  | (Line & { readonly kind: 'note'; readonly text: StringLiteral })
  | (Line & {
      readonly kind: 'requires';
      readonly features: readonly Word[];
      readonly when: readonly Condition[];
    })
  | (Line & {
      readonly kind: 'skip' | 'known failure';
      readonly why: StringLiteral;
      readonly when: readonly Condition[];
    })
  | (Line & { readonly kind: 'each'; readonly axis: Word; readonly cells: readonly Cell[] })
  | (Line & { readonly kind: 'table' })
  /** A line of a table; the first one after `table` is the header, its cells are read as words. */
  | (Line & { readonly kind: 'row'; readonly cells: readonly Cell[] })
  /* set-up */
  /** In a measure: the lines below it are one round of so many. */
  | (Line & { readonly kind: 'repeats'; readonly rounds: Expr })
  | (Line & {
      readonly kind: 'machine';
      readonly without: readonly Word[];
      readonly properties: readonly Property[];
    })
  | (Line & {
      readonly kind: 'region';
      readonly name: Word;
      readonly at: Expr | null;
      readonly size: Expr;
      readonly aligned: Expr | null;
      readonly holds: Expr | null;
      readonly aliases: Ref | null;
      readonly shared: boolean;
    })
  | (Line & {
      readonly kind: 'image';
      readonly name: Word;
      readonly from: StringLiteral;
      readonly at: Expr | null;
      readonly to: Ref;
    })
  | (Line & {
      readonly kind: 'domain';
      readonly name: Word;
      readonly sdid: Expr | null;
      readonly mpt: Ref | null;
      readonly tables: Word | null;
    })
  | (Line & {
      readonly kind: 'grant';
      readonly perms: Word;
      readonly extent: Extent;
      readonly to: readonly Ref[];
      readonly using: { readonly napot: boolean; readonly size: Expr } | null;
      readonly unfenced: boolean;
    })
  | (Line & {
      readonly kind: 'revoke';
      readonly extent: Extent;
      readonly from: readonly Ref[];
      readonly unfenced: boolean;
    })
  | (Line & {
      readonly kind: 'entry';
      readonly of: Ref;
      readonly level: Expr | null;
      readonly extent: Extent;
      readonly content: EntryContent;
      readonly unfenced: boolean;
    })
  | (Line & {
      readonly kind: 'space';
      readonly name: Word;
      /** vs, g, s or io */
      readonly stage: Word;
      readonly mode: Ref;
      readonly domain: Ref;
      readonly tables: Word | null;
      readonly id: Expr | null;
    })
  | (Line & {
      readonly kind: 'map';
      readonly space: Ref;
      readonly from: Expr;
      readonly to: Expr;
      readonly size: Expr;
      readonly perms: Word;
      readonly flags: readonly Word[];
      readonly using: Expr | null;
      readonly unfenced: boolean;
    })
  | (Line & {
      readonly kind: 'unmap';
      readonly space: Ref;
      readonly from: Expr;
      readonly size: Expr;
      readonly unfenced: boolean;
    })
  | (Line & {
      readonly kind: 'pmp';
      readonly index: Expr;
      readonly perms: Word;
      readonly on: Extent | 'all';
      readonly locked: boolean;
    })
  | (Line & {
      readonly kind: 'actor';
      readonly name: Word;
      readonly domain: Ref | null;
      readonly mode: Word | null;
      readonly as: Word | null;
      readonly hart: Expr | null;
      readonly using: Ref | null;
      readonly over: Ref | null;
      readonly with: readonly Word[];
    })
  | (Line & {
      readonly kind: 'iommu';
      readonly name: Word;
      readonly id: Expr | null;
      readonly domain: Ref;
      readonly unclassified: boolean;
    })
  | (Line & {
      readonly kind: 'device';
      readonly name: Word;
      readonly id: Expr;
      readonly pasid: Expr | null;
      readonly behind: Ref | null;
      readonly using: Ref | null;
      readonly tee: boolean;
      readonly with: readonly Word[];
      /** null: unclassified */
      readonly for: Ref | null;
    })
  | (Line & {
      readonly kind: 'tvm';
      readonly name: Word;
      readonly from: readonly Word[];
      readonly entry: Expr;
      readonly vcpus: Expr | null;
    })
  | (Line & { readonly kind: 'program'; readonly name: Word; readonly from: StringLiteral | null })
  | (Line & {
      readonly kind: 'given';
      readonly fixture: Word;
      readonly args: readonly { readonly name: Word; readonly value: Cell }[];
    })
  | (Line & {
      readonly kind: 'poke';
      readonly at: Expr;
      readonly value: Expr;
      readonly width: Width | null;
    })
  | (Line & { readonly kind: 'poison' | 'scrub'; readonly extent: Extent })
  | (Line & {
      readonly kind: 'check';
      readonly every: Expr | null;
      readonly extent: Extent;
      readonly outcome: Outcome;
    })
  | (Line & {
      readonly kind: 'fence';
      readonly fence: Word;
      readonly of: Word | null;
      readonly for: Extent | null;
    })
  | (Line & { readonly kind: 'flush'; readonly what: Word })
  /* steps; `actor` null: a program line */
  | (Line & {
      readonly kind: 'step';
      readonly actor: Ref | null;
      readonly action: Action;
      readonly outcome: Outcome | null;
    })
  | (Line & {
      readonly kind: 'when';
      readonly when: readonly Condition[];
      readonly outcome: Outcome;
    });

export type StatementKind = Statement['kind'];
export type StatementOf<K extends StatementKind> = Extract<Statement, { readonly kind: K }>;

/** One parsed file: its statements in order. Comments live in the token stream, which the formatter reads. */
export interface Syntax {
  readonly path: string;
  /** The number after `sdt` on the first line; null when that line is missing or wrong. */
  readonly version: number | null;
  readonly statements: readonly Statement[];
}
