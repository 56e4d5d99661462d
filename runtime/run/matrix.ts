/** Which suites run under which deployment models, and why the others do not. Nothing is executed for it. */
import type { Plan } from '../../dsl/index.ts';
import type { Selected } from './select.ts';

/** What a case comes to under a model; `other`: the scenario names another one. */
export type Verdict = 'run' | 'other' | { readonly skip: string };

export interface Cell {
  /** Cases that run. */
  readonly runs: number;
  /** Cases that are skipped, by reason. */
  readonly skips: ReadonlyMap<string, number>;
}

export interface Row {
  /** Path of the script. */
  readonly suite: string;
  /** By model; null: its scenarios name other models. */
  readonly cells: readonly (Cell | null)[];
}

/** One row for each script that has cases in the selection. */
export function matrixOf(
  scenarios: readonly Selected[],
  models: readonly string[],
  verdict: (plan: Plan, model: string) => Verdict,
): readonly Row[] {
  const plans = new Map<string, Plan[]>();
  for (const { scenario, cases, script } of scenarios) {
    const found = plans.get(script.path) ?? [];
    plans.set(script.path, found);
    for (const k of cases) found.push(scenario.expand(k));
  }
  return [...plans].map(([suite, all]) => ({
    suite,
    cells: models.map((model) => cellOf(all, model, verdict)),
  }));
}

function cellOf(
  plans: readonly Plan[],
  model: string,
  verdict: (plan: Plan, model: string) => Verdict,
): Cell | null {
  let runs = 0;
  const skips = new Map<string, number>();
  for (const plan of plans) {
    const what = verdict(plan, model);
    if (what === 'run') runs++;
    else if (what !== 'other') skips.set(what.skip, (skips.get(what.skip) ?? 0) + 1);
  }
  return runs === 0 && skips.size === 0 ? null : { runs, skips };
}

/** Suites down, models across; skips carry the letter of their reason, which stands below. */
export function matrixText(rows: readonly Row[], models: readonly string[]): string {
  const letters = new Map<string, string>();
  const letterOf = (reason: string) => {
    const known = letters.get(reason) ?? letterAt(letters.size);
    letters.set(reason, known);
    return known;
  };
  const table = [
    ['suite', ...models],
    ...rows.map(({ suite, cells }) => [suite, ...cells.map((cell) => cellText(cell, letterOf))]),
  ];
  const widths = models.map((_, column) =>
    Math.max(...table.map((line) => (line[column + 1] ?? '').length)),
  );
  const first = Math.max(...table.map(([suite]) => (suite ?? '').length));
  const lines = table.map(([suite = '', ...cells]) =>
    [suite.padEnd(first), ...cells.map((text, column) => text.padEnd(widths[column] ?? 0))]
      .join('  ')
      .trimEnd(),
  );
  const legend = [...letters].map(([reason, letter]) => `${letter}  ${reason}`);
  return [...lines, '', '-  the scenarios name other models', ...legend, ''].join('\n');
}

function cellText(cell: Cell | null, letterOf: (reason: string) => string): string {
  if (cell === null) return '-';
  const skips = [...cell.skips].map(([reason, count]) => `skip ${count}${letterOf(reason)}`);
  return [...(cell.runs > 0 ? [`run ${cell.runs}`] : []), ...skips].join(' ');
}

/** a, b, .. z, aa, ab, .. */
function letterAt(index: number): string {
  const letter = String.fromCharCode(97 + (index % 26));
  return index < 26 ? letter : letterAt(Math.floor(index / 26) - 1) + letter;
}
