/** `sdt mutate`: plants every fault in the machine, one at a time, and lists those that no scenario notices. */
import { availableParallelism } from 'node:os';
import { EXIT } from '../run/exit-code.ts';
import { jsonText } from '../explain/json-text.ts';
import type { PlantedFault } from '../gate/faults-run.ts';
import { faultThreads, tryFault, tryFaults, type Verdict } from '../gate/mutate.ts';
import { plural, printable } from '../explain/text-width.ts';
import { wrapped } from '../explain/wrapped.ts';
import { everyFault, type Gate, openGate } from './gate.ts';
import { faultText } from './faults.ts';
import type { Invocation } from './invocation.ts';
import { askedThreads } from './jobs.ts';
import { UsageError } from './usage-error.ts';

export async function command(invocation: Invocation): Promise<number> {
  const { io, options } = invocation;
  const [pattern, ...targets] = invocation.targets;
  const faults = (await everyFault()).filter(
    ({ name }) => pattern === undefined || named(pattern).test(name),
  );
  if (faults.length === 0) {
    throw new UsageError(
      `no fault is called like '${pattern ?? ''}'`,
      '`sdt list --faults` shows them',
    );
  }
  if (options['list'] === true) {
    printFaults(invocation, faults);
    return EXIT.passed;
  }
  const gate = await openGate({ ...invocation, targets }, () => {});
  if (gate === null) return EXIT.usage;
  if (gate.red > 0) return EXIT.failed;

  const json = options['json'] === true;
  const rows: object[] = [];
  let survivors = 0;
  for await (const { fault, caughtBy } of verdictsOf(invocation, gate, faults)) {
    const { name, says, breaks } = fault;
    if (caughtBy === null) survivors++;
    if (json) rows.push({ fault: name, says, breaks, caughtBy });
    else if (caughtBy === null) {
      io.stdout.write(`SURVIVED  ${name}: ${faultText(fault)}\n`);
    } else if (options['verbose'] === true) {
      io.stdout.write(`caught    ${name} by ${printable(caughtBy.id)} {${caughtBy.policy}}\n`);
    }
  }
  if (json) io.stdout.write(`${jsonText({ faults: rows, survivors }, 2)}\n`);
  const caught = faults.length - survivors;
  io.stderr.write(`${plural(faults.length, 'fault')}: ${caught} caught, ${survivors} survived\n`);
  return survivors > 0 ? EXIT.failed : EXIT.passed;
}

/** On this thread, or on as many as are asked for or worth it; in the order of the faults. */
async function* verdictsOf(
  { configuration: { settings }, io }: Invocation,
  { run, sources, scripts }: Gate,
  faults: readonly PlantedFault[],
): AsyncGenerator<Verdict, void, undefined> {
  const asked = askedThreads(settings.jobs);
  const threads = faultThreads(asked, faults.length, availableParallelism());
  if (threads === 1) {
    for (const fault of faults) {
      yield tryFault(run, fault);
      // Signals and closed pipes are seen between two faults.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return;
  }
  const { startFaultThread } = await import('./threads.ts');
  const { policies, variation } = run;
  const paths = scripts.map(({ path }) => path);
  const { tags } = settings;
  const start = startFaultThread({ paths, policies, variation, sources, tags, cwd: io.cwd });
  yield* tryFaults(start, threads, faults);
}

function printFaults({ io, options }: Invocation, faults: readonly PlantedFault[]): void {
  if (options['json'] === true) {
    io.stdout.write(`${jsonText(faults, 2)}\n`);
    return;
  }
  const columns = io.stdout.columns ?? 100;
  for (const fault of faults) {
    io.stdout.write(`${fault.name}\n    ${wrapped(faultText(fault), 4, columns)}\n`);
  }
}

function named(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (error) {
    throw new UsageError(`'${pattern}': ${error instanceof Error ? error.message : String(error)}`);
  }
}
