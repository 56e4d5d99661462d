/** A compiled scenario -> the plan of one of its cases, by number. */
import { type Case, cellText, filled, type Frame } from '../resolve/case.ts';
import { residual } from '../resolve/conditions.ts';
import { buildFrame } from '../resolve/frame.ts';
import { mentionsHole } from '../resolve/holes.ts';
import type { Plan, PlanLine } from '../plan.ts';
import type { Accept } from '../report.ts';
import { rowsOf, type RunLine, type Scenario } from './scenario.ts';
import { resolveSetup } from '../resolve/setup.ts';
import { resolveProgram, resolveStep } from '../resolve/steps.ts';
import type { Placed } from './scope.ts';

/** The case with these rows; its frame is shared with all cases that have the same machine and layout. */
export function caseAt(scenario: Scenario, rows: readonly number[], accept: Accept | null): Case {
  const c: Case = {
    scenario,
    rows,
    accept,
    actors: new Map(),
    constants: new Map(),
    position: 0,
    // Set on the next line: building a frame needs the case whose frame it is.
    frame: undefined as unknown as Frame,
  };
  c.frame = scenario.frames.get(rows, () =>
    buildFrame(withoutHoles(scenario.machine, c), withoutHoles(scenario.regions, c), c),
  );
  return c;
}

function withoutHoles(lines: readonly Placed[], c: Case): readonly Placed[] {
  return lines.filter((placed) => !mentionsHole(placed.line, placed.scope, c));
}

/** The plan line of `line` in this case, or null when a hole leaves it out or nothing is to run. */
export function resolveLine(line: RunLine, c: Case): PlanLine | null {
  const { placed } = line;
  c.position = placed.position;
  if (mentionsHole(placed.line, placed.scope, c)) return null;
  const { kind } = placed.line.statement;
  if (kind === 'step') return resolveStep(placed, c);
  if (kind === 'program') return resolveProgram(placed, c);
  return resolveSetup(placed, c);
}

/** The plan of case `k`, from 0. Expects a scenario whose document has no errors. */
export function planOf(scenario: Scenario, k: number): Plan {
  const c = caseAt(scenario, rowsOf(scenario, k), null);
  const lines: PlanLine[] = [];
  for (const line of scenario.lines) {
    const resolved = line.slots.get(c.rows, () => resolveLine(line, c));
    if (resolved !== null) lines.push(resolved);
  }
  return planWith(scenario, k, c, lines);
}

/** The plan of case `k`, whose lines are resolved. */
export function planWith(scenario: Scenario, k: number, c: Case, lines: readonly PlanLine[]): Plan {
  const { frame } = c;
  return {
    id: idOf(scenario, k, c),
    file: scenario.path,
    suite: scenario.suite,
    title: filled(scenario.title, scenario.scope, c),
    span: scenario.span,
    number: k,
    bindings: bindingsOf(scenario, c),
    tags: scenario.tags,
    covers: coversOf(scenario),
    notes: scenario.notes.map(({ line, scope }) =>
      line.statement.kind === 'note' ? filled(line.statement.text.value, scope, c) : '',
    ),
    ...conditionsOf(scenario, c),
    xlen: frame.xlen,
    machine: frame.machine,
    pool: frame.pool,
    regions: frame.regions,
    lines,
  };
}

const ruleLists = new WeakMap<Scenario, readonly string[]>();

function coversOf(scenario: Scenario): readonly string[] {
  let rules = ruleLists.get(scenario);
  if (rules === undefined) {
    rules = [...new Set(scenario.covers.map((cover) => cover.rule))];
    ruleLists.set(scenario, rules);
  }
  return rules;
}

function bindingsOf(scenario: Scenario, c: Case): Plan['bindings'] {
  const bindings: { axis: string; value: string }[] = [];
  scenario.axes.forEach((axis, i) => {
    const row = axis.rows[c.rows[i]];
    axis.names.forEach((name, j) => bindings.push({ axis: name, value: cellText(row[j]) }));
  });
  return bindings;
}

/** `path#title[axis=value,...]`: stable under changes of outcomes; of a table, the columns that tell rows apart. */
export function idOf(scenario: Scenario, k: number, known?: Case): string {
  const name = `${scenario.path}#${scenario.key}`;
  if (scenario.axes.length === 0) return name;
  const rows = known?.rows ?? rowsOf(scenario, k);
  const values = scenario.idColumns.map((column) => {
    const { axis, index } = scenario.columns.get(column)!;
    return `${column}=${cellText(scenario.axes[axis].rows[rows[axis]][index])}`;
  });
  scenario.axes.forEach((axis, i) => {
    if (axis.table && !axis.names.some((column) => scenario.idColumns.includes(column))) {
      values.push(`row=${rows[i] + 1}`);
    }
  });
  return `${name}[${values.join(',')}]`;
}

type Conditions = Pick<Plan, 'requires' | 'skips' | 'knownFailures'>;

const NONE: Conditions = { requires: [], skips: [], knownFailures: [] };

/** `requires`, `skip` and `known failure` lines, those on parameters decided. */
export function conditionsOf(scenario: Scenario, c: Case): Conditions {
  if (scenario.conditions.length === 0) return NONE;
  const requires: Plan['requires'][number][] = [];
  const skips: Plan['skips'][number][] = [];
  const knownFailures: Plan['knownFailures'][number][] = [];
  for (const { line, scope, position } of scenario.conditions) {
    const s = line.statement;
    if (s.kind !== 'requires' && s.kind !== 'skip' && s.kind !== 'known failure') continue;
    c.position = position;
    if (mentionsHole(line, scope, c)) continue;
    const when = residual(s.when, scope, c);
    if (when === null) continue;
    if (s.kind === 'requires') {
      for (const word of s.features) {
        requires.push({
          feature: word.param ? filled(`<${word.text}>`, scope, c) : word.text,
          when,
        });
      }
    } else if (s.kind === 'skip') skips.push({ why: filled(s.why.value, scope, c), when });
    else knownFailures.push({ why: filled(s.why.value, scope, c), when });
  }
  return { requires, skips, knownFailures };
}
