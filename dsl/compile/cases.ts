/** What a document offers: scenarios as sources of cases, which keep no more of the text than their cases need. */
import type { CaseView } from '../checks/case-view.ts';
import type { Plan } from '../plan.ts';
import type { Span } from '../span.ts';
import { idOf, planOf, planWith } from './expand.ts';
import { rowCount, type Scenario } from './scenario.ts';

/** A scenario whose cases are made by number. */
export interface Cases {
  readonly path: string;
  /** As written, with its parameters. */
  readonly title: string;
  /** `title`, made unique within the file. */
  readonly key: string;
  /** Of the line that begins it. */
  readonly span: Span;
  readonly tags: readonly string[];
  readonly covers: readonly { readonly rule: string; readonly span: Span }[];
  /** Its only case, or what its cases are made from. */
  readonly source: Plan | Scenario;
}

/**
 * The cases of a checked scenario; `only` is the one case of a scenario without axes. That one is kept instead of the
 * lines it was made from: they are most of what a large file costs.
 */
export function casesOf(scenario: Scenario, only: CaseView | null): Cases {
  const { path, title, key, span, tags, covers } = scenario;
  const source =
    only === null
      ? scenario
      : planWith(
          scenario,
          0,
          only.c,
          only.lines.map(({ line }) => line),
        );
  return { path, title, key, span, tags, covers, source };
}

/** Cases of a scenario: the product of its axes, 1 without any. */
export function caseCount({ source }: Cases): number {
  return 'axes' in source ? rowCount(source) : 1;
}

/** The plan of case `k`, from 0. Expects a scenario whose document has no errors. */
export function expand({ source }: Cases, k: number): Plan {
  return 'axes' in source ? planOf(source, k) : source;
}

/** `path#title[axis=value,...]`: stable under changes of outcomes; of a table, the columns that tell rows apart. */
export function caseId({ source }: Cases, k: number): string {
  return 'axes' in source ? idOf(source, k) : source.id;
}
