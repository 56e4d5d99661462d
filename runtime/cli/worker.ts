/** A thread: compiles the files that its tasks name, runs their cases, answers with the results. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Bench } from '../run/batch.ts';
import { runCases } from '../run/batch.ts';
import { Compiler } from '../run/compile.ts';
import type { PackedResult, ThreadAnswer, ThreadTask } from '../run/schedule.ts';
import { packed } from '../run/schedule.ts';
import type { Script } from '../run/script.ts';
import { usedPath } from './files.ts';
import { prepareForMuch } from './long-run.ts';
import { machineRunner } from './machine-runner.ts';
import type { FaultSetup, ThreadSetup } from './threads.ts';
import { READY } from './threads.ts';

/** Milliseconds of work that are answered together. */
const SLICE = 20;

/** Compiled files that a thread keeps. */
const KEPT = 16;

const setup = workerData as ThreadSetup | FaultSetup;
const sources = new Map(setup.sources.map((source) => [source.path, source]));
const compiler = new Compiler(
  (path, from) => sources.get(usedPath(path, from)) ?? null,
  setup.tags,
);
const scripts = new Map<string, Script>();

function scriptOf(path: string): Script {
  let script = scripts.get(path);
  if (script === undefined) {
    const source = sources.get(path);
    if (source === undefined) throw new Error(`no source for ${path}`);
    scripts.set(path, (script = compiler.script(source)));
    // Tasks come file by file: what is long past is not kept.
    const [oldest] = scripts.keys();
    if (scripts.size > KEPT && oldest !== undefined) scripts.delete(oldest);
  }
  return script;
}

function perform(
  bench: Bench,
  oneByOne: boolean,
  { path, scenario: index, cases, skip }: ThreadTask,
): void {
  const scenario = scriptOf(path).scenarios[index];
  if (scenario === undefined) throw new Error(`${path} has no scenario ${index}`);
  // From here on the time limit counts.
  answer({ results: [], done: false });
  let results: PackedResult[] = [];
  let last = performance.now();
  for (const result of runCases(scenario, path, cases, bench, skip)) {
    results.push(packed(result));
    const now = performance.now();
    if (!oneByOne && now - last < SLICE) continue;
    answer({ results, done: false });
    results = [];
    last = now;
  }
  answer({ results, done: true });
}

function answer(message: ThreadAnswer): void {
  parentPort?.postMessage(message);
}

async function start(): Promise<void> {
  prepareForMuch();
  if ('policies' in setup) {
    const { serveFaults } = await import('./fault-worker.ts');
    return serveFaults(setup);
  }
  const { variations, repeat, debug, oneByOne, cwd } = setup;
  const runCase = await machineRunner(
    variations.some(({ faults }) => faults.length > 0),
    cwd,
  );
  const bench: Bench = { runCase, variations, repeat, clock: () => performance.now(), debug };
  parentPort?.on('message', (task: ThreadTask) => perform(bench, oneByOne, task));
  parentPort?.postMessage(READY);
}

void start();
