/** `sdt mutate`: plants every fault in the machine, one at a time, and lists those that no scenario notices. */
import { EXIT } from '../run/exit-code.ts';
import { jsonText } from '../explain/json-text.ts';
import type { PlantedFault } from '../gate/faults-run.ts';
import { mutate } from '../gate/mutate.ts';
import { plural, printable } from '../explain/text-width.ts';
import { wrapped } from '../explain/wrapped.ts';
import { everyFault, openGate } from './gate.ts';
import type { Invocation } from './invocation.ts';
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
  for (const { fault, kill } of mutate(gate.run, faults)) {
    const by = kill === null ? null : { id: kill.id, policy: kill.policy };
    if (kill === null) survivors++;
    if (json)
      rows.push({ fault: fault.name, says: fault.says, breaks: fault.breaks, caughtBy: by });
    else if (kill === null) {
      io.stdout.write(`SURVIVED  ${fault.name}: ${fault.says} (${fault.breaks.join(' ')})\n`);
    } else if (options['verbose'] === true) {
      io.stdout.write(`caught    ${fault.name} by ${printable(kill.id)} {${kill.policy}}\n`);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (json) io.stdout.write(`${jsonText({ faults: rows, survivors }, 2)}\n`);
  const caught = faults.length - survivors;
  io.stderr.write(`${plural(faults.length, 'fault')}: ${caught} caught, ${survivors} survived\n`);
  return survivors > 0 ? EXIT.failed : EXIT.passed;
}

function printFaults({ io, options }: Invocation, faults: readonly PlantedFault[]): void {
  if (options['json'] === true) {
    io.stdout.write(`${jsonText(faults, 2)}\n`);
    return;
  }
  const columns = io.stdout.columns ?? 100;
  for (const { name, says, breaks } of faults) {
    io.stdout.write(`${name}\n    ${wrapped(`${says}; breaks ${breaks.join(' ')}`, 4, columns)}\n`);
  }
}

function named(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (error) {
    throw new UsageError(`'${pattern}': ${error instanceof Error ? error.message : String(error)}`);
  }
}
