/** `sdt run`: settings and scripts into a run, its events into reports, its end into an exit code. */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Bench } from '../run/batch.ts';
import { EXIT, worst } from '../run/exit-code.ts';
import type { CaseResult } from '../session/results.ts';
import type { Executor, RunRequest } from '../run/run.ts';
import { run } from '../run/run.ts';
import { onThisThread, onThreads, threadCount } from '../run/schedule.ts';
import type { Selection } from '../run/select.ts';
import { select } from '../run/select.ts';
import type { Shard } from '../run/shard.ts';
import type { Variation } from '../session/variation.ts';
import { variationName, variationOptions } from '../session/variation.ts';
import { BaselineGate } from './baseline.ts';
import { History } from './history.ts';
import type { Invocation } from './invocation.ts';
import { askedThreads } from './jobs.ts';
import { Reporting, reporterRequests } from './reporting.ts';
import type { Scripts } from './scripts.ts';
import { filtersOf, loadScripts } from './scripts.ts';
import { catchSignals } from './signals.ts';
import { variationsOf } from './variations.ts';

export async function command(invocation: Invocation): Promise<number> {
  const { io, configuration } = invocation;
  const { settings } = configuration;
  const signals = catchSignals();
  try {
    const requests = await reporterRequests(settings.reporter, io.environment);
    const variations = await variationsOf(settings);
    const baseline = BaselineGate.of(settings, io.cwd);
    const loaded = await loadScripts(invocation, () => signals.stopped() !== null);
    const filters = await filtersOf(settings, loaded, invocation);
    const selection = select(loaded.scripts, filters);
    const reporting = await Reporting.open({
      io,
      requests,
      color: settings.color,
      clock,
      source: loaded.files.source,
      replay: (result) => replay(result, variations, invocation.options['config']),
    });
    const whole = invocation.targets.length === 0 && selection.selected === selection.total;
    const history = new History(io.cwd, whole);
    touchShardStatus(invocation);
    try {
      const request = requestOf(invocation, loaded, selection, filters.shard, variations);
      const end = await run(request, {
        execute: executor(invocation, loaded, selection, variations),
        emit: (event) => {
          reporting.emit(event);
          if (event.event !== 'case') return;
          history.add(event.result);
          baseline?.add(event.result);
        },
        clock,
        stopped: signals.stopped,
      });
      history.save();
      const problems = reporting.finish();
      const partial = selection.selected < selection.total || end.interrupted !== null;
      const compared = baseline?.finish(io, partial) ?? EXIT.passed;
      for (const problem of problems) io.stderr.write(`sdt: ${problem}\n`);
      if (end.exitCode === EXIT.nothing) {
        const hasMeasures = loaded.scripts.some(({ measures }) => measures.length > 0);
        io.stderr.write(`sdt: ${NOTHING}${hasMeasures ? MEASURES : ''}\n`);
      }
      const written = problems.length > 0 ? EXIT.internal : EXIT.passed;
      return worst(end.exitCode, written, compared);
    } catch (error) {
      reporting.abandon();
      throw error;
    }
  } finally {
    signals.release();
  }
}

const NOTHING =
  'no case was selected; --pass-with-no-tests makes that a success, `sdt list` shows what there is';

const MEASURES = "\n     there are 'measure' sections: `sdt compare` runs them";

/** Milliseconds; the global `performance` takes 3 ms to load. */
const clock = () => Number(process.hrtime.bigint()) / 1e6;
const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

function requestOf(
  { configuration: { settings }, version, arguments: words }: Invocation,
  { scripts }: Scripts,
  selection: Selection,
  shard: Shard | null,
  variations: readonly Variation[],
): RunRequest {
  const { seed, shuffle, bail, passWithNoTests, fault, model, revision } = settings;
  // Under a fault only wrong outcomes count; under another machine other rules are decided.
  const own = fault.length === 0 && model === null && revision === null;
  return {
    version,
    arguments: words,
    scripts,
    selection,
    shard: shard === null ? null : `${shard.index}/${shard.count}`,
    seed,
    variations: variations.map(variationName),
    shuffle,
    bail,
    judgeCovers: own && Object.keys(settings.set).length === 0,
    needsCases: !passWithNoTests,
  };
}

/** Cases from which on the compiler may take its time. */
const MUCH = 1000;

/** This thread for little work, several for much; always another one where a case may have to be stopped. */
function executor(
  { configuration: { settings }, io }: Invocation,
  { files }: Scripts,
  selection: Selection,
  variations: readonly Variation[],
): Executor {
  const { timeout, repeat } = settings;
  const debug = io.environment['SDT_DEBUG'] === '1';
  const work = selection.selected * variations.length * repeat;
  return async function* (batches) {
    const asked = askedThreads(settings.jobs);
    const threads = threadCount(asked, work, availableParallelism());
    if (threads === 1 && timeout === null) {
      if (work >= MUCH) (await import('./long-run.ts')).prepareForMuch();
      const { machineRunner } = await import('./machine-runner.ts');
      const runCase = await machineRunner(
        variations.some(({ faults }) => faults.length > 0),
        io.cwd,
      );
      const bench: Bench = { runCase, variations, repeat, clock, debug };
      yield* onThisThread(bench, pause)(batches);
      return;
    }
    const oneByOne = timeout !== null;
    const { tags } = settings;
    const { cwd } = io;
    const setup = { sources: files.sources(), tags, variations, repeat, debug, oneByOne, cwd };
    const every = (milliseconds: number, call: () => void) => {
      const timer = setInterval(call, milliseconds);
      return () => clearInterval(timer);
    };
    const { startThread } = await import('./threads.ts');
    const start = startThread(setup);
    yield* onThreads({ threads, start, variations, timeout, clock, every })(batches);
  };
}

/** The command that runs one case again; its id goes through the shell unharmed. */
function replay(result: CaseResult, variations: readonly Variation[], config: unknown): string {
  const variation = variations.find((item) => variationName(item) === result.variation);
  const options = variation === undefined ? [] : variationOptions(variation);
  const configured = typeof config === 'string' ? ['--config', config] : [];
  return ['sdt', 'run', result.id, ...options, ...configured].map(shellWord).join(' ');
}

function shellWord(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Bazel wants to know that the test understands shards. */
function touchShardStatus({ io }: Invocation): void {
  const path = io.environment['TEST_SHARD_STATUS_FILE'];
  if (path === undefined || path === '') return;
  try {
    writeFileSync(path, '');
  } catch {
    // Bazel then complains by itself.
  }
}
