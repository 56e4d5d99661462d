/** 4xx: outcomes that their step cannot have, and clauses that cannot belong to their alternative. */
import type { Action, Alternative, Clause, Outcome } from '../syntax/ast.ts';
import type { Line } from '../compile/sections.ts';
import type { PlanAction, PlanAlternative } from '../plan.ts';
import type { Accept } from '../report.ts';
import { overlaps } from '../resolve/range.ts';
import type { Vocabulary } from '../vocabulary.ts';
import { allErrors } from '../resolve/outcome-words.ts';
import { mayReadTables } from './sharing.ts';
import {
  type CaseCheck,
  type CaseView,
  constant,
  hartActor,
  hex,
  isExact,
  rangeOf,
  type ScenarioCheck,
  type StepLine,
} from './case-view.ts';

type VerdictKind = Alternative['verdict']['kind'];

const SUCCESS: ReadonlySet<VerdictKind> = new Set(['ok', 'success', 'value', 'running']);

/** Clauses that say something about a denial, a trap or an exit only. */
const OF_DENIALS: ReadonlySet<Clause['kind']> = new Set([
  'at',
  'gpa',
  'because',
  'partial',
  'taken',
]);

export const checkClauses: ScenarioCheck = (scenario, accept) => {
  for (const { line } of scenario.placed) visit(line, accept);
  for (const axis of scenario.axes) {
    for (const row of axis.rows) {
      for (const cell of row) if (cell.outcome !== null) checkOutcome(cell.outcome, accept);
    }
  }
};

function visit(line: Line, accept: Accept): void {
  const s = line.statement;
  if ((s.kind === 'step' || s.kind === 'check') && s.outcome !== null) {
    checkOutcome(s.outcome, accept);
  }
  for (const when of line.whens) checkOutcome(when.statement.outcome, accept);
  for (const inner of line.program) visit(inner, accept);
}

function checkOutcome(outcome: Outcome, accept: Accept): void {
  for (const alternative of outcome.alternatives) {
    if (alternative.clauses.length === 0 || alternative.not) continue;
    const { kind } = alternative.verdict;
    // A lone parameter may stand for any outcome.
    if (kind === 'value' && alternative.verdict.from.kind === 'param') continue;
    for (const clause of alternative.clauses) {
      const why = impossible(kind, alternative, clause);
      if (why !== null) accept('SDT413', clause.span, why);
    }
  }
}

function impossible(kind: VerdictKind, alternative: Alternative, clause: Clause): string | null {
  if (SUCCESS.has(kind) && OF_DENIALS.has(clause.kind)) {
    return `'${clause.kind}' belongs to a fault, but this alternative is '${nameOf(kind)}'`;
  }
  if (kind === 'fault' && clause.kind === 'as') {
    return "a fault has no value that could be captured with 'as'";
  }
  if ((kind === 'denied' || kind === 'aborted') && clause.kind === 'as') {
    return `'${kind}' has no value that could be captured with 'as'`;
  }
  if (alternative.verdict.kind !== 'fault') return null;
  const { fault, origin } = alternative.verdict.fault;
  if (clause.kind === 'partial' && origin !== null && origin !== 'store') {
    return `'partial' allows the allowed part of a split store, but this is a ${origin} fault`;
  }
  if (clause.kind === 'gpa' && fault === 'access') {
    return "'gpa' belongs to a guest page fault";
  }
  return null;
}

const nameOf = (kind: VerdictKind): string => (kind === 'value' ? 'a value' : kind);

/** What a step can never do: a load raises no store fault, a store has no value, only calls succeed. */
export const checkVerdicts: CaseCheck = (view, accept) => {
  const { vocabulary } = view.scenario;
  for (const { placed, line } of view.lines) {
    const s = placed.line.statement;
    if (line.kind !== 'step' || s.kind !== 'step') continue;
    // An outcome that is missing where one must be has been told already.
    const own = s.outcome === null && s.action.do === 'runs' ? [] : [line.outcome];
    const outcomes = [...own, ...line.whens.map((when) => when.outcome)];
    for (const outcome of outcomes) {
      for (const alternative of outcome.alternatives) {
        const why = impossibleVerdict(s.action, line, alternative, vocabulary);
        if (why !== null) accept('SDT413', outcome.span, why.message, { help: why.help });
      }
    }
  }
};

interface Why {
  readonly message: string;
  readonly help?: string | undefined;
}

function impossibleVerdict(
  action: Action,
  step: StepLine,
  alternative: PlanAlternative,
  vocabulary: Vocabulary,
): Why | null {
  const { verdict } = alternative;
  const calls = action.do === 'calls' || action.do === 'continues' || action.do === 'runs';
  if ((verdict.kind === 'success' || verdict.kind === 'error') && !calls) {
    return {
      message: `'${verdict.kind}' is what a call returns`,
      help: "an access that is allowed is 'ok'",
    };
  }
  if (verdict.kind === 'exits' && !calls) {
    return { message: "'exits' is what running a TVM or a program ends with" };
  }
  const ofCall = ofCalls(step.action, verdict, vocabulary);
  if (ofCall !== null) return ofCall;
  if (verdict.kind === 'aborted' && 'mode' in step.actor) {
    return {
      message: "'aborted' is what happens to a device",
      help: "for a hart: 'denied', or the fault",
    };
  }
  const runs = step.action.do === 'run' || step.action.do === 'continue';
  if (runs && ['ok', 'value', 'fields', 'success', 'error'].includes(verdict.kind)) {
    return {
      message: "a program that runs gives no value and is not just 'ok'",
      help: "'exits end', 'running', or the fault that nothing in the scenario handles",
    };
  }
  const writes = ['stores', 'writes csr', 'fences', 'writes'].includes(action.do);
  if ((verdict.kind === 'value' || verdict.kind === 'fields') && writes) {
    return {
      message: `'${action.do.split(' ')[0]}' has no value to compare`,
      help: "write '-> ok', and read it back",
    };
  }
  if (step.action.do !== 'attempt' || verdict.kind !== 'fault') return null;
  const origin = vocabulary.operations.get(step.action.operation)?.origin;
  if (origin === undefined || verdict.fault.origin === null || verdict.fault.origin === origin) {
    return null;
  }
  return {
    message: `'${step.action.operation}' never raises a ${verdict.fault.origin} fault`,
    help: `its faults are ${origin} faults`,
  };
}

/** What comes of a call, or of the loop of a host that runs a TVM. */
const OF_CALLS: ReadonlySet<string> = new Set(['success', 'error', 'exits', 'running']);

function ofCalls(
  action: PlanAction,
  verdict: PlanAlternative['verdict'],
  vocabulary: Vocabulary,
): Why | null {
  const { kind } = verdict;
  if (action.do === 'run tvm') {
    if (kind !== 'success' && kind !== 'ok' && kind !== 'value' && kind !== 'fields') return null;
    return {
      message: "a host that runs a TVM hears how it exits, not just 'ok'",
      help: "'exits end', 'exits ecall ..', 'exits load guest page fault at gpa ..'",
    };
  }
  if (action.do !== 'call') return null;
  if (kind === 'ok' || kind === 'value' || kind === 'fields') {
    return {
      message: `a call is no access: it gives no '${kind === 'ok' ? 'ok' : 'value'}'`,
      help: "write 'success', 'success VALUE' or 'error NAME', such as 'error invalid_param'",
    };
  }
  const call = vocabulary.calls.get(action.space)?.functions.get(action.name);
  if (call === undefined) return null;
  if (verdict.kind === 'error') {
    const { errors } = call;
    if (errors === null || verdict.name === null || errors.includes(verdict.name)) return null;
    // One that no call returns has been told already.
    if (!allErrors(vocabulary).has(verdict.name)) return null;
    return {
      message: `'${action.space}.${action.name}' never returns '${verdict.name}'`,
      help: `it returns: ${errors.join(', ')}`,
    };
  }
  if (kind !== 'exits' || call.runs) return null;
  return {
    message: `'${action.space}.${action.name}' runs no TVM, which could exit`,
    help: `what a call may come to: ${[...OF_CALLS].filter((word) => word !== 'exits').join(', ')}, a fault`,
  };
}

/** `denied` is isolation; where the domain's own tables map nothing, the outcome is a page fault. */
export const checkDenied: CaseCheck = (view, accept) => {
  for (const { line } of view.lines) {
    if (line.kind !== 'step' || line.action.do !== 'attempt') continue;
    if (!isExact(line.outcome) || line.whens.length > 0) continue;
    if (line.outcome.alternatives[0].verdict.kind !== 'denied') continue;
    const actor = hartActor(line);
    const at = constant(line.action.address.at);
    if (actor === null || actor.using === null || at === null) continue;
    if (actor.mode === 'M' && actor.as === null) continue;
    if (mapped(actor.using, at, view)) continue;
    accept(
      'SDT405',
      line.outcome.span,
      `'${actor.using}' maps nothing at ${hex(at)}: that is a page fault, not 'denied'`,
      {
        help: `map it, or write '-> page fault'`,
      },
    );
  }
};

/**
 * Whether a space may map an address, or the walk be denied before it finds out; entries, pokes and unknown
 * extents may do anything.
 */
function mapped(space: string, at: bigint, view: CaseView): boolean {
  return view.lines.some(({ line }) => {
    if (line.kind === 'space' && line.name === space) return !mayReadTables(line, view);
    if (line.kind === 'revoke') return true;
    if (line.kind === 'poke' || line.kind === 'tvm' || line.kind === 'unmodelled') return true;
    if (line.kind === 'step' && line.action.do === 'call') return true;
    if (line.kind === 'entry') return line.of === space;
    if (line.kind !== 'map' || line.space !== space) return false;
    const range = rangeOf({ base: line.from, size: line.size });
    return range === null || overlaps(range, { base: at, size: 1n });
  });
}
