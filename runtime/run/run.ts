/** A run: selected cases in, the event stream out. Files, threads, clock and terminal come in as parameters. */
import type { RunEvent, Tally } from './events.ts';
import { exitCode } from './exit-code.ts';
import { CoversJudge } from './covers.ts';
import { randomNumbers, shuffle } from '../session/random.ts';
import type { CaseResult, Status } from '../session/results.ts';
import type { Script } from './script.ts';
import type { Selected, Selection } from './select.ts';
import { plural } from '../explain/text-width.ts';

/** Some cases of one scenario. */
export interface Batch {
  readonly of: Selected;
  readonly cases: Uint32Array;
}

/** Results of a batch, or of a part of it, in order. */
export interface BatchResults {
  readonly of: Selected;
  readonly results: readonly CaseResult[];
}

/** Runs batches, here or on other threads, and hands their results over in the order of the batches. */
export type Executor = (batches: Iterable<Batch>) => AsyncIterable<BatchResults>;

export interface RunRequest {
  readonly version: string;
  readonly arguments: readonly string[];
  readonly scripts: readonly Script[];
  readonly selection: Selection;
  /** `i/n`, for the reports. */
  readonly shard: string | null;
  readonly seed: number;
  /** Names of the variations. */
  readonly variations: readonly string[];
  readonly shuffle: boolean;
  /** Stop after so many results that are not green. */
  readonly bail: number | null;
  /** Whether rules that a scenario claims and nobody decided make it fail. */
  readonly judgeCovers: boolean;
  /** Whether a selection without cases is a failure. */
  readonly needsCases: boolean;
}

/** Why a run ends before its last case, and the exit code if that is not the one of its results. */
export interface Stop {
  readonly why: string;
  readonly exitCode: number | null;
}

export interface RunSurroundings {
  readonly execute: Executor;
  readonly emit: (event: RunEvent) => void;
  readonly clock: () => number;
  /** The signal that ends the run early, or null. */
  readonly stopped: () => Stop | null;
}

export type RunEnd = Extract<RunEvent, { event: 'run ended' }>;

/** Cases of a scenario that travel together. */
const BATCH = 50;

export async function run(request: RunRequest, around: RunSurroundings): Promise<RunEnd> {
  const { selection, scripts } = request;
  const { emit, clock } = around;
  const start = clock();
  const { version, seed, shard, variations } = request;
  emit({
    event: 'run started',
    version,
    seed,
    selected: selection.selected,
    total: selection.total,
    shard,
    files: scripts.length,
    arguments: request.arguments,
    variations,
  });
  for (const { diagnostics } of scripts) {
    if (diagnostics.length > 0) emit({ event: 'diagnostics', diagnostics });
  }
  const counts = emptyTally();
  const errors = { internal: 0 };
  const stop = await runBatches(request, around, counts, errors);
  const nothing = request.needsCases && selection.ofAllShards === 0;
  const brokenScripts = scripts.some(({ broken }) => broken);
  const end: RunEnd = {
    event: 'run ended',
    counts,
    milliseconds: clock() - start,
    exitCode:
      stop?.exitCode ?? exitCode({ counts, internal: errors.internal, brokenScripts, nothing }),
    interrupted: stop?.why ?? null,
  };
  emit(end);
  return end;
}

export function emptyTally(): Record<Status, number> {
  return {
    pass: 0,
    fail: 0,
    'known failure': 0,
    'unexpected pass': 0,
    skip: 0,
    error: 0,
    timeout: 0,
  };
}

/** Runs everything selected; gives the reason when it stopped early. */
async function runBatches(
  request: RunRequest,
  around: RunSurroundings,
  counts: Record<Status, number>,
  errors: { internal: number },
): Promise<Stop | null> {
  const { emit, stopped } = around;
  const judges = new Map<Selected, CoversJudge>();
  const count = (result: CaseResult) => {
    counts[result.status]++;
    if (result.internal === true) errors.internal++;
    emit({ event: 'case', result });
  };
  for await (const { of, results } of around.execute(batchesOf(request))) {
    for (const result of results) {
      const why = stopped() ?? bailed(counts, request.bail);
      if (why !== null) return why;
      count(result);
    }
    if (request.judgeCovers) {
      const failed = judge(judges, of, results, request);
      if (failed !== null) count(failed);
    }
  }
  return stopped() ?? bailed(counts, request.bail);
}

function bailed(counts: Tally, limit: number | null): Stop | null {
  if (limit === null) return null;
  const red = counts.fail + counts['unexpected pass'] + counts.error + counts.timeout;
  if (red < limit) return null;
  return { why: `after ${plural(red, 'failure')} (--bail ${limit})`, exitCode: null };
}

function judge(
  judges: Map<Selected, CoversJudge>,
  of: Selected,
  results: readonly CaseResult[],
  request: RunRequest,
): CaseResult | null {
  let judged = judges.get(of);
  if (judged === undefined) judges.set(of, (judged = new CoversJudge(of)));
  for (const result of results) judged.add(result);
  if (judged.results < of.cases.length * request.variations.length) return null;
  judges.delete(of);
  return judged.verdict(request.variations.join(', '));
}

/** The selection in pieces: in file order, or shuffled by the seed. */
function* batchesOf(request: RunRequest): Generator<Batch, void, undefined> {
  let scenarios = [...request.selection.scenarios];
  if (request.shuffle) {
    const random = randomNumbers(request.seed);
    scenarios = scenarios.map((selected) => {
      const cases = selected.cases.slice();
      shuffle(cases, random);
      return { ...selected, cases };
    });
    shuffle(scenarios, random);
  }
  for (const of of scenarios) {
    for (let from = 0; from < of.cases.length; from += BATCH) {
      yield { of, cases: of.cases.subarray(from, from + BATCH) };
    }
  }
}
