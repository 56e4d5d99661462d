/** `--baseline FILE`: a recorded run, and what differs from it. */
import type { CaseResult, Status } from './results.ts';

/** What a baseline keeps of one case. */
export interface BaselineCase {
  readonly status: Status;
  /** Model's reasons of the failing step, if it failed. */
  readonly because: string | null;
  /** Counted costs by line. */
  readonly costs: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface Baseline {
  readonly format: 'sdt baseline 1';
  readonly cases: Readonly<Record<string, BaselineCase>>;
}

export interface Difference {
  readonly id: string;
  readonly kind:
    'newly failing' | 'newly passing' | 'changed reason' | 'changed counts' | 'gone' | 'new';
  readonly was: string;
  readonly is: string;
}

/** The key of a case: the same case under two policies is two entries. */
export function baselineKey(result: CaseResult): string {
  return `${result.id} {${result.variation}}`;
}

export function baselineCase(result: CaseResult): BaselineCase {
  return {
    status: result.status,
    because: result.failures[0]?.because ?? null,
    costs: Object.fromEntries(result.costs.map(({ line, costs }) => [String(line), costs])),
  };
}

/** Every difference between a recorded run and this one; `partial`: cases that did not run are not gone. */
export function compareBaseline(
  was: Baseline,
  is: Baseline,
  partial: boolean,
): readonly Difference[] {
  const differences: Difference[] = [];
  for (const [id, now] of Object.entries(is.cases)) {
    const before = was.cases[id];
    if (before === undefined) differences.push({ id, kind: 'new', was: '-', is: now.status });
    else differences.push(...compareCase(id, before, now));
  }
  if (partial) return differences;
  const gone = Object.entries(was.cases).filter(([id]) => is.cases[id] === undefined);
  return [
    ...differences,
    ...gone.map(([id, before]): Difference => ({ id, kind: 'gone', was: before.status, is: '-' })),
  ];
}

function compareCase(id: string, before: BaselineCase, now: BaselineCase): Difference[] {
  if (before.status !== now.status) {
    const kind = now.status === 'pass' ? 'newly passing' : 'newly failing';
    return [{ id, kind, was: before.status, is: now.status }];
  }
  if (before.because !== now.because) {
    return [{ id, kind: 'changed reason', was: String(before.because), is: String(now.because) }];
  }
  const counts = (c: BaselineCase): string => JSON.stringify(c.costs);
  if (counts(before) === counts(now)) return [];
  return [{ id, kind: 'changed counts', was: counts(before), is: counts(now) }];
}

/** Reads a baseline file's text; a string says what is wrong with it. */
export function parseBaseline(text: string): Baseline | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `it is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (typeof value !== 'object' || value === null || !('format' in value) || !('cases' in value)) {
    return "it has no 'format' and 'cases'";
  }
  if (value.format !== 'sdt baseline 1')
    return `its format is '${String(value.format)}', not 'sdt baseline 1'`;
  return value as Baseline;
}
