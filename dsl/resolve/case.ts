/** One case while it is being resolved: what its parameters stand for, its machine and its layout. */
import type { Cell, Ref, Word } from '../ast.ts';
import type { DiagnosticCode } from '../diagnostics.ts';
import type { Frame } from './frame.ts';
import type { PlanActor, PlanDevice } from '../plan.ts';
import type { More } from '../report.ts';
import type { Scenario } from '../compile/scenario.ts';
import { type Bound, cellExpression, parameterOf, type Scope } from '../compile/scope.ts';
import type { Span } from '../span.ts';

export interface Case {
  readonly scenario: Scenario;
  /** Row of each axis. */
  readonly rows: readonly number[];
  frame: Frame;
  /** Where findings go while the scenario is checked; null at expansion, when there are none. */
  readonly accept:
    ((code: DiagnosticCode, span: Span, message: string, more?: More) => void) | null;
  /** Actors resolved so far: one object for all steps of an actor. */
  readonly actors: Map<string, PlanActor | PlanDevice>;
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
