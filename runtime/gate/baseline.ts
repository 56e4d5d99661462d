/** `--baseline FILE`: a recorded run, and what differs from it. */
import type { CaseResult, Status } from '../session/results.ts';

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
  const cases: Record<string, BaselineCase> = {};
  for (const [id, rows] of Object.entries(value.cases as Record<string, unknown>)) {
    if (typeof rows !== 'object' || rows === null) return `the entry of '${id}' is no object`;
    for (const [variations, row] of Object.entries(rows as Record<string, Row>)) {
      const entry = typeof row === 'string' ? { status: row, because: null, costs: {} } : row;
      for (const variation of variations.split(SEPARATOR)) cases[`${id} {${variation}}`] = entry;
    }
  }
  return { format: 'sdt baseline 1', cases };
}

/** An entry in the file: the status alone where there is nothing else to keep. */
type Row = Status | BaselineCase;

/** Between the variations that one row of a case is for. */
const SEPARATOR = ' | ';

/** The file: one line for each case in order of ids, variations with equal results together, so that changes read well. */
export function baselineText({ cases }: Baseline): string {
  const rows = new Map<string, Map<string, string[]>>();
  const sorted = Object.entries(cases).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, { status, because, costs }] of sorted) {
    const at = key.lastIndexOf(' {');
    const [id, variation] = [key.slice(0, at), key.slice(at + 2, -1)];
    const plain = because === null && Object.keys(costs).length === 0;
    const row = JSON.stringify(plain ? status : { status, because, costs });
    const of = rows.get(id) ?? new Map<string, string[]>();
    rows.set(id, of.set(row, [...(of.get(row) ?? []), variation]));
  }
  const lines = [...rows].map(([id, of]) => {
    const entries = [...of].map(
      ([row, names]) => `${JSON.stringify(names.join(SEPARATOR))}: ${row}`,
    );
    return `${JSON.stringify(id)}: {${entries.join(', ')}}`;
  });
  return `{"format": "sdt baseline 1", "cases": {\n${lines.join(',\n')}\n}}\n`;
}
