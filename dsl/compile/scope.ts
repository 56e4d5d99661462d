/** Who sees which name: constants, fixture parameters, axes, and what a scenario declares. */
import type { Cell, Expr, Word } from '../syntax/ast.ts';
import type { Line } from './sections.ts';
import type { Span } from '../span.ts';

/** What a parameter stands for: a cell, and the scope in which the cell's own names are read. */
export interface Bound {
  readonly cell: Cell;
  readonly scope: Scope;
}

/** Where a parameter finds its cell. */
export interface Column {
  readonly axis: number;
  readonly index: number;
}

export interface Constant {
  readonly value: Expr;
  readonly span: Span;
}

/** A file, a scenario, or one use of a fixture. */
export interface Scope {
  readonly parent: Scope | null;
  /** Constants declared in this section (`let`). */
  readonly constants: Map<string, Constant>;
  /** Parameters of a fixture with what this use gives them; null: not within a fixture. */
  readonly parameters: ReadonlyMap<string, Bound> | null;
}

/** A line in effect in a scenario, with the scope in which its names are read. */
export interface Placed {
  readonly line: Line;
  readonly scope: Scope;
  readonly position: number;
}

export const newScope = (
  parent: Scope | null,
  parameters: ReadonlyMap<string, Bound> | null = null,
): Scope => ({ parent, constants: new Map(), parameters });

/** The parameter `name` of the fixture whose scope this is; null when it has none of that name. */
export function parameterOf(scope: Scope, name: string): Bound | null {
  return scope.parameters?.get(name) ?? null;
}

/** The constant `name`, from the innermost section outwards, with the scope it was written in. */
export function constantOf(
  scope: Scope,
  name: string,
): { readonly constant: Constant; readonly scope: Scope } | null {
  for (let s: Scope | null = scope; s !== null; s = s.parent) {
    const constant = s.constants.get(name);
    if (constant !== undefined) return { constant, scope: s };
  }
  return null;
}

/** The expression that a cell holds, or null when it holds an outcome, a string or nothing. */
export function cellExpression(cell: Cell): Expr | null {
  const outcome = cell.outcome;
  if (outcome === null || outcome.unspecified || outcome.alternatives.length !== 1) return null;
  const [alternative] = outcome.alternatives;
  if (alternative.not || alternative.clauses.length > 0) return null;
  const verdict = alternative.verdict;
  return verdict.kind === 'value' && verdict.to === null ? verdict.from : null;
}

export type Kind =
  | 'region'
  | 'domain'
  | 'space'
  | 'actor'
  | 'iommu'
  | 'device'
  | 'tvm'
  | 'program'
  | 'image'
  | 'capture'
  | 'constant';

/** A declared name of a scenario. */
export interface Declared {
  readonly kind: Kind;
  readonly name: string;
  readonly span: Span;
  /** Of the line that declares it, in the scenario's lines; -1: predeclared. */
  readonly position: number;
  readonly placed: Placed | null;
  /** Set when something uses it: for "never used". */
  used: boolean;
}

/** Names that are there without a declaration: the root manager in M-mode on hart 0, and what the platform has. */
export const PREDECLARED = new Set(['rdsm', 'imsic']);

/** The name that a statement declares, or null. */
export function declaredName(line: Line): { readonly kind: Kind; readonly name: Word } | null {
  const s = line.statement;
  switch (s.kind) {
    case 'region':
    case 'image':
    case 'domain':
    case 'space':
    case 'actor':
    case 'iommu':
    case 'device':
    case 'tvm':
    case 'program':
      return { kind: s.kind, name: s.name };
    default:
      return null;
  }
}
