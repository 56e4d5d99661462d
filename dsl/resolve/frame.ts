/** What all lines of a case share: the merged machine, XLEN, RAM, the table pool and where regions lie. */
import type { Expr, Property } from '../syntax/ast.ts';
import { boundTo, cellText, type Case, type Frame } from './case.ts';
import { evaluate } from './evaluate.ts';
import { placeRegions, tablePool } from './layout.ts';
import { DEFAULT_RAM, type Range } from './range.ts';
import { checkProperty, checkTableMode, checkWithout } from './machine-words.ts';
import type { PlanMachine } from '../plan.ts';
import { cellExpression, constantOf, type Placed, type Scope } from '../compile/scope.ts';

type MachineProperty = PlanMachine['properties'][number];

/** Builds the frame of a case: machine lines first, then the layout. */
export function buildFrame(machine: readonly Placed[], regions: readonly Placed[], c: Case): Frame {
  const frame: Frame = {
    xlen: 64,
    machine: { properties: [], without: [] },
    ram: [DEFAULT_RAM],
    pool: tablePool([DEFAULT_RAM], 'smmpt'),
    regions: [],
    byName: new Map(),
    unplaced: new Set(),
    taken: [],
  };
  c.frame = frame;
  if (machine.length > 0) {
    // XLEN decides what numbers like `ones` are, so it is looked for before the properties are read.
    frame.xlen = xlenOf(machine, c);
    frame.machine = mergeMachine(machine, c);
    if (c.accept !== null) checkTableMode(frame.machine, frame.xlen, c);
    const ram = extents(frame.machine, 'ram');
    if (ram.length > 0) frame.ram = ram;
    const revision = wordOf(frame, 'revision');
    const isolation =
      revision === null ? 'smmpt' : c.scenario.vocabulary.revisions.get(revision)?.isolation;
    frame.pool = tablePool(frame.ram, isolation ?? 'smmpt');
  }
  if (regions.length > 0) placeRegions(regions, c);
  return frame;
}

/** `machine xlen 32`, or what the mode of the protection table implies; 64 otherwise. */
function xlenOf(machine: readonly Placed[], c: Case): 32 | 64 {
  let said: 32 | 64 | null = null;
  let implied: 32 | 64 | null = null;
  for (const { line, scope, position } of machine) {
    if (line.statement.kind !== 'machine') continue;
    c.position = position;
    for (const property of line.statement.properties) {
      const [value] = property.values;
      if (value === undefined) continue;
      if (property.name.text === 'xlen') {
        const xlen = propertyValue(value, scope, c);
        if (xlen === 32n || xlen === 64n) said = xlen === 32n ? 32 : 64;
      } else if (property.name.text === 'mpt') {
        const mode = propertyValue(value, scope, { ...c, accept: null });
        const known = c.scenario.vocabulary.isolationModes.get(String(mode));
        if (known !== undefined) implied = known.xlen;
      }
    }
  }
  return said ?? implied ?? 64;
}

/** Last value wins per property; properties with an extent (`ram`) add up. */
function mergeMachine(machine: readonly Placed[], c: Case): PlanMachine {
  const properties = new Map<string, MachineProperty>();
  const extended: MachineProperty[] = [];
  const without = new Set<string>();
  for (const { line, scope, position } of machine) {
    if (line.statement.kind !== 'machine') continue;
    c.position = position;
    for (const word of line.statement.without) without.add(checkWithout(word, scope, c));
    for (const property of line.statement.properties) {
      const merged = resolveProperty(property, scope, c);
      if (c.accept !== null) checkProperty(property, merged.values, c);
      if (merged.at !== null) extended.push(merged);
      else properties.set(merged.name, merged);
    }
  }
  return { properties: [...properties.values(), ...extended], without: [...without] };
}

function resolveProperty(property: Property, scope: Scope, c: Case): MachineProperty {
  const at =
    property.at === null
      ? null
      : {
          base: number(evaluate(property.at.base, scope, c)),
          size: number(evaluate(property.at.size, scope, c)),
        };
  return {
    name: property.name.text,
    values: property.values.map((value) => propertyValue(value, scope, c)),
    at,
    span: property.span,
  };
}

const number = (value: unknown): bigint => (typeof value === 'bigint' ? value : 0n);

/** A bare name is a word (`mpt smmpt52`) unless it is a fixture's parameter or a constant. */
function propertyValue(expr: Expr, scope: Scope, c: Case): string | bigint {
  if (
    expr.kind === 'param' ||
    (expr.kind === 'name' && scope.parameters?.has(expr.name) === true)
  ) {
    const bound = boundTo(expr.name, scope, c);
    if (bound !== null) {
      const inner = cellExpression(bound.cell);
      if (inner === null) return cellText(bound.cell);
      if (inner.kind === 'name') return propertyValue(inner, bound.scope, c);
    }
  } else if (expr.kind === 'name' && constantOf(scope, expr.name) === null) return expr.name;
  return number(evaluate(expr, scope, c));
}

function extents(machine: PlanMachine, name: string): Range[] {
  return machine.properties.flatMap((property) =>
    property.name === name && property.at !== null ? [property.at] : [],
  );
}

/** The word that a property has in this case (`mpt` -> `smmpt52`), or null when it is not asked for. */
export function wordOf(frame: Frame, name: string): string | null {
  const found = frame.machine.properties.find((property) => property.name === name);
  const value = found?.values[0];
  return value === undefined ? null : String(value);
}
