/** Threads of this process: what starts one, what it is told, and the pieces of a run that need them. */
import { Worker } from 'node:worker_threads';
import type { Source } from '../../dsl/index.ts';
import type { Caching } from '../../emulator/index.ts';
import type { StartFaultThread } from '../gate/mutate.ts';
import type { StartThread, ThreadAnswer } from '../run/schedule.ts';
import type { Variation } from '../session/variation.ts';

/** Everything that a thread needs to run any case of this run. */
export interface ThreadSetup {
  readonly sources: readonly Source[];
  readonly tags: readonly string[];
  readonly variations: readonly Variation[];
  readonly repeat: number;
  readonly debug: boolean;
  /** Answers after every result, so that one that hangs is told from the others. */
  readonly oneByOne: boolean;
  /** What scripts are shown relative to. */
  readonly cwd: string;
}

/** Everything that a thread needs to try any fault. */
export interface FaultSetup {
  /** Of the scripts, in their order. */
  readonly paths: readonly string[];
  readonly policies: readonly Caching[];
  readonly variation: Variation;
  readonly sources: readonly Source[];
  readonly tags: readonly string[];
  /** What scripts are shown relative to. */
  readonly cwd: string;
}

/** What a thread says first. */
export const READY = 'ready';

export function startThread(setup: ThreadSetup): StartThread {
  return (answer, ended) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: setup,
      // Results are short-lived: a small nursery keeps many threads small.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    let ready = false;
    worker.on('message', (message: ThreadAnswer | typeof READY) => {
      if (message === READY) ready = true;
      else answer(message);
    });
    worker.on('error', (error) => ended(`the thread ended: ${error.message}`, ready));
    worker.on('exit', (code) => ended(`the thread ended with code ${code}`, ready));
    return {
      send: (task) => worker.postMessage(task),
      stop: () => void worker.terminate(),
    };
  };
}

export function startFaultThread(setup: FaultSetup): StartFaultThread {
  return (answer, ended) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: setup });
    let stopped = false;
    worker.on('message', answer);
    worker.on('error', (error) => ended(`the thread ended: ${error.message}`));
    worker.on('exit', (code) => {
      if (!stopped) ended(`the thread ended with code ${code}`);
    });
    return {
      send: (fault) => worker.postMessage(fault),
      stop: () => {
        stopped = true;
        void worker.terminate();
      },
    };
  };
}
