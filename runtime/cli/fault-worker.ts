/** A thread that tries faults: compiles all scripts once, answers each fault with who caught it. */
import { parentPort } from 'node:worker_threads';
import { tryFault } from '../gate/mutate.ts';
import type { FaultRun, PlantedFault } from '../gate/faults-run.ts';
import { Compiler } from '../run/compile.ts';
import { usedPath } from './files.ts';
import { machineRunner } from './machine-runner.ts';
import type { FaultSetup } from './threads.ts';

export async function serveFaults(setup: FaultSetup): Promise<void> {
  const { policies, variation, cwd } = setup;
  const sources = new Map(setup.sources.map((source) => [source.path, source]));
  const compiler = new Compiler(
    (path, from) => sources.get(usedPath(path, from)) ?? null,
    setup.tags,
  );
  const scripts = setup.paths.map((path) => {
    const source = sources.get(path);
    if (source === undefined) throw new Error(`no source for ${path}`);
    return compiler.script(source);
  });
  const runner = await machineRunner(true, cwd);
  const run: FaultRun = {
    scripts,
    policies,
    variation,
    runCase: (scenario, k, varied) => runner(scenario.expand(k), varied),
  };
  parentPort?.on('message', (fault: PlantedFault) => {
    parentPort?.postMessage(tryFault(run, fault));
  });
}
