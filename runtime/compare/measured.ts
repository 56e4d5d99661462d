/** What one workload counted under one model. */
import type { Counts } from '../../emulator/index.ts';

/** One `measure` section with its axes filled in. */
export interface Workload {
  readonly file: string;
  /** The title as written, parameters unfilled: what the points of a sweep share. */
  readonly section: string;
  readonly title: string;
  readonly axes: readonly { readonly axis: string; readonly value: string }[];
}

/** Caching policy and sizes that it ran with. */
export interface Caches {
  readonly policy: string;
  readonly tlb: number;
  readonly walk: number;
  readonly mpt: number;
}

export type Measured = Workload & {
  readonly model: string;
} & (
    | {
        /** Rounds that were counted. */
        readonly rounds: number;
        /** Of all rounds together. */
        readonly counts: Counts;
        readonly caches: Caches;
        readonly skipped: null;
      }
    | { readonly rounds: 0; readonly counts: null; readonly caches: null; readonly skipped: string }
  );

/** What the models say of one workload, side by side. */
export interface Row {
  readonly workload: Workload;
  /** In the order of the models asked for. */
  readonly cells: readonly Measured[];
}

/** One row for each workload, in order. */
export function rowsOf(measured: readonly Measured[]): readonly Row[] {
  const rows = new Map<string, Measured[]>();
  for (const cell of measured) {
    const key = [cell.file, cell.title, ...cell.axes.map(({ value }) => value)].join('\n');
    const cells = rows.get(key);
    if (cells === undefined) rows.set(key, [cell]);
    else cells.push(cell);
  }
  return [...rows.values()].map((cells) => {
    const [{ file, section, title, axes }] = cells as [Measured, ...Measured[]];
    return { workload: { file, section, title, axes }, cells };
  });
}

/** `pointer chase [pages=16]`; a title that its axes fill says it by itself. */
export function workloadName({ section, title, axes }: Workload): string {
  if (section !== title) return title;
  const filled = axes.map(({ axis, value }) => `${axis}=${value}`).join(', ');
  return filled === '' ? title : `${title} [${filled}]`;
}
