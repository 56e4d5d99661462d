import { describe, expect, it } from 'vitest';
import { Coverage, percent, stateOf } from './cover.ts';
import type { FaultRun, PlantedFault } from './faults-run.ts';
import { tryFault } from './mutate.ts';
import type { CaseResult, Failure } from '../session/results.ts';
import type { Script, ScriptScenario } from '../run/script.ts';
import { DEFAULT_VARIATION } from '../session/variation.ts';

const scenario = (title: string, covers: string[]): ScriptScenario => ({
  name: `s.sdt#${title}`,
  title,
  line: 1,
  tags: [],
  covers,
  count: 2,
  id: (k) => `s.sdt#${title}[k=${k}]`,
  expand: () => {
    throw new Error('not expanded here');
  },
  coversSpan: () => ({ file: 's.sdt', line: 1, col: 1, end: 2 }),
});

const result = (over: Partial<CaseResult>): CaseResult => ({
  id: 'x',
  file: 's.sdt',
  line: 1,
  suite: null,
  title: 't',
  tags: [],
  status: 'pass',
  reason: null,
  failures: [],
  covers: [],
  fired: [],
  witnesses: [],
  costs: [],
  steps: 1,
  milliseconds: 0,
  variation: 'none',
  ...over,
});

const failure = (kind: Failure['kind']): Failure => ({
  span: { file: 's.sdt', line: 2, col: 1, end: 2 },
  message: '',
  expected: '',
  actual: '',
  because: null,
  rule: null,
  walk: [],
  kind,
});

/** A machine on which `skips-check` makes scenario a fail at its second case, under `retain` only. */
const run: FaultRun = {
  scripts: [
    {
      path: 's.sdt',
      diagnostics: [],
      broken: false,
      scenarios: [scenario('b', ['SMMPT-XWR-02']), scenario('a', ['SMMPT-XWR-01', 'SMMPT-XWR-03'])],
      measures: [],
    } satisfies Script,
  ],
  policies: ['none', 'retain'],
  variation: DEFAULT_VARIATION,
  runCase: (s, k, variation) => {
    const broken =
      variation.faults.includes('skips-check') &&
      s.title === 'a' &&
      k === 1 &&
      variation.caching === 'retain';
    const unmarked = variation.faults.includes('only-marks');
    return result({
      id: s.id(k),
      covers: s.covers,
      status: broken || unmarked ? 'fail' : 'pass',
      failures: broken ? [failure('outcome')] : unmarked ? [failure('covers-not-fired')] : [],
    });
  },
};

const skipsCheck: PlantedFault = { name: 'skips-check', says: '', breaks: ['SMMPT-XWR-01'] };
const onlyMarks: PlantedFault = { name: 'only-marks', says: '', breaks: ['SMMPT-XWR-02'] };

describe('coverage', () => {
  it('tells decided, asserted, fired and untouched rules apart', () => {
    const coverage = new Coverage();
    coverage.add(result({ covers: ['A-01', 'B-02'], fired: ['SMMPT-XWR-01'] }));
    coverage.add(result({ covers: ['SMMPT-XWR-01'], fired: ['SMMPT-XWR-02'] }));
    const rows = coverage.rows(
      ['A-01', 'SMMPT-XWR-01', 'SMMPT-XWR-02', 'C-01', 'D-01'].map((id) => ({ id, statement: '' })),
      new Map([['D-01', 'allows every outcome']]),
    );
    expect(rows.map(stateOf)).toEqual([
      'asserted only',
      'asserted and fired',
      'fired only',
      'neither',
      'exempt',
    ]);
    expect(percent(rows)).toBe(25);
  });

  it('does not take the word of a case that failed', () => {
    const coverage = new Coverage();
    coverage.add(result({ status: 'fail', covers: ['A-01'] }));
    expect(coverage.rows([{ id: 'A-01', statement: '' }], new Map())[0]?.asserted).toBe(false);
  });

  it('proves a rule only by a wrong outcome of a scenario that covers it', () => {
    const coverage = new Coverage();
    coverage.prove(run, [skipsCheck, onlyMarks]);
    const rows = coverage.rows(
      ['SMMPT-XWR-01', 'SMMPT-XWR-02', 'SMMPT-XWR-03'].map((id) => ({ id, statement: '' })),
      new Map(),
    );
    expect(rows.map((row) => row.decided)).toEqual([true, false, false]);
  });
});

describe('a set of outcomes', () => {
  it('has members that no result chose, whatever the others chose', () => {
    const coverage = new Coverage();
    const span = { file: 's.sdt', line: 7, col: 9, end: 12 };
    const choice = (chosen: number, members = ['ok', 'load access fault', 'load page fault']) =>
      result({ witnesses: [{ span, members, chosen }] });
    for (const chosen of [0, 2, 0]) coverage.add(choice(chosen));
    coverage.add(choice(0, ['one']));
    expect(coverage.unwitnessed()).toEqual([
      {
        file: 's.sdt',
        line: 7,
        member: 'load access fault',
        members: ['ok', 'load access fault', 'load page fault'],
      },
    ]);
  });
});

describe('mutation', () => {
  it('does not count a machine that a fault makes throw as noticed', () => {
    const throws: FaultRun = {
      ...run,
      runCase: () => {
        throw new RangeError('no such entry');
      },
    };
    expect(tryFault(throws, skipsCheck).caughtBy).toBeNull();
  });

  it('names the case and the policy that caught a fault, and the faults that survive', () => {
    expect(tryFault(run, skipsCheck).caughtBy).toEqual({ id: 's.sdt#a[k=1]', policy: 'retain' });
    expect(tryFault(run, onlyMarks).caughtBy).toBeNull();
  });
});
