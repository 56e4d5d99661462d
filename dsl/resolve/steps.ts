/** Steps -> plan lines: who, does what, and what must happen under which conditions. */
import type { StatementOf } from '../syntax/ast.ts';
import type { PlanLine, PlanOutcome, PlanProgramLine, PlanWhen } from '../plan.ts';
import { actorOf } from './actors.ts';
import { resolveAction } from './actions.ts';
import { type Case, filled } from './case.ts';
import { residual } from './conditions.ts';
import { mentionsHole } from './holes.ts';
import { impliedOutcome, resolveOutcome } from './outcomes.ts';
import type { Line } from '../compile/sections.ts';
import type { Placed, Scope } from '../compile/scope.ts';

type Step = Extract<PlanLine, { kind: 'step' }>;

/** Resolves a step with the `when` lines below it; null when its actor is unknown. */
export function resolveStep(placed: Placed, c: Case): Step | null {
  const s = placed.line.statement;
  if (s.kind !== 'step' || s.actor === null) return null;
  const { scope } = placed;
  const actor = actorOf(s.actor, scope, c);
  const action = resolveAction(s.action, actor, scope, c);
  const { outcome, whens } = expected(placed.line, scope, c);
  if (actor === null) return null;
  return { kind: 'step', actor, action, outcome, whens, span: s.span };
}

/** The outcome of a step or a program line, with the `when` lines below it. */
function expected(
  line: Line,
  scope: Scope,
  c: Case,
): { readonly outcome: PlanOutcome; readonly whens: readonly PlanWhen[] } {
  const s = line.statement as StatementOf<'step'>;
  let outcome: PlanOutcome;
  if (s.outcome !== null) outcome = resolveOutcome(s.outcome, scope, c);
  else {
    outcome = impliedOutcome(s.action.do === 'calls' ? 'success' : 'ok', s.span);
    if (s.action.do === 'runs' && c.accept !== null) {
      c.accept('SDT420', s.span, "'runs' must say what is to happen", {
        help: "for example '-> exits end'",
      });
    }
  }
  const whens: PlanWhen[] = [];
  for (const when of line.whens) {
    if (mentionsHole(when, scope, c)) continue;
    const left = residual(when.statement.when, scope, c);
    // Every line is checked, also one that does not hold in this case.
    if (left === null && c.accept === null) continue;
    const replaced = resolveOutcome(when.statement.outcome, scope, c);
    if (left === null) continue;
    if (left.length > 0) whens.push({ when: left, outcome: replaced });
    else {
      // A condition that holds for sure replaces all that stand above it.
      outcome = replaced;
      whens.length = 0;
    }
  }
  return { outcome, whens };
}

/** Resolves a program: each of its lines becomes instructions, judged like a step. */
export function resolveProgram(placed: Placed, c: Case): Extract<PlanLine, { kind: 'program' }> {
  const { line, scope } = placed;
  const s = line.statement as StatementOf<'program'>;
  const lines: PlanProgramLine[] = [];
  for (const inner of line.program) {
    const step = inner.statement;
    if (step.kind !== 'step' || mentionsHole(inner, scope, c)) continue;
    const action = resolveAction(step.action, null, scope, c);
    lines.push({ action, ...expected(inner, scope, c), span: step.span });
  }
  const from = s.from === null ? null : filled(s.from.value, scope, c);
  return { kind: 'program', name: s.name.text, from, lines, span: s.span };
}
