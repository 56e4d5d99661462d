/** The comparison as one page that needs nothing else: tables of counts, plots, constants, and what it leaves out. */
import { xmlText } from '../reporters/xml.ts';
import { breakEvens, type Sweep, sweepsOf } from './break-even.ts';
import { CONSTANT_NAMES, CONSTANTS, type Constants } from './constants.ts';
import { costOf, countOf, references } from './cost.ts';
import type { Measured, Row } from './measured.ts';
import { workloadName } from './measured.ts';
import { plot } from './plot.ts';
import { breakEvenText, cachesText, LABEL, movedCounters, numberText } from './table.ts';

type Ran = Measured & { readonly skipped: null };

/** What is drawn over a sweep. */
const PLOTS: readonly {
  readonly title: string;
  readonly unit: string;
  readonly y: (cell: Ran, constants: Constants) => number;
}[] = [
  {
    title: 'References per access',
    unit: 'memory references for each access of the workload',
    y: ({ counts }) => references(counts) / Math.max(1, countOf(counts, 'data')),
  },
  {
    title: 'Traps per round',
    unit: 'traps of all modes in one round',
    y: ({ counts, rounds }) => countOf(counts, 'trap') / rounds,
  },
  {
    title: 'Weighted cost',
    unit: 'cycles of one round by the constants below',
    y: ({ counts, rounds }, constants) => costOf(counts, rounds, constants).total,
  },
];

export function htmlText(rows: readonly Row[], constants: Constants): string {
  const crossings = breakEvens(rows, constants).map(
    (crossing) => `<li>${xmlText(breakEvenText(crossing))}</li>`,
  );
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<title>Deployment models compared</title>',
    `<style>${STYLE}</style></head><body><main>`,
    '<h1>Deployment models compared</h1>',
    `<p class="label">${xmlText(LABEL)}.</p>`,
    ...plots(rows, constants),
    ...(crossings.length === 0 ? [] : ['<h2>Break-even</h2>', `<ul>${crossings.join('')}</ul>`]),
    '<h2>Counts</h2>',
    ...rows.map((row) => table(row, constants)),
    '<h2>Constants</h2>',
    '<table><thead><tr><th>name</th><th>cycles</th><th class="text">weighs</th></tr></thead><tbody>',
    ...CONSTANT_NAMES.map(
      (name) =>
        `<tr><th>${name}</th><td>${constants[name]}</td><td class="text">${xmlText(CONSTANTS[name].says)}</td></tr>`,
    ),
    '</tbody></table>',
    '</main></body></html>',
    '',
  ].join('\n');
}

function plots(rows: readonly Row[], constants: Constants): readonly string[] {
  const figures = new Map<string, string[]>();
  for (const { title, unit, y } of PLOTS) {
    for (const sweep of sweepsOf(rows, (cell) => y(cell, constants))) {
      if (isFlat(sweep)) continue;
      const known = figures.get(sweep.title) ?? [];
      figures.set(sweep.title, known);
      known.push(
        `<figure>${plot(sweep, unit)}<figcaption><b>${title}</b>: ${xmlText(unit)}</figcaption></figure>`,
      );
    }
  }
  return [...figures].map(
    ([title, all]) =>
      `<section><h2>${xmlText(title)}</h2><div class="plots">${all.join('')}</div></section>`,
  );
}

/** Nothing to see: all zero. */
function isFlat({ lines }: Sweep): boolean {
  return lines.every(({ points }) => points.every(({ y }) => y === 0));
}

function table({ workload, cells }: Row, constants: Constants): string {
  const cell = (found: Measured, value: (ran: Ran) => number) =>
    `<td>${found.skipped === null ? numberText(value(found)) : '–'}</td>`;
  const line = (name: string, value: (ran: Ran) => number) =>
    `<tr><th>${xmlText(name)}</th>${cells.map((found) => cell(found, value)).join('')}</tr>`;
  const ran = cells.find((found): found is Ran => found.skipped === null);
  const notes = cells.flatMap(({ model, skipped }) =>
    skipped === null ? [] : [`<p class="note">${xmlText(`${model}: ${skipped}`)}</p>`],
  );
  return [
    `<h3>${xmlText(workloadName(workload))}</h3>`,
    ran === undefined
      ? ''
      : `<p class="note">one round of ${ran.rounds}; ${xmlText(cachesText(ran.caches))}</p>`,
    `<table><thead><tr><th></th>${cells.map(({ model }) => `<th>${model}</th>`).join('')}</tr></thead><tbody>`,
    ...movedCounters(cells).map((name) =>
      line(name, ({ counts, rounds }) => countOf(counts, name) / rounds),
    ),
    line('cost', ({ counts, rounds }) => costOf(counts, rounds, constants).total).replace(
      '<tr>',
      '<tr class="cost">',
    ),
    '</tbody></table>',
    ...notes,
  ].join('\n');
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1e293b; --soft: #64748b; --line: #e2e8f0; --ground: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e2e8f0; --soft: #94a3b8; --line: #334155; --ground: #0f172a; } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; } h2 { margin-top: 2rem; font-size: 1.2rem; } h3 { margin: 1.5rem 0 0; font-size: 1rem; }
.label { border-left: 4px solid #d97706; padding-left: .75rem; }
.note { margin: .2rem 0; color: var(--soft); font-size: .85rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1rem; }
figure { margin: 0; } figcaption { color: var(--soft); font-size: .85rem; }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; fill: var(--ink); }
.grid { stroke: var(--line); } .tick { fill: var(--soft); } .axis { fill: var(--ink); }
table { border-collapse: collapse; margin: .3rem 0 1rem; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .75rem; text-align: right; border-bottom: 1px solid var(--line); }
tbody th, .text { text-align: left; font-weight: normal; }
.cost th, .cost td { font-weight: 600; border-top: 2px solid var(--soft); }
`;
