/** 4xx: `when` lines that hold in no case or in every case. */
import type { Condition } from '../syntax/ast.ts';
import type { Scenario } from '../compile/scenario.ts';
import type { Scope } from '../compile/scope.ts';
import { cellText } from '../resolve/case.ts';
import { sameCell } from '../resolve/conditions.ts';
import type { Span } from '../span.ts';
import type { Accept } from '../report.ts';
import type { ScenarioCheck } from './case-view.ts';

export const checkConditions: ScenarioCheck = (scenario, accept) => {
  for (const { line, scope } of scenario.placed) {
    const s = line.statement;
    if (s.kind === 'requires' || s.kind === 'skip' || s.kind === 'known failure') {
      if (s.when.length > 0) judge(s.when, scope, scenario, s.span, accept);
    }
    for (const when of line.whens) {
      judge(when.statement.when, scope, scenario, when.statement.span, accept);
    }
  }
};

/** Conditions on parameters of one axis must hold together in some row of it. */
function judge(
  conditions: readonly Condition[],
  scope: Scope,
  scenario: Scenario,
  span: Span,
  accept: Accept,
): void {
  // Within a fixture, parameters stand for what each use gives.
  if (scope.parameters !== null) return;
  const byAxis = new Map<number, Condition[]>();
  let platform = 0;
  for (const condition of conditions) {
    const column = scenario.columns.get(condition.word.text);
    if (column === undefined) platform++;
    else byAxis.set(column.axis, [...(byAxis.get(column.axis) ?? []), condition]);
  }
  let always = platform === 0 && byAxis.size > 0;
  for (const [axis, list] of byAxis) {
    let holds = 0;
    const { rows } = scenario.axes[axis];
    for (const row of rows) {
      const all = list.every(({ word, is }) =>
        sameCell(cellText(row[scenario.columns.get(word.text)!.index]), cellText(is)),
      );
      if (all) holds++;
    }
    if (holds === 0) {
      const text = list.map(({ word, is }) => `${word.text} is ${cellText(is)}`).join(' and ');
      accept('SDT409', list.length === 1 ? list[0].is.span : span, `'${text}' holds in no case`, {
        help: valuesOf(scenario, axis, list[0].word.text),
      });
      return;
    }
    if (holds < rows.length) always = false;
  }
  if (always) {
    accept('SDT425', span, 'this holds in every case: write the outcome on the step itself');
  }
}

function valuesOf(scenario: Scenario, axis: number, name: string): string | undefined {
  const { index } = scenario.columns.get(name)!;
  const values = new Set(scenario.axes[axis].rows.map((row) => cellText(row[index])));
  return values.size <= 12 ? `'${name}' is one of: ${[...values].join(', ')}` : undefined;
}
