/** The comparison as text: counts first, then what they weigh, never without the constants. */
import { COUNTERS } from '../../emulator/index.ts';
import type { BreakEven } from './break-even.ts';
import { breakEvens } from './break-even.ts';
import { CONSTANTS, CONSTANT_NAMES, type Constants, constantsText } from './constants.ts';
import { costOf, countOf } from './cost.ts';
import { type Caches, type Measured, type Row, workloadName } from './measured.ts';

/** What every comparison says of itself. */
export const LABEL =
  'instructions of firmware are not counted: models with many traps look cheaper than they are';

/** Counters in the order of the catalogue, without those that nobody moved. */
export function movedCounters(cells: readonly Measured[]): readonly string[] {
  const names = [...Object.keys(COUNTERS), 'fill'];
  return [...new Set(names)].filter((name) =>
    cells.some(({ counts }) => counts !== null && countOf(counts, name) !== 0),
  );
}

export function tableText(rows: readonly Row[], constants: Constants): string {
  const blocks = rows.map((row) => blockText(row, constants));
  return [
    ...blocks,
    ...breakEvens(rows, constants).map(breakEvenText),
    `constants (cycles): ${constantsText(constants)}`,
    ...CONSTANT_NAMES.map((name) => `  ${name.padEnd(6)} ${CONSTANTS[name].says}`),
    LABEL,
    '',
  ].join('\n');
}

function blockText({ workload, cells }: Row, constants: Constants): string {
  const ran = cells.filter((cell) => cell.skipped === null);
  const head = ['', ...cells.map(({ model }) => model)];
  const lines = movedCounters(cells).map((counter) => [
    counter,
    ...cells.map((cell) =>
      cell.skipped === null ? numberText(countOf(cell.counts, counter) / cell.rounds) : '-',
    ),
  ]);
  const costs = [
    'cost',
    ...cells.map((cell) =>
      cell.skipped === null ? numberText(costOf(cell.counts, cell.rounds, constants).total) : '-',
    ),
  ];
  const all = [head, ...lines, costs];
  const widths = head.map((_, column) =>
    Math.max(...all.map((line) => (line[column] ?? '').length)),
  );
  const text = all.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  const rule = '-'.repeat(Math.max(...text.map(({ length }) => length)));
  const notes = cells.flatMap((cell) =>
    cell.skipped === null ? [] : [`  ${cell.model}: ${cell.skipped}`],
  );
  const first = ran[0];
  return [
    workloadName(workload),
    ...(first === undefined ? [] : [`  one round of ${first.rounds}; ${cachesText(first.caches)}`]),
    ...text.slice(0, -1).map((line) => `  ${line}`),
    `  ${rule}`,
    `  ${text.at(-1) ?? ''}`,
    ...notes,
    '',
  ].join('\n');
}

/** `caches none`, or the sizes of `sized` ones. */
export function cachesText({ policy, tlb, walk, mpt }: Caches): string {
  return policy === 'sized'
    ? `caches sized: ${tlb} TLB, ${walk} walk, ${mpt} protection-table entries, LRU`
    : `caches ${policy}`;
}

export function breakEvenText({ sweep, axis, models, at, closed, below }: BreakEven): string {
  const [one, other] = models;
  if (below === null) return `${sweep}: ${one} and ${other} cost the same`;
  const above = below === one ? other : one;
  return at === null
    ? `${sweep}: ${below} is cheaper than ${above} for all ${axis} of the sweep`
    : `${sweep}: ${below} is cheaper than ${above} below ${axis} = ${numberText(at)}, ${above} above${closed === null ? '' : ` (references and traps alone, no fills: ${numberText(closed)})`}`;
}

/** Whole numbers as they are, others with three digits. */
export function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
