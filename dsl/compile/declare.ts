/** The names of a scenario: regions, domains, actors, ..., and what its steps capture. */
import type { Outcome } from '../syntax/ast.ts';
import type { Accept } from '../report.ts';
import type { Axis, Line } from './sections.ts';
import {
  constantOf,
  declaredName,
  type Declared,
  type Kind,
  type Placed,
  PREDECLARED,
} from './scope.ts';
import type { Span } from '../span.ts';

/** Declares every name in line order; a second declaration is a finding. */
export function declareAll(
  lines: readonly Placed[],
  axes: readonly Axis[],
  accept: Accept,
): Map<string, Declared> {
  const names = new Map<string, Declared>();
  const declare = (kind: Kind, name: string, span: Span, placed: Placed): void => {
    const first = names.get(name);
    if (first !== undefined) {
      // One capture may stand in several alternatives, or cells, of one step.
      if (kind === 'capture' && first.kind === 'capture' && first.position === placed.position)
        return;
      const twice = first.span.line === span.line && first.span.file === span.file;
      accept('SDT202', span, `'${name}' is declared twice`, {
        related: [{ span: first.span, message: `first here, as a ${first.kind}` }],
        help: twice ? 'the fixture that declares it is given twice' : undefined,
      });
      return;
    }
    if (PREDECLARED.has(name)) {
      accept('SDT202', span, `'${name}' is there already: it is part of every platform`);
      return;
    }
    const constant = constantOf(placed.scope, name);
    if (constant !== null && kind !== 'capture') {
      accept('SDT202', span, `'${name}' is declared twice`, {
        related: [{ span: constant.constant.span, message: 'first here, as a constant' }],
      });
    }
    names.set(name, { kind, name, span, position: placed.position, placed, used: false });
  };
  for (const placed of lines) {
    const declared = declaredName(placed.line);
    if (declared !== null) declare(declared.kind, declared.name.text, declared.name.span, placed);
    for (const { name, span } of capturesOf(placed.line, axes)) {
      declare('capture', name, span, placed);
    }
  }
  return names;
}

const NOTHING: readonly { readonly name: string; readonly span: Span }[] = [];

/** What a line binds by `-> ok as n`, its cells and the lines below it included. */
function capturesOf(line: Line, axes: readonly Axis[]): typeof NOTHING {
  const s = line.statement;
  if (s.kind !== 'step' && s.kind !== 'program') return NOTHING;
  const captures: { name: string; span: Span }[] = [];
  if (s.kind === 'step' && s.outcome !== null) gather(s.outcome, axes, captures);
  for (const when of line.whens) gather(when.statement.outcome, axes, captures);
  for (const inner of line.program) captures.push(...capturesOf(inner, axes));
  return captures;
}

function gather(
  outcome: Outcome,
  axes: readonly Axis[],
  into: { name: string; span: Span }[],
): void {
  for (const { verdict, clauses } of outcome.alternatives) {
    for (const clause of clauses) {
      if (clause.kind === 'as') into.push({ name: clause.name.text, span: clause.name.span });
    }
    if (verdict.kind !== 'value' || verdict.from.kind !== 'param') continue;
    const { name } = verdict.from;
    for (const axis of axes) {
      const column = axis.names.indexOf(name);
      if (column < 0) continue;
      for (const row of axis.rows) {
        const cell = row[column].outcome;
        if (cell !== null) gather(cell, [], into);
      }
    }
  }
}
