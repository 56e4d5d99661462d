/** `sdt export json`: the plans of the selected cases, one JSON array. */
import { planSchema, toJson } from '../../dsl/index.ts';
import { EXIT } from '../run/exit-code.ts';
import { select } from '../run/select.ts';
import { printable } from '../explain/text-width.ts';
import { printDiagnostics } from './check.ts';
import { wantsColour } from './colour.ts';
import type { Invocation } from './invocation.ts';
import { filtersOf, loadScripts } from './scripts.ts';
import { UsageError } from './usage-error.ts';

export async function command(invocation: Invocation): Promise<number> {
  const { io, options, configuration } = invocation;
  const [format, ...targets] = invocation.targets;
  if (format !== 'json') {
    throw new UsageError(`there is no export format '${format ?? ''}'`, 'the format is json');
  }
  if (options['schema'] === true) {
    io.stdout.write(`${JSON.stringify(await planSchema(), null, 2)}\n`);
    return EXIT.passed;
  }
  const loaded = await loadScripts({ ...invocation, targets });
  const { settings } = configuration;
  const diagnostics = loaded.scripts.flatMap((script) => script.diagnostics);
  const colour = wantsColour(settings.color, io.environment, io.stderr);
  printDiagnostics(io.stderr, diagnostics, loaded.files.source, colour);
  const { scenarios, selected } = select(
    loaded.scripts,
    await filtersOf(settings, loaded, invocation),
  );
  let separator = '[\n';
  for (const { scenario, cases } of scenarios) {
    for (const k of cases) {
      if (io.stdout.failed !== null) return EXIT.passed;
      io.stdout.write(`${separator}${JSON.stringify(toJson(scenario.expand(k)))}`);
      separator = ',\n';
    }
  }
  io.stdout.write(separator === '[\n' ? '[]\n' : '\n]\n');
  const broken = loaded.scripts.filter((script) => script.broken);
  for (const { path } of broken) io.stderr.write(`sdt: ${printable(path)} is left out\n`);
  if (broken.length > 0) return EXIT.usage;
  return selected === 0 ? EXIT.nothing : EXIT.passed;
}
