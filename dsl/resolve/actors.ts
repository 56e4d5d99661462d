/** Who acts: declared actors, the default actor of a domain, the root manager, devices. */
import type { Ref, StatementOf } from '../syntax/ast.ts';
import { type Case, textOf, suggestion } from './case.ts';
import { evaluate, smallValue } from './evaluate.ts';
import type { ModeName, PlanActor, PlanDevice } from '../plan.ts';
import { modeOf, nameOf, oneOf } from './references.ts';
import { didYouMean } from '../report.ts';
import type { Declared, Placed, Scope } from '../compile/scope.ts';

const RDSM: PlanActor = {
  name: 'rdsm',
  domain: null,
  mode: 'M',
  as: null,
  hart: 0,
  using: null,
  over: null,
  with: [],
};

/** More harts than any machine has. */
const MOST_HARTS = 4095;

/** The actor or device that a step names; the same object for all steps of one case. */
export function actorOf(ref: Ref, scope: Scope, c: Case): PlanActor | PlanDevice | null {
  const name = textOf(ref, scope, c);
  if (name === '') return null;
  const declared = c.scenario.names.get(name);
  if (declared === undefined || declared.placed === null) {
    if (name === 'rdsm') return RDSM;
    c.accept?.('SDT201', ref.span, `nobody called '${name}' can act here`, {
      help:
        didYouMean(name, [
          'rdsm',
          ...[...c.scenario.names.values()].filter((d) => ACTING.has(d.kind)).map((d) => d.name),
        ]) ?? suggestion(name, scope, c),
    });
    return null;
  }
  declared.used = true;
  if (!ACTING.has(declared.kind)) {
    c.accept?.('SDT203', ref.span, `'${name}' is a ${declared.kind}, which cannot act`, {
      related: [{ span: declared.span, message: 'declared here' }],
    });
    return null;
  }
  if (declared.position > c.position) {
    c.accept?.('SDT234', ref.span, `'${name}' is used before it is declared`, {
      related: [{ span: declared.span, message: 'declared here' }],
    });
  }
  let actor = c.actors.get(name);
  if (actor === undefined) {
    actor =
      c.scenario.actors.get(name)?.get(c.rows, () => build(declared, c)) ?? build(declared, c);
    c.actors.set(name, actor);
  }
  return actor;
}

const ACTING: ReadonlySet<string> = new Set(['actor', 'domain', 'device']);

export function isDevice(actor: PlanActor | PlanDevice): actor is PlanDevice {
  return 'behind' in actor;
}

function build(declared: Declared, c: Case): PlanActor | PlanDevice {
  const placed = declared.placed!;
  const statement = placed.line.statement;
  switch (statement.kind) {
    case 'actor':
      return declaredActor(statement, placed, c);
    case 'device':
      return declaredDevice(statement, placed, c);
    default:
      return { ...RDSM, name: declared.name, domain: declared.name, mode: supervisor(c) };
  }
}

/** The supervisor mode of this machine by its full name. */
function supervisor(c: Case): ModeName {
  return c.frame.machine.without.includes('H') ? 'S' : 'HS';
}

/** Resolves an `actor` line; also called to check it where it stands. */
export function declaredActor(statement: StatementOf<'actor'>, placed: Placed, c: Case): PlanActor {
  const { scope } = placed;
  const using = statement.using === null ? null : nameOf(statement.using, ['space'], scope, c);
  return {
    name: statement.name.text,
    domain: statement.domain === null ? null : nameOf(statement.domain, ['domain'], scope, c),
    mode: statement.mode === null ? defaultMode(using, c) : modeOf(statement.mode, scope, c),
    as: statement.as === null ? null : modeOf(statement.as, scope, c),
    hart: statement.hart === null ? 0 : smallValue(statement.hart, scope, c, 'a hart', MOST_HARTS),
    using,
    over: statement.over === null ? null : nameOf(statement.over, ['space'], scope, c),
    with: statement.with.map((word) =>
      oneOf(word, c.scenario.vocabulary.actorFlags, 'SDT231', 'actor flag', scope, c),
    ),
  };
}

/** Whoever uses a VS-stage runs in VS unless the line says otherwise. */
function defaultMode(using: string | null, c: Case): ModeName {
  const placed = using === null ? null : c.scenario.names.get(using)?.placed;
  const statement = placed?.line.statement;
  return statement?.kind === 'space' && statement.stage.text === 'vs' ? 'VS' : supervisor(c);
}

/** Resolves a `device` line; also called to check it where it stands. */
export function declaredDevice(
  statement: StatementOf<'device'>,
  placed: Placed,
  c: Case,
): PlanDevice {
  const { scope } = placed;
  if (statement.using !== null) nameOf(statement.using, ['space'], scope, c);
  if (statement.pasid !== null) evaluate(statement.pasid, scope, c);
  for (const word of statement.with) {
    oneOf(word, c.scenario.vocabulary.actorFlags, 'SDT231', 'device flag', scope, c);
  }
  return {
    name: statement.name.text,
    id: evaluate(statement.id, scope, c),
    behind: statement.behind === null ? null : nameOf(statement.behind, ['iommu'], scope, c),
    domain: statement.for === null ? null : nameOf(statement.for, ['domain'], scope, c),
  };
}
