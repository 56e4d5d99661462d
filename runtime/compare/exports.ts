/** The comparison for other programs: CSV and JSON. */
import { COUNTERS } from '../../emulator/index.ts';
import { jsonText } from '../explain/json-text.ts';
import { breakEvens } from './break-even.ts';
import type { Constants } from './constants.ts';
import { costOf, countOf } from './cost.ts';
import type { Row } from './measured.ts';
import { LABEL } from './table.ts';

/** One line for each workload and model; counts are those of all rounds. */
export function csvText(rows: readonly Row[], constants: Constants): string {
  const counters = Object.keys(COUNTERS);
  const head = [
    'measure',
    'axes',
    'model',
    'skipped',
    'rounds',
    'caches',
    ...counters,
    'cost_per_round',
  ];
  const lines = rows.flatMap(({ workload, cells }) =>
    cells.map((cell) => {
      const axes = workload.axes.map(({ axis, value }) => `${axis}=${value}`).join(' ');
      const start = [workload.title, axes, cell.model];
      if (cell.skipped !== null) return [...start, cell.skipped, ...head.slice(4).map(() => '')];
      const cost = costOf(cell.counts, cell.rounds, constants).total;
      const counts = counters.map((counter) => String(countOf(cell.counts, counter)));
      return [...start, '', String(cell.rounds), cell.caches.policy, ...counts, String(cost)];
    }),
  );
  return [head, ...lines].map((line) => `${line.map(quoted).join(',')}\n`).join('');
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function compareJson(rows: readonly Row[], constants: Constants): string {
  const all = {
    constants,
    note: LABEL,
    workloads: rows.map(({ workload, cells }) => ({
      ...workload,
      models: cells.map((cell) =>
        cell.skipped === null
          ? {
              model: cell.model,
              rounds: cell.rounds,
              caches: cell.caches,
              counts: cell.counts,
              cost: costOf(cell.counts, cell.rounds, constants),
            }
          : { model: cell.model, skipped: cell.skipped },
      ),
    })),
    breakEvens: breakEvens(rows, constants),
  };
  return `${jsonText(all, 2)}\n`;
}
