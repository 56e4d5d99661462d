/** Where, along a sweep, one model becomes cheaper than another; and what the closed formula says. */
import type { Constants } from './constants.ts';
import type { Counts } from '../../emulator/index.ts';
import { costOf, countOf, references } from './cost.ts';
import type { Measured, Row } from './measured.ts';

/** One point of a sweep. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The rows of one section whose first numeric axis is the sweep. */
export interface Sweep {
  readonly title: string;
  readonly axis: string;
  /** By model, ascending in x. */
  readonly lines: readonly { readonly model: string; readonly points: readonly Point[] }[];
}

export interface BreakEven {
  readonly sweep: string;
  readonly axis: string;
  readonly models: readonly [string, string];
  /** Where the lines cross, by linear interpolation; null: they do not. */
  readonly at: number | null;
  /** The same by the closed formula: references and traps alone, no fills, over the ends of the sweep. */
  readonly closed: number | null;
  /** The cheaper one below it, or everywhere; null: they cost the same. */
  readonly below: string | null;
}

/** The first axis whose values are all numbers; null: there is none. */
function sweptAxis(rows: readonly Row[]): string | null {
  const [first] = rows;
  const numeric = (axis: string) =>
    rows.every(({ workload }) => !Number.isNaN(numberOf(valueOf(workload.axes, axis))));
  return first?.workload.axes.find(({ axis }) => numeric(axis))?.axis ?? null;
}

function valueOf(axes: Row['workload']['axes'], axis: string): string {
  return axes.find((other) => other.axis === axis)?.value ?? '';
}

/** `16`, `4K`, `0x10` as numbers. */
function numberOf(text: string): number {
  const found = /^(\d[\d_]*|0x[\da-f_]+)([KMG]?)$/i.exec(text);
  if (found === null) return NaN;
  const scale = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }[(found[2] ?? '').toUpperCase()] ?? 1;
  return Number((found[1] ?? '').replaceAll('_', '')) * scale;
}

/** One sweep for each section that has at least two points; `measure` is the y of a cell. */
export function sweepsOf(
  rows: readonly Row[],
  measure: (cell: Measured & { readonly skipped: null }) => number,
): readonly Sweep[] {
  const sections = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.workload.file}\n${row.workload.section}`;
    const known = sections.get(key);
    if (known === undefined) sections.set(key, [row]);
    else known.push(row);
  }
  return [...sections.values()].flatMap((section) => {
    const axis = sweptAxis(section);
    if (axis === null || section.length < 2) return [];
    return groups(section, axis).map((group) => sweepOf(group, axis, measure));
  });
}

/** Rows that differ in the swept axis alone. */
function groups(rows: readonly Row[], axis: string): readonly (readonly Row[])[] {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const others = row.workload.axes.filter((other) => other.axis !== axis);
    const key = others.map(({ value }) => value).join('\n');
    const known = found.get(key);
    if (known === undefined) found.set(key, [row]);
    else known.push(row);
  }
  return [...found.values()];
}

function sweepOf(
  rows: readonly Row[],
  axis: string,
  measure: (cell: Measured & { readonly skipped: null }) => number,
): Sweep {
  const lines = new Map<string, Point[]>();
  for (const { workload, cells } of rows) {
    for (const cell of cells) {
      if (cell.skipped !== null) continue;
      const points = lines.get(cell.model) ?? [];
      lines.set(cell.model, points);
      points.push({ x: numberOf(valueOf(workload.axes, axis)), y: measure(cell) });
    }
  }
  const [first] = rows;
  const others = first?.workload.axes.filter((other) => other.axis !== axis) ?? [];
  const suffix = others.map(({ axis: name, value }) => `${name}=${value}`).join(', ');
  return {
    title: [first?.workload.section ?? '', ...(suffix === '' ? [] : [`[${suffix}]`])].join(' '),
    axis,
    lines: [...lines].map(([model, points]) => ({
      model,
      points: points.toSorted((one, other) => one.x - other.x),
    })),
  };
}

/** Each pair of models along each sweep of the weighted cost. */
export function breakEvens(rows: readonly Row[], constants: Constants): readonly BreakEven[] {
  const sweeps = sweepsOf(rows, ({ counts, rounds }) => costOf(counts, rounds, constants).total);
  const plain = sweepsOf(rows, ({ counts, rounds }) => plainCost(counts, rounds, constants));
  return sweeps.flatMap(({ title, axis, lines }, sweep) =>
    lines.flatMap((one, k) =>
      lines.slice(k + 1).map((other, more): BreakEven => {
        const gaps = gapsOf(one.points, other.points);
        const simple = plain[sweep]?.lines ?? [];
        const closed = lineZero(
          gapsOf(simple[k]?.points ?? [], simple[k + 1 + more]?.points ?? []),
        );
        const gap = gaps.find(({ y }) => y !== 0)?.y ?? 0;
        const below = gap === 0 ? null : gap < 0 ? one.model : other.model;
        const models = [one.model, other.model] as const;
        return { sweep: title, axis, models, at: zeroOf(gaps), closed, below };
      }),
    ),
  );
}

/** References and traps into M, HS and VS alone. */
function plainCost(counts: Counts, rounds: number, { mem, trap, mtrap, vtrap }: Constants): number {
  const traps =
    countOf(counts, 'trap_hs') * trap +
    countOf(counts, 'trap_m') * mtrap +
    countOf(counts, 'trap_vs') * vtrap;
  return (references(counts) * mem + traps) / rounds;
}

/** One line above another. */
function gapsOf(one: readonly Point[], other: readonly Point[]): readonly Point[] {
  return one.flatMap(({ x, y }): readonly Point[] => {
    const match = other.find((point) => point.x === x);
    return match === undefined ? [] : [{ x, y: y - match.y }];
  });
}

/** Where the straight line through the ends is zero, right of zero; null: nowhere. */
function lineZero(points: readonly Point[]): number | null {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || first.y === last.y) return null;
  const at = first.x + ((last.x - first.x) * first.y) / (first.y - last.y);
  return at > 0 ? at : null;
}

/** The first place where a broken line changes its sign. */
function zeroOf(points: readonly Point[]): number | null {
  for (let k = 1; k < points.length; k++) {
    const from = points[k - 1];
    const to = points[k];
    if (from === undefined || to === undefined || from.y * to.y >= 0) continue;
    return from.x + ((to.x - from.x) * from.y) / (from.y - to.y);
  }
  return null;
}

/**
 * Exits for each miss at which nesting stops being cheaper than the protection table, for fills = 0 and nothing but
 * references and traps: (V+1)(G+1) T c_mem / ((traps of nesting - traps of the table) c_trap).
 */
export function closedForm(shape: {
  /** Levels of the two stages, and protection-table entries read for each reference. */
  readonly v: number;
  readonly g: number;
  readonly t: number;
  /** Traps of one exit, nested and with the table. */
  readonly nested: number;
  readonly table: number;
  readonly mem: number;
  readonly trap: number;
}): number {
  const { v, g, t, nested, table, mem, trap } = shape;
  return ((v + 1) * (g + 1) * t * mem) / ((nested - table) * trap);
}

/** Events of one counter in one round. */
export function perRound(
  { counts, rounds }: Measured & { readonly skipped: null },
  counter: string,
): number {
  return countOf(counts, counter) / rounds;
}
