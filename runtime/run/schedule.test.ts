import { expect, test } from 'vitest';
import { runCases } from './batch.ts';
import type { BatchResults } from './run.ts';
import type { StartThread } from './schedule.ts';
import { onThreads, onThisThread, packed, threadCount } from './schedule.ts';
import { fakeResult, fakeScript } from './script.test-support.ts';
import type { Selected } from './select.ts';
import { DEFAULT_VARIATION } from '../session/variation.ts';

const script = fakeScript('a.sdt', [{ title: 'grid', count: 40 }]);
const [scenario] = script.scenarios;
if (scenario === undefined) throw new Error('no scenario');
const selected: Selected = {
  script,
  scenario,
  index: 0,
  cases: Uint32Array.from({ length: 40 }, (_, k) => k),
};
const variations = [
  { ...DEFAULT_VARIATION, caching: 'none' },
  { ...DEFAULT_VARIATION, caching: 'retain' },
];
const bench = {
  runCase: (plan: Parameters<typeof fakeResult>[0], variation: { caching: string | null }) =>
    fakeResult(plan, { variation: variation.caching ?? '' }),
  variations,
  repeat: 1,
  clock: () => 0,
  debug: false,
};
const batches = Array.from({ length: 10 }, (_, n) => ({
  of: selected,
  cases: selected.cases.subarray(4 * n, 4 * n + 4),
}));
const expected = Array.from({ length: 40 }, (_, k) => [`a.sdt#grid[k=${k}]`]).flatMap(([id]) => [
  `${id} none`,
  `${id} retain`,
]);

async function collect(results: AsyncIterable<BatchResults>): Promise<string[]> {
  const seen: string[] = [];
  for await (const batch of results) {
    for (const { id, variation, status } of batch.results) {
      seen.push(`${id} ${variation}${status === 'pass' ? '' : ` ${status}`}`);
    }
  }
  return seen;
}

interface Fake {
  readonly delay?: (first: number) => number;
  /** Case number at which the thread hangs or dies. */
  readonly hangs?: number;
  readonly dies?: number;
}

/** Threads that answer later, in any order, one result at a time. */
function threads({ delay = () => 0, hangs = -1, dies = -1 }: Fake): {
  start: StartThread;
  started: () => number;
  alive: () => number;
} {
  let started = 0;
  let alive = 0;
  const start: StartThread = (answer, ended) => {
    started++;
    alive++;
    let stopped = false;
    return {
      stop: () => {
        if (!stopped) alive--;
        stopped = true;
      },
      send: ({ cases, skip }) => {
        setTimeout(
          () => {
            answer({ results: [], done: false });
            let unit = skip;
            for (const result of runCases(scenario, 'a.sdt', cases, bench, skip)) {
              if (stopped) return;
              const k = cases[Math.floor(unit++ / 2)];
              if (k === hangs) return;
              if (k === dies) {
                alive--;
                stopped = true;
                ended('the heap was full', true);
                return;
              }
              answer({ results: [packed(result)], done: false });
            }
            answer({ results: [], done: true });
          },
          delay(cases[0] ?? 0),
        );
      },
    };
  };
  return { start, started: () => started, alive: () => alive };
}

function executor(fake: Fake, timeout: number | null = null) {
  const crew = threads(fake);
  const execute = onThreads({
    threads: 3,
    start: crew.start,
    variations,
    timeout,
    clock: () => performance.now(),
    every: (milliseconds, call) => {
      const timer = setInterval(call, milliseconds);
      return () => clearInterval(timer);
    },
  });
  return { ...crew, results: () => collect(execute(batches)) };
}

test('this thread gives every result in order', async () => {
  const execute = onThisThread(bench, () => Promise.resolve());
  expect(await collect(execute(batches))).toEqual(expected);
});

test('threads that finish in any order release results in the order of the cases', async () => {
  const crew = executor({ delay: (first) => (first % 7) * 3 });
  expect(await crew.results()).toEqual(expected);
  expect(crew.started()).toBe(3);
  expect(crew.alive()).toBe(0);
});

test('a case that hangs times out, and the cases after it run', async () => {
  const crew = executor({ hangs: 6 }, 40);
  const results = await crew.results();
  expect(results.filter((line) => line.endsWith('timeout'))).toEqual([
    'a.sdt#grid[k=6] none timeout',
    'a.sdt#grid[k=6] retain timeout',
  ]);
  expect(results.map((line) => line.replace(' timeout', ''))).toEqual(expected);
});

test('a thread that takes long to start does not cost a case', async () => {
  const results = await executor({ delay: () => 30 }, 10).results();
  expect(results).toEqual(expected);
});

test('a thread that dies costs the case at hand, not the run', async () => {
  const results = await executor({ dies: 39 }).results();
  expect(results.slice(-2)).toEqual([
    'a.sdt#grid[k=39] none error',
    'a.sdt#grid[k=39] retain error',
  ]);
  expect(results).toHaveLength(80);
});

test('threads that cannot start end the run at once', async () => {
  const start: StartThread = (_answer, ended) => {
    setTimeout(() => ended('no such file', false));
    return { send: () => {}, stop: () => {} };
  };
  const options = { variations, timeout: null, clock: () => 0, every: () => () => {} };
  const results = collect(onThreads({ ...options, threads: 2, start })(batches));
  await expect(results).rejects.toThrow('threads cannot be started: no such file');
});

test('a consumer that stops early stops the threads', async () => {
  const crew = threads({});
  const execute = onThreads({
    threads: 2,
    start: crew.start,
    variations,
    timeout: null,
    clock: () => 0,
    every: () => () => {},
  });
  for await (const batch of execute(batches)) {
    expect(batch.results.length).toBeGreaterThan(0);
    break;
  }
  expect(crew.alive()).toBe(0);
});

test('no more batches are taken than can be under way', async () => {
  let taken = 0;
  function* counted() {
    for (const batch of batches) {
      taken++;
      yield batch;
    }
  }
  // The first batch is slow: the others wait behind it.
  const crew = threads({ delay: (first) => (first === 0 ? 60 : 0) });
  const execute = onThreads({
    threads: 2,
    start: crew.start,
    variations,
    timeout: null,
    clock: () => 0,
    every: () => () => {},
  });
  let atFirst = 0;
  for await (const { results } of execute(counted())) {
    if (results.length > 0) atFirst ||= taken;
  }
  expect(atFirst).toBeLessThanOrEqual(8);
  expect(taken).toBe(10);
});

test('threads are used from five thousand results on where a processor is free, or when asked for', () => {
  expect(threadCount(null, 4999, 8)).toBe(1);
  expect(threadCount(null, 5000, 8)).toBe(7);
  expect(threadCount(null, 5000, 2)).toBe(1);
  expect(threadCount(null, 5000, 1)).toBe(1);
  expect(threadCount(3, 10, 8)).toBe(3);
});
