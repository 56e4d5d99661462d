/** A section -> a compiled scenario: names declared, lines bound to the rows they hang on. */
import type { StatementOf } from '../syntax/ast.ts';
import type { PlanActor, PlanDevice, PlanLine } from '../plan.ts';
import { dependencies } from './depend.ts';
import { declareAll } from './declare.ts';
import { type Axis } from './sections.ts';
import { type RunLine, type Scenario, sourceText } from './scenario.ts';
import { cellText, type Frame } from '../resolve/case.ts';
import type { Accept } from '../report.ts';
import type { Column, Constant, Placed, Scope } from './scope.ts';
import { Slots } from './slots.ts';
import type { Span } from '../span.ts';
import type { Vocabulary } from '../vocabulary.ts';

/** What the compiler knows of a scenario before its names are looked at. */
export interface Draft {
  readonly path: string;
  readonly suite: string | null;
  readonly title: string;
  readonly key: string;
  readonly span: Span;
  /** A workload, not a scenario. */
  readonly measure: boolean;
  readonly scope: Scope;
  readonly axes: readonly Axis[];
  readonly placed: readonly Placed[];
  readonly givens: readonly Placed[];
  readonly vocabulary: Vocabulary;
  readonly sources: ReadonlyMap<string, readonly string[]>;
  /** Constants that something of the file uses. */
  readonly usedConstants: Set<Constant>;
}

const NO_COLUMNS = new Map<string, Column>();

/** Kinds of lines that leave something to run, or at least something to check. */
const RUNNING: ReadonlySet<string> = new Set([
  'domain',
  'space',
  'grant',
  'revoke',
  'entry',
  'map',
  'unmap',
  'pmp',
  'poke',
  'poison',
  'scrub',
  'check',
  'fence',
  'flush',
  'step',
  'actor',
  'device',
  'iommu',
  'tvm',
  'image',
  'program',
  'repeats',
]);

/** Declares names and prepares what is shared between cases. Findings about names go to `accept`. */
export function compileScenario(draft: Draft, accept: Accept): Scenario {
  const axes =
    draft.axes.length < 2
      ? draft.axes
      : [...draft.axes.filter((axis) => !axis.table), ...draft.axes.filter((axis) => axis.table)];
  const columns = axes.length === 0 ? NO_COLUMNS : new Map<string, Column>();
  axes.forEach((axis, i) =>
    axis.names.forEach((name, index) => columns.set(name, { axis: i, index })),
  );
  const names = declareAll(draft.placed, axes, accept);
  const hangsOn = dependencies(names, columns);

  const machine: Placed[] = [];
  const regions: Placed[] = [];
  const notes: Placed[] = [];
  const conditions: Placed[] = [];
  const tags = new Set<string>();
  const covers: { rule: string; span: Span }[] = [];
  const running: Placed[] = [];
  const shared = new Set<number>();
  for (const placed of draft.placed) {
    const s = placed.line.statement;
    if (s.kind === 'machine' || s.kind === 'region') {
      (s.kind === 'machine' ? machine : regions).push(placed);
      for (const axis of hangsOn(placed)) shared.add(axis);
    } else if (s.kind === 'note') notes.push(placed);
    else if (s.kind === 'requires' || s.kind === 'skip' || s.kind === 'known failure') {
      conditions.push(placed);
    } else if (s.kind === 'tags') for (const tag of s.tags) tags.add(tag.text);
    else if (s.kind === 'covers') covers.push(...rulesOf(s));
    else if (RUNNING.has(s.kind)) running.push(placed);
  }
  const frameAxes = [...shared].sort((a, b) => a - b);
  // All lines of a scenario without axes share one empty place: nothing is kept there.
  const once = new Slots<never>([], axes);
  const slotsFor = <T>(placed: Placed): Slots<T> =>
    axes.length === 0
      ? once
      : new Slots<T>(
          [...new Set([...frameAxes, ...hangsOn(placed)])].sort((a, b) => a - b),
          axes,
        );
  const lines: RunLine[] = running.map((placed) => ({
    placed,
    slots: slotsFor<PlanLine | null>(placed),
  }));
  const actors = new Map<string, Slots<PlanActor | PlanDevice>>();
  for (const declared of axes.length === 0 ? [] : names.values()) {
    if (declared.placed !== null && ACTING.has(declared.kind)) {
      actors.set(declared.name, slotsFor<PlanActor | PlanDevice>(declared.placed));
    }
  }
  const { sources } = draft;
  return {
    path: draft.path,
    suite: draft.suite,
    title: draft.title,
    key: draft.key,
    span: draft.span,
    measure: draft.measure,
    vocabulary: draft.vocabulary,
    scope: draft.scope,
    axes,
    columns,
    idColumns: idColumnsOf(axes),
    names,
    tags: [...tags],
    covers,
    notes,
    conditions,
    machine,
    regions,
    placed: draft.placed,
    givens: draft.givens,
    lines,
    frames: new Slots<Frame>(frameAxes, axes),
    actors,
    usedConstants: draft.usedConstants,
    sources,
    textAt: (span, scope, c) => sourceText(sources, span, scope, c),
  };
}

const ACTING: ReadonlySet<string> = new Set(['actor', 'domain', 'device']);

/** `SMMPT-XWR-01..08` is eight rules. */
function rulesOf(s: StatementOf<'covers'>): { rule: string; span: Span }[] {
  return s.rules.flatMap(({ id, to, span }) => {
    if (to === null) return [{ rule: id, span }];
    const match = /^(.*-)([0-9]+)$/.exec(id);
    const first = Number(match?.[2] ?? to);
    const digits = match?.[2]?.length ?? 2;
    const last = Math.min(to, first + 999);
    const run: { rule: string; span: Span }[] = [];
    for (let n = first; n <= last; n++) {
      run.push({ rule: `${match?.[1] ?? ''}${String(n).padStart(digits, '0')}`, span });
    }
    return run;
  });
}

/** Every axis, and of the table the fewest columns, from the left, whose cells tell all rows apart. */
function idColumnsOf(axes: readonly Axis[]): string[] {
  return axes.flatMap((axis) => {
    if (!axis.table) return [...axis.names];
    let keys = axis.rows.map(() => '');
    for (let count = 0; count < axis.names.length; count++) {
      keys = keys.map((key, row) => `${key}|${cellText(axis.rows[row][count])}`);
      if (new Set(keys).size === keys.length) return axis.names.slice(0, count + 1);
    }
    // Rows that are equal in every column: told apart by their number.
    return [];
  });
}
