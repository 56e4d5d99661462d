/** A scenario, compiled: its lines in effect, its names, and what of each case can be shared. */
import { type Case, type CaseContext, filled, type Frame } from '../resolve/case.ts';
import type { PlanLine } from '../plan.ts';
import type { Placed, Scope } from './scope.ts';
import type { Slots } from './slots.ts';
import type { Span } from '../span.ts';

/** A line that runs, with what is known of it per combination of rows; null where a hole leaves it out. */
export interface RunLine {
  readonly placed: Placed;
  readonly slots: Slots<PlanLine | null>;
}

export interface Scenario extends CaseContext {
  readonly path: string;
  readonly suite: string | null;
  /** As written, with its parameters. */
  readonly title: string;
  /** `title`, made unique within the file. */
  readonly key: string;
  readonly span: Span;
  /** A workload: a `measure`, not a `scenario`. */
  readonly measure: boolean;
  /** Columns that tell the rows of the table apart: these go into the case id. */
  readonly idColumns: readonly string[];
  readonly tags: readonly string[];
  readonly covers: readonly { readonly rule: string; readonly span: Span }[];
  readonly notes: readonly Placed[];
  /** requires, skip, known failure */
  readonly conditions: readonly Placed[];
  readonly machine: readonly Placed[];
  readonly regions: readonly Placed[];
  /** Every line in effect, in order. */
  readonly placed: readonly Placed[];
  /** The `given` lines that brought fixtures in. */
  readonly givens: readonly Placed[];
  readonly lines: readonly RunLine[];
  readonly frames: Slots<Frame>;
  /** Lines of each source file, for texts as the author wrote them. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
}

/** A piece of one source line with its parameters filled in. */
export function sourceText(
  sources: ReadonlyMap<string, readonly string[]>,
  span: Span,
  scope: Scope,
  c: Case,
): string {
  const line = sources.get(span.file)?.[span.line - 1] ?? '';
  const text = line.slice(span.col - 1, span.end - 1);
  const beyond = span.end > line.length + 1;
  return filled(beyond ? text.replace(/#.*$/, '').trimEnd() : text, scope, c);
}

/** Cases of a scenario: the product of its axes, 1 without any. */
export function rowCount(scenario: Scenario): number {
  return scenario.axes.reduce((count, axis) => count * axis.rows.length, 1);
}

/** Row of each axis in case `k`, from 0; the last axis turns fastest. */
export function rowsOf(scenario: Scenario, k: number): number[] {
  const rows = new Array<number>(scenario.axes.length).fill(0);
  for (let i = scenario.axes.length - 1; i >= 0; i--) {
    const size = scenario.axes[i].rows.length;
    rows[i] = k % size;
    k = Math.floor(k / size);
  }
  return rows;
}
