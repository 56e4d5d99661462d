/** Outcomes -> what a step must do: cells filled in, clauses gathered, every word checked. */
import type { Alternative, Clause, Exit, Fault, Outcome, Verdict } from '../syntax/ast.ts';
import { boundTo, type Case, textOf, unknownParameter } from './case.ts';
import { evaluate } from './evaluate.ts';
import { fieldsOf } from './pack.ts';
import type { PlanAlternative, PlanFault, PlanOutcome, PlanVerdict, Value } from '../plan.ts';
import { modeOf, oneOf } from './references.ts';
import { type Scope } from '../compile/scope.ts';
import { checkEcall, checkError, checkInterrupt, checkWithField } from './outcome-words.ts';

/** What an omitted outcome is. */
export function impliedOutcome(verdict: 'ok' | 'success', span: PlanOutcome['span']): PlanOutcome {
  return {
    unspecified: false,
    alternatives: [
      {
        not: false,
        verdict: verdict === 'ok' ? { kind: 'ok' } : { kind: 'success', value: null },
        ...NO_CLAUSES,
        text: verdict,
      },
    ],
    text: verdict,
    span,
  };
}

const NO_CLAUSES: Omit<PlanAlternative, 'not' | 'verdict' | 'text'> = {
  at: null,
  gpa: null,
  takenIn: null,
  because: null,
  as: null,
  with: [],
  partial: false,
  via: null,
  costing: [],
};

interface Sourced {
  readonly alternative: Alternative;
  readonly scope: Scope;
  readonly not: boolean;
  /** Clauses written behind the parameter whose cell this alternative comes from. */
  readonly more: readonly Clause[];
  readonly moreScope: Scope;
}

/** Resolves an outcome; a lone `<parameter>` brings in the alternatives of its cell. */
export function resolveOutcome(outcome: Outcome, scope: Scope, c: Case): PlanOutcome {
  const sources: Sourced[] = [];
  let unspecified = outcome.unspecified;
  for (const alternative of outcome.alternatives) {
    unspecified = spread(alternative, scope, false, [], scope, sources, c, 0) || unspecified;
  }
  const alternatives = sources.map((source) => resolveAlternative(source, c));
  const list = alternatives.map((alternative) => alternative.text).join(' or ');
  return {
    unspecified,
    alternatives,
    text: unspecified ? (list === '' ? 'unspecified' : `unspecified: ${list}`) : list,
    span: outcome.span,
  };
}

/** Puts the alternatives that `alternative` stands for into `into`; true when a cell says `unspecified`. */
function spread(
  alternative: Alternative,
  scope: Scope,
  not: boolean,
  more: readonly Clause[],
  moreScope: Scope,
  into: Sourced[],
  c: Case,
  depth: number,
): boolean {
  const name = loneParameter(alternative.verdict, scope);
  if (name === null || depth > 8) {
    into.push({ alternative, scope, not: not !== alternative.not, more, moreScope });
    return false;
  }
  const bound = boundTo(name, scope, c);
  if (bound === null) {
    unknownParameter(name, alternative.span, scope, c);
    return false;
  }
  const cell = bound.cell.outcome;
  if (cell === null) {
    c.accept?.('SDT240', bound.cell.span, `'${bound.cell.text}' is no outcome`, {
      related: [{ span: alternative.span, message: 'used as one here' }],
    });
    return false;
  }
  const negated = not !== alternative.not;
  if (negated && cell.alternatives.length > 1) {
    c.accept?.(
      'SDT240',
      alternative.span,
      `'not' stands before one alternative, <${name}> has several`,
    );
  }
  let unspecified = cell.unspecified;
  for (const inner of cell.alternatives) {
    unspecified =
      spread(
        inner,
        bound.scope,
        negated,
        alternative.clauses.length > 0 ? alternative.clauses : more,
        alternative.clauses.length > 0 ? scope : moreScope,
        into,
        c,
        depth + 1,
      ) || unspecified;
  }
  return unspecified;
}

function loneParameter(verdict: Verdict, scope: Scope): string | null {
  if (verdict.kind !== 'value' || verdict.to !== null) return null;
  if (verdict.from.kind === 'param') return verdict.from.name;
  if (verdict.from.kind === 'name' && scope.parameters?.has(verdict.from.name) === true) {
    return verdict.from.name;
  }
  return null;
}

const END_OF_LINE = 1 << 20;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function resolveAlternative(source: Sourced, c: Case): PlanAlternative {
  const { alternative, scope, more, moreScope } = source;
  const clauses: Mutable<Omit<PlanAlternative, 'not' | 'verdict' | 'text'>> = { ...NO_CLAUSES };
  const verdict = resolveVerdict(alternative.verdict, scope, c);
  for (const clause of more) resolveClause(clause, clauses, moreScope, c);
  // The cell's own clauses win over those written behind its parameter.
  for (const clause of alternative.clauses) resolveClause(clause, clauses, scope, c);
  if (verdict.kind === 'exits') atOfExit(clauses, [...more, ...alternative.clauses]);
  const continued = alternative.clauses.filter(
    (clause) => clause.span.line !== alternative.span.line,
  );
  // The span of an alternative that runs over lines ends early: the rest of its first line is its own.
  const first =
    continued.length === 0 ? alternative.span : { ...alternative.span, end: END_OF_LINE };
  const parts = [c.scenario.textAt(first, scope, c)];
  for (const clause of continued) parts.push(c.scenario.textAt(clause.span, scope, c));
  for (const clause of more) parts.push(c.scenario.textAt(clause.span, moreScope, c));
  const text = parts.join(' ');
  return {
    not: source.not,
    verdict,
    ...clauses,
    text: source.not && !alternative.not ? `not ${text}` : text,
  };
}

/** A host hears of a guest physical address only: `exits load guest page fault at gpa X`. */
function atOfExit(
  clauses: Mutable<Pick<PlanAlternative, 'at' | 'gpa'>>,
  written: readonly Clause[],
): void {
  const { at } = clauses;
  if (at === null || at === 'any') return;
  if (!written.some((clause) => clause.kind === 'at' && clause.address?.space === 'gpa')) return;
  clauses.gpa = at;
  clauses.at = null;
}

function resolveVerdict(verdict: Verdict, scope: Scope, c: Case): PlanVerdict {
  switch (verdict.kind) {
    case 'ok':
    case 'denied':
    case 'aborted':
    case 'running':
      return { kind: verdict.kind };
    case 'success':
      return {
        kind: 'success',
        value: verdict.value === null ? null : evaluate(verdict.value, scope, c),
      };
    case 'error':
      return {
        kind: 'error',
        name: verdict.name === null ? null : checkError(verdict.name, scope, c),
      };
    case 'interrupt':
      return { kind: 'interrupt', name: checkInterrupt(verdict.name, scope, c) };
    case 'exits': {
      const { why, fatal } = verdict;
      return { kind: 'exits', why: why.kind, what: exitText(why, scope, c), fatal };
    }
    case 'fault':
      return { kind: 'fault', fault: faultOf(verdict.fault) };
    case 'value': {
      const { from, to } = verdict;
      if (from.kind === 'pack' && to === null) {
        return {
          kind: 'fields',
          format: from.format.text,
          fields: fieldsOf(from, scope, c, evaluate),
        };
      }
      return {
        kind: 'value',
        from: evaluate(from, scope, c),
        to: to === null ? null : evaluate(to, scope, c),
      };
    }
  }
}

function resolveClause(
  clause: Clause,
  into: Mutable<Omit<PlanAlternative, 'not' | 'verdict' | 'text'>>,
  scope: Scope,
  c: Case,
): void {
  const { vocabulary } = c.scenario;
  switch (clause.kind) {
    case 'at':
      into.at =
        clause.any || clause.address === null ? 'any' : evaluate(clause.address.at, scope, c);
      return;
    case 'gpa':
      into.gpa = evaluate(clause.value, scope, c);
      return;
    case 'taken':
      into.takenIn = modeOf(clause.mode, scope, c);
      return;
    case 'because':
      into.because = oneOf(clause.reason, vocabulary.reasons, 'SDT206', 'reason', scope, c);
      return;
    case 'as':
      into.as = textOf(clause.name, scope, c);
      return;
    case 'with':
      into.with = clause.fields.map(({ name, value }) => {
        checkWithField(name, c);
        return { name: name.text, value: evaluate(value, scope, c) };
      });
      return;
    case 'partial':
      into.partial = true;
      return;
    case 'via':
      into.via = {
        fault: faultOf(clause.fault),
        takenIn: clause.mode === null ? null : modeOf(clause.mode, scope, c),
      };
      return;
    case 'costing':
      into.costing = clause.costs.map(({ counter, from, to }) => ({
        counter: oneOf(counter, vocabulary.counters, 'SDT216', 'counter', scope, c),
        from: valueOrNull(from, scope, c),
        to: valueOrNull(to, scope, c),
      }));
  }
}

const valueOrNull = (
  expr: Parameters<typeof evaluate>[0] | null,
  scope: Scope,
  c: Case,
): Value | null => (expr === null ? null : evaluate(expr, scope, c));

/** What an exit says behind its kind. */
function exitText(why: Exit, scope: Scope, c: Case): string {
  switch (why.kind) {
    case 'end':
      return '';
    case 'fault':
      return faultText(why.fault);
    case 'ecall':
      return why.name === null ? '' : checkEcall(why.name, scope, c);
    case 'interrupt':
      return checkInterrupt(why.name, scope, c);
  }
}

function faultOf(fault: Fault): PlanFault {
  return { origin: fault.origin, fault: fault.fault };
}

/** Faults of accesses; the others are named in full. */
const MEMORY_FAULTS: ReadonlySet<string> = new Set(['access', 'page', 'guest page', 'misaligned']);

function faultText(fault: Fault): string {
  const whole = !MEMORY_FAULTS.has(fault.fault);
  return [fault.origin, fault.fault, whole ? null : 'fault'].filter(Boolean).join(' ');
}
