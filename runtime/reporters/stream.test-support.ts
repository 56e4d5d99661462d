/** Streams of events for the tests of reporters. */
import type { Diagnostic } from '../../dsl/index.ts';
import type { RunEvent, Tally } from '../run/events.ts';
import type { CaseResult, Failure, Status } from '../session/results.ts';
import type { ReporterOptions } from './reporter.ts';

export const FILE = 'suites/two.sdt';
export const SOURCE = 'sdt 1\nscenario "two"\n  host loads at key           -> load access fault\n';

export const NO_COUNTS: Tally = {
  pass: 0,
  fail: 0,
  'known failure': 0,
  'unexpected pass': 0,
  skip: 0,
  error: 0,
  timeout: 0,
};

export function failure(some: Partial<Failure> = {}): Failure {
  return {
    span: { file: FILE, line: 3, col: 34, end: 51 },
    message: 'access fault (5) expected, the load returned a value',
    expected: 'load access fault',
    actual: 'ok 0x5e_c2e7',
    because: null,
    rule: 'SMMPT-XWR-01',
    walk: [],
    kind: 'outcome',
    ...some,
  };
}

export function result(some: Partial<CaseResult> = {}): CaseResult {
  return {
    id: `${FILE}#two[op=load]`,
    file: FILE,
    line: 2,
    suite: null,
    title: 'two',
    tags: [],
    status: 'pass',
    reason: null,
    failures: [],
    covers: [],
    fired: [],
    witnesses: [],
    costs: [],
    steps: 1,
    milliseconds: 0.5,
    variation: 'default',
    ...some,
  };
}

export const script: Diagnostic = {
  code: 'SDT203',
  severity: 'error',
  message: "no region is called 'kay'",
  help: "did you mean 'key'?",
  span: { file: FILE, line: 3, col: 17, end: 20 },
};

export function started(variations: readonly string[] = ['default']): RunEvent {
  const shard = null;
  return {
    event: 'run started',
    version: '0.1.0',
    seed: 7,
    selected: 3,
    total: 4,
    shard,
    files: 1,
    arguments: ['run'],
    variations,
  };
}

/** A whole run of these results. */
export function stream(results: readonly CaseResult[], interrupted: string | null = null) {
  const counts: Record<Status, number> = { ...NO_COUNTS };
  for (const { status } of results) counts[status]++;
  const events: RunEvent[] = [started(), { event: 'diagnostics', diagnostics: [] }];
  events.push(...results.map((item): RunEvent => ({ event: 'case', result: item })));
  events.push({ event: 'run ended', counts, milliseconds: 12, exitCode: 0, interrupted });
  return events;
}

/** Options that collect what is written. */
export function collecting(some: Partial<ReporterOptions> = {}) {
  const written: string[] = [];
  const summary: string[] = [];
  const options: ReporterOptions = {
    write: (text) => written.push(text),
    colour: false,
    columns: null,
    source: (path) => (path === FILE ? SOURCE : null),
    environment: {},
    replay: (item) => `sdt run '${item.id}'`,
    jobSummary: (text) => summary.push(text),
    ...some,
  };
  return { options, text: () => written.join(''), summary: () => summary.join('') };
}
