/** Steps -> plan lines: who, does what, and what must happen under which conditions. */
import type { PlanLine, PlanOutcome, PlanWhen } from '../plan.ts';
import { actorOf } from './actors.ts';
import { resolveAction } from './actions.ts';
import type { Case } from './case.ts';
import { residual } from './conditions.ts';
import { mentionsHole } from './holes.ts';
import { impliedOutcome, resolveOutcome } from './outcomes.ts';
import type { Line } from '../compile/sections.ts';
import type { Placed } from '../compile/scope.ts';

type Step = Extract<PlanLine, { kind: 'step' }>;

/** Resolves a step with the `when` lines below it; null when its actor is unknown. */
export function resolveStep(placed: Placed, c: Case): Step | null {
  const s = placed.line.statement;
  if (s.kind !== 'step' || s.actor === null) return null;
  const { scope } = placed;
  const actor = actorOf(s.actor, scope, c);
  const action = resolveAction(s.action, actor, scope, c);
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
  for (const when of placed.line.whens) {
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
  if (actor === null) return null;
  return { kind: 'step', actor, action, outcome, whens, span: s.span };
}

/** Checks the lines of a program; nothing of them is run yet. */
export function checkProgram(lines: readonly Line[], placed: Placed, c: Case): void {
  for (const line of lines) {
    const s = line.statement;
    if (s.kind !== 'step') continue;
    resolveAction(s.action, null, placed.scope, c);
    if (s.outcome !== null) resolveOutcome(s.outcome, placed.scope, c);
    for (const when of line.whens) {
      residual(when.statement.when, placed.scope, c);
      resolveOutcome(when.statement.outcome, placed.scope, c);
    }
  }
}
