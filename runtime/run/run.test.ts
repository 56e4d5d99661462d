import { expect, test } from 'vitest';
import type { Plan } from '../../dsl/index.ts';
import type { Bench, CaseRunner } from './batch.ts';
import type { RunEvent } from './events.ts';
import type { CaseResult } from '../session/results.ts';
import type { RunRequest } from './run.ts';
import { run } from './run.ts';
import { onThisThread } from './schedule.ts';
import type { Script } from './script.ts';
import { fakeResult, fakeScript } from './script.test-support.ts';
import { NO_FILTERS, select } from './select.ts';
import { policies } from '../session/policies.ts';
import { DEFAULT_VARIATION, variationName } from '../session/variation.ts';
import { script as scriptError } from '../reporters/stream.test-support.ts';

const scripts = [
  fakeScript('a.sdt', [{ title: 'one' }, { title: 'grid', count: 5 }]),
  fakeScript('b.sdt', [{ title: 'two', count: 3 }]),
];

interface Options extends Partial<RunRequest> {
  readonly runCase?: CaseRunner;
  readonly repeat?: number;
  readonly caching?: string | null;
  readonly stopAfter?: number;
}

async function ran(some: Options = {}) {
  const events: RunEvent[] = [];
  const cases: CaseResult[] = [];
  const variations = policies(some.caching ?? null).map((caching) => ({
    ...DEFAULT_VARIATION,
    caching,
  }));
  const bench: Bench = {
    runCase: some.runCase ?? ((plan) => fakeResult(plan)),
    variations,
    repeat: some.repeat ?? 1,
    clock: () => 0,
    debug: false,
  };
  const end = await run(
    {
      version: '0.1.0',
      arguments: [],
      scripts,
      selection: select(some.scripts ?? scripts, NO_FILTERS),
      shard: null,
      seed: 1,
      variations: variations.map(variationName),
      shuffle: false,
      bail: null,
      judgeCovers: true,
      needsCases: true,
      ...some,
    },
    {
      execute: onThisThread(bench, () => Promise.resolve()),
      emit: (event) => {
        events.push(event);
        if (event.event === 'case') cases.push(event.result);
      },
      clock: () => 0,
      stopped: () =>
        cases.length >= (some.stopAfter ?? Infinity) ? { why: 'by SIGINT', exitCode: 130 } : null,
    },
  );
  return { events, cases, end, ids: cases.map((result) => result.id) };
}

const failing =
  (pattern: RegExp, some: Partial<CaseResult> = { status: 'fail' }): CaseRunner =>
  (plan: Plan) =>
    fakeResult(plan, pattern.test(plan.id) ? some : {});

test('a run starts, reports every case in file order, and ends with its counts', async () => {
  const { events, ids, end } = await ran();
  expect(events[0]).toMatchObject({ event: 'run started', selected: 9, total: 9, files: 2 });
  expect(ids[0]).toBe('a.sdt#one');
  expect(ids.slice(1, 3)).toEqual(['a.sdt#grid[k=0]', 'a.sdt#grid[k=1]']);
  expect(end).toMatchObject({ counts: { pass: 9 }, exitCode: 0, interrupted: null });
  expect(events.at(-1)).toBe(end);
});

test('a failing case is exit code 1, one that cannot be run as written 2, an internal error 3; the worst wins', async () => {
  const broken: Script = { ...fakeScript('c.sdt', []), diagnostics: [scriptError], broken: true };
  const withError = [...scripts, broken];
  expect((await ran({ runCase: failing(/one/) })).end.exitCode).toBe(1);
  expect((await ran({ runCase: failing(/one/), scripts: withError })).end.exitCode).toBe(2);
  const unfit = failing(/one/, { status: 'error' });
  expect((await ran({ runCase: unfit })).end.exitCode).toBe(2);
  const error = failing(/one/, { status: 'error', internal: true });
  expect((await ran({ runCase: error, scripts: withError })).end.exitCode).toBe(3);
  expect((await ran({ runCase: failing(/one/, { status: 'unexpected pass' }) })).end.exitCode).toBe(
    1,
  );
  expect((await ran({ runCase: failing(/one/, { status: 'known failure' }) })).end.exitCode).toBe(
    0,
  );
});

test('a run without cases is exit code 4, unless it may be empty', async () => {
  expect((await ran({ scripts: [] })).end.exitCode).toBe(4);
  expect((await ran({ scripts: [], needsCases: false })).end.exitCode).toBe(0);
});

test('a shard that happens to be empty is no failure', async () => {
  const selection = { ...select(scripts, NO_FILTERS), scenarios: [], selected: 0 };
  expect((await ran({ selection })).end.exitCode).toBe(0);
});

test('every policy of `all` runs each case', async () => {
  const { cases } = await ran({
    caching: 'all',
    runCase: (plan, variation) => fakeResult(plan, { variation: variationName(variation) }),
  });
  expect(cases).toHaveLength(9 * policies('all').length);
  expect(cases.slice(0, 4).map((result) => result.variation)).toEqual(policies('all'));
});

test('--bail stops after so many failures', async () => {
  const { ids, end } = await ran({ runCase: failing(/grid/), bail: 2 });
  expect(ids).toEqual(['a.sdt#one', 'a.sdt#grid[k=0]', 'a.sdt#grid[k=1]']);
  expect(end).toMatchObject({ exitCode: 1, interrupted: 'after 2 failures (--bail 2)' });
});

test('a run that is stopped reports what it has', async () => {
  const { ids, end } = await ran({ stopAfter: 4 });
  expect(ids).toHaveLength(4);
  expect(end).toMatchObject({ interrupted: 'by SIGINT', exitCode: 130 });
});

test('a shuffled run has every case once, in an order that the seed gives', async () => {
  const one = await ran({ shuffle: true, seed: 5 });
  const two = await ran({ shuffle: true, seed: 5 });
  const plain = await ran();
  expect(one.ids).toEqual(two.ids);
  expect(one.ids).not.toEqual(plain.ids);
  expect([...one.ids].sort()).toEqual([...plain.ids].sort());
});

test('--repeat fails a case whose runs differ, and says in what', async () => {
  let calls = 0;
  const flaky: CaseRunner = (plan) =>
    fakeResult(plan, { steps: plan.title === 'one' ? calls++ : 1 });
  const { cases, end } = await ran({ repeat: 3, runCase: flaky });
  expect(end.counts).toMatchObject({ pass: 8, fail: 1 });
  expect(cases[0]?.failures[0]?.message).toContain('run 2 of 3 gave another steps than the first');
});

test('an internal error is a result with the case and the seed, without a stack', async () => {
  const { cases, end } = await ran({
    runCase: (plan) => {
      if (plan.title === 'one') throw new TypeError('x is not a function');
      return fakeResult(plan);
    },
  });
  expect(cases[0]).toMatchObject({ status: 'error', id: 'a.sdt#one' });
  expect(cases[0]?.reason).toBe(
    'internal error: x is not a function (please report this with the case a.sdt#one and the seed 1)',
  );
  expect(end).toMatchObject({ exitCode: 3, counts: { pass: 8, error: 1 } });
});

const claims = [
  fakeScript('c.sdt', [{ title: 'claims', count: 3, covers: ['SMMPT-XWR-01', 'SMMPT-XWR-02'] }]),
];
const fires =
  (rules: readonly string[], some: Partial<CaseResult> = {}): CaseRunner =>
  (plan) =>
    fakeResult(plan, { fired: (plan.number === 1 ? rules : []) as never, ...some });

test('a rule that a scenario covers must be decided in one of its cases', async () => {
  const all = ['SMMPT-XWR-01', 'SMMPT-XWR-02'];
  expect((await ran({ scripts: claims, runCase: fires(all) })).end.exitCode).toBe(0);
  const { cases, end } = await ran({ scripts: claims, runCase: fires(all.slice(1)) });
  expect(end).toMatchObject({ exitCode: 1, counts: { pass: 3, fail: 1 } });
  expect(cases.at(-1)).toMatchObject({ id: 'c.sdt#claims', status: 'fail' });
  expect(cases.at(-1)?.failures).toMatchObject([
    { kind: 'covers-not-fired', expected: 'SMMPT-XWR-01 decided' },
  ]);
});

test('covers is not judged under a partial selection, after a failure, when nothing ran, or when told not to', async () => {
  const none = fires([]);
  const { scenarios, ...rest } = select(claims, NO_FILTERS);
  const partial = {
    ...rest,
    scenarios: scenarios.map((item) => ({ ...item, cases: item.cases.subarray(1) })),
  };
  for (const options of [
    { selection: partial, runCase: none },
    { runCase: fires([], { status: 'fail' }) },
    { runCase: fires([], { status: 'skip' }) },
    { runCase: none, judgeCovers: false },
  ]) {
    const { cases } = await ran({ scripts: claims, ...options });
    expect(cases.flatMap((item) => item.failures.map((failure) => failure.kind))).toEqual([]);
  }
});
