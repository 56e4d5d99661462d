/** `sdt mutate`: every fault must make the suites fail; the ones that do not are survivors. */
import {
  covering,
  firstKillOf,
  type FaultRun,
  type Kill,
  type PlantedFault,
} from './faults-run.ts';

export interface Verdict {
  readonly fault: PlantedFault;
  /** The first case that failed, or null: the fault survived. */
  readonly kill: Kill | null;
}

/** Tries each fault: first the scenarios that cover what it breaks, then all others. */
export function* mutate(run: FaultRun, faults: readonly PlantedFault[]): Generator<Verdict> {
  const all = run.scripts.flatMap((script) => script.scenarios);
  for (const fault of faults) {
    const first = covering(run.scripts, fault.breaks);
    const others = all.filter((scenario) => !first.includes(scenario));
    yield { fault, kill: firstKillOf(run, fault, first) ?? firstKillOf(run, fault, others) };
  }
}
