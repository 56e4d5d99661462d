/** What `sdt cover` and `sdt mutate` share: scripts that are green, and a machine to plant faults in. */
import type { Source } from '../../dsl/index.ts';
import type { Caching } from '../../emulator/index.ts';
import { CACHING } from '../../emulator/index.ts';
import type { CaseRunner } from '../run/batch.ts';
import type { FaultRun, PlantedFault } from '../gate/faults-run.ts';
import type { CaseResult } from '../session/results.ts';
import { isGreen } from '../session/results.ts';
import type { Script } from '../run/script.ts';
import { plural } from '../explain/text-width.ts';
import { faultCatalogue } from './faults.ts';
import { printDiagnostics } from './check.ts';
import { wantsColour } from './colour.ts';
import type { Invocation } from './invocation.ts';
import { machineRunner } from './machine-runner.ts';
import { loadScripts } from './scripts.ts';
import { variationsOf } from './variations.ts';

export async function everyFault(): Promise<readonly PlantedFault[]> {
  const rows = Object.entries(await faultCatalogue());
  return rows.map(([name, { says, breaks }]) => ({ name, says, breaks }));
}

export interface Gate {
  readonly scripts: readonly Script[];
  readonly run: FaultRun;
  /** Everything that the scripts were read from. */
  readonly sources: readonly Source[];
  /** Cases that are not green without any fault. */
  readonly red: number;
}

/** Loads the scripts and runs all of them without a fault; null when a script has errors, which are shown. */
export async function openGate(
  invocation: Invocation,
  each: (result: CaseResult) => void,
): Promise<Gate | null> {
  const { io, configuration } = invocation;
  const { settings } = configuration;
  const { scripts, files } = await loadScripts(invocation);
  if (scripts.some((script) => script.broken)) {
    const colour = wantsColour(settings.color, io.environment, io.stderr);
    const diagnostics = scripts.flatMap((script) => script.diagnostics);
    printDiagnostics(io.stderr, diagnostics, files.source, colour);
    return null;
  }
  // A gate looks under every policy unless it is told otherwise.
  const caching = settings.caching ?? 'all';
  const variations = await variationsOf({ ...settings, caching });
  const [variation] = variations;
  if (variation === undefined) return null;
  const runner: CaseRunner = await machineRunner(true, io.cwd);
  const run: FaultRun = {
    scripts,
    policies: caching === 'all' ? CACHING : [caching as Caching],
    variation,
    runCase: (scenario, k, varied) => runner(scenario.expand(k), varied),
  };
  let red = 0;
  for (const script of scripts) {
    for (const scenario of script.scenarios) {
      for (let k = 0; k < scenario.count; k++) {
        const plan = scenario.expand(k);
        for (const varied of variations) {
          const result = runner(plan, varied);
          if (!isGreen(result.status)) red++;
          each(result);
        }
      }
    }
  }
  if (red > 0) {
    const results = plural(red, 'result');
    io.stderr.write(
      `sdt: ${results} without any fault already failed: \`sdt run --caching all\` shows them\n`,
    );
  }
  return { scripts, run, sources: files.sources(), red };
}
