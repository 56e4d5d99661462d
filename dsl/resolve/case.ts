/** One case while it is being resolved: what its parameters stand for, its machine and its layout. */
import type { Cell, Expr, Ref, Word } from '../syntax/ast.ts';
import type { DiagnosticCode } from '../diagnostics.ts';
import type { PlanActor, PlanDevice, PlanMachine, PlanRegion, Value } from '../plan.ts';
import { didYouMean, type More } from '../report.ts';
import {
  type Bound,
  cellExpression,
  type Column,
  type Constant,
  type Declared,
  parameterOf,
  PREDECLARED,
  type Scope,
} from '../compile/scope.ts';
import type { Axis } from '../compile/sections.ts';
import type { Slots } from '../compile/slots.ts';
import type { Range } from './range.ts';
import type { Vocabulary } from '../vocabulary.ts';
import type { Span } from '../span.ts';

/** What a scenario gives to the lines of its cases. */
export interface CaseContext {
  readonly vocabulary: Vocabulary;
  readonly scope: Scope;
  /** In file order, the table last: the last one turns fastest. */
  readonly axes: readonly Axis[];
  readonly columns: ReadonlyMap<string, Column>;
  readonly names: Map<string, Declared>;
  readonly actors: Map<string, Slots<PlanActor | PlanDevice>>;
  /** Constants that some line has used. */
  readonly usedConstants: Set<Constant>;
  textAt(span: Span, scope: Scope, c: Case): string;
}

/** What all lines of a case share: the merged machine, XLEN, RAM, the table pool and where regions lie. */
export interface Frame {
  xlen: 32 | 64;
  machine: PlanMachine;
  ram: readonly Range[];
  pool: Range;
  /** In file order. */
  readonly regions: PlanRegion[];
  readonly byName: Map<string, PlanRegion>;
  /** Regions whose place could not be found: nothing more is said about where they lie. */
  readonly unplaced: Set<string>;
  /** What lies where already, by base; the table pool too. */
  readonly taken: Range[];
}

export interface Case {
  readonly scenario: CaseContext;
  /** Row of each axis. */
  readonly rows: readonly number[];
  frame: Frame;
  /** Where findings go while the scenario is checked; null at expansion, when there are none. */
  readonly accept:
    ((code: DiagnosticCode, span: Span, message: string, more?: More) => void) | null;
  /** Actors resolved so far: one object for all steps of an actor. */
  readonly actors: Map<string, PlanActor | PlanDevice>;
  /** Values of constants already worked out: constants that name each other twice would double the work. */
  readonly constants: Map<Constant, Value>;
  /** Position of the line being resolved: captures are known from their step on. */
  position: number;
}

/** What `<name>` stands for in `scope`, or null. A fixture sees its own parameters only. */
export function boundTo(name: string, scope: Scope, c: Case): Bound | null {
  if (scope.parameters !== null) {
    const own = parameterOf(scope, name);
    return own === null ? null : through(own, c);
  }
  const column = c.scenario.columns.get(name);
  if (column === undefined) return null;
  const cell = c.scenario.axes[column.axis].rows[c.rows[column.axis]][column.index];
  return { cell, scope: c.scenario.scope };
}

/** An argument may itself be a parameter of the caller: follow it. */
function through(bound: Bound, c: Case): Bound {
  const expr = cellExpression(bound.cell);
  if (expr?.kind === 'param') return boundTo(expr.name, bound.scope, c) ?? bound;
  if (expr?.kind === 'name' && bound.scope.parameters?.has(expr.name) === true) {
    return boundTo(expr.name, bound.scope, c) ?? bound;
  }
  return bound;
}

/** The text of a word, name or reference once its parameter is filled in; empty after a finding. */
export function textOf(word: Word | Ref, scope: Scope, c: Case): string {
  if (!word.param) {
    // `using size` of a fixture: its parameter may stand for a word without brackets.
    const own = scope.parameters?.get(word.text);
    return own === undefined ? word.text : cellText(through(own, c).cell);
  }
  const bound = boundTo(word.text, scope, c);
  if (bound !== null) return cellText(bound.cell);
  unknownParameter(word.text, word.span, scope, c);
  return '';
}

export function cellText(cell: Cell): string {
  return cell.string ?? cell.text;
}

export function unknownParameter(name: string, span: Span, scope: Scope, c: Case): void {
  if (c.accept === null) return;
  const known = scope.parameters === null ? c.scenario.columns.keys() : scope.parameters.keys();
  const names = [...known];
  c.accept('SDT204', span, `there is no parameter '${name}' here`, {
    help:
      names.length === 0
        ? scope.parameters === null
          ? `add 'each ${name} in ...' or a table with this column`
          : `add '${name}' to the fixture's parameters`
        : `parameters here: ${names.join(', ')}`,
  });
}

/** `text` with each `<name>` replaced by its value. */
export function filled(text: string, scope: Scope, c: Case): string {
  if (!text.includes('<')) return text;
  return text.replace(/<([A-Za-z_][A-Za-z0-9_]*)>/g, (all, name: string) => {
    const bound = boundTo(name, scope, c);
    return bound === null ? all : cellText(bound.cell);
  });
}

/** What an expression stands for; given to those that `evaluate` itself asks for members and formats. */
export type Evaluate = (expr: Expr, scope: Scope, c: Case) => Value;

/** A value that must be a number before the case runs. `what` names the place in messages. */
export function knownValue(value: Value, span: Span, c: Case, what: string): bigint {
  if (typeof value === 'bigint') return value;
  c.accept?.('SDT222', span, `${what} must be known before the case runs`, {
    help: 'captures and members of tables have their values at run time only',
  });
  return 0n;
}

/** A near name among everything that can be seen from `scope`. */
export function suggestion(name: string, scope: Scope, c: Case): string | undefined {
  const names = [...c.scenario.names.keys(), ...PREDECLARED];
  for (let s: Scope | null = scope; s !== null; s = s.parent) {
    names.push(...s.constants.keys());
    if (s.parameters !== null) names.push(...s.parameters.keys());
  }
  return didYouMean(name, names);
}
