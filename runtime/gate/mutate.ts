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
  /** The first case that failed and its policy, or null: the fault survived. */
  readonly caughtBy: Pick<Kill, 'id' | 'policy'> | null;
}

/** Tries a fault: first the scenarios that cover what it breaks, then all others. */
export function tryFault(run: FaultRun, fault: PlantedFault): Verdict {
  const all = run.scripts.flatMap((script) => script.scenarios);
  const first = covering(run.scripts, fault.breaks);
  const others = all.filter((scenario) => !first.includes(scenario));
  const kill = firstKillOf(run, fault, first) ?? firstKillOf(run, fault, others);
  return { fault, caughtBy: kill === null ? null : { id: kill.id, policy: kill.policy } };
}

/** Another thread that tries faults, one at a time. */
export interface FaultThread {
  send(fault: PlantedFault): void;
  stop(): void;
}

/** Starts one; `ended`: it died by itself, and why. */
export type StartFaultThread = (
  answer: (verdict: Verdict) => void,
  ended: (why: string) => void,
) => FaultThread;

/** Faults for which a thread is worth the compiling of all scripts that it begins with. */
const WORTH_THREAD = 8;

/** How many threads to use. `asked`: by `-j`, null when it was not given. */
export function faultThreads(asked: number | null, faults: number, available: number): number {
  if (asked !== null) return Math.min(asked, faults);
  return Math.max(1, Math.min(available - 1, Math.ceil(faults / WORTH_THREAD)));
}

/** Tries all faults on several threads; verdicts come in the order of the faults. */
export async function* tryFaults(
  start: StartFaultThread,
  threads: number,
  faults: readonly PlantedFault[],
): AsyncGenerator<Verdict, void, undefined> {
  const verdicts = new Map<string, Verdict>();
  let wake = (): void => {};
  let failure: string | null = null;
  let sent = 0;
  const crew: FaultThread[] = [];
  try {
    for (let seat = 0; seat < threads; seat++) {
      const next = (): void => {
        const fault = faults[sent++];
        if (fault === undefined) thread.stop();
        else thread.send(fault);
      };
      const thread = start(
        (verdict) => {
          verdicts.set(verdict.fault.name, verdict);
          next();
          wake();
        },
        (why) => {
          failure ??= why;
          wake();
        },
      );
      crew.push(thread);
      next();
    }
    for (const { name } of faults) {
      for (;;) {
        const verdict = verdicts.get(name);
        if (verdict !== undefined) {
          yield verdict;
          break;
        }
        if (failure !== null) throw new Error(failure);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  } finally {
    for (const thread of crew) thread.stop();
  }
}
