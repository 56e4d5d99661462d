/** `sdt explain FILE:LINE`: what was built and every memory reference of the step on that line. */
import { EXIT } from '../run/exit-code.ts';
import { explainCase, lineIndex } from '../explain/explain.ts';
import { noStep } from '../explain/no-step.ts';
import { Machine } from '../../emulator/index.ts';
import { caseName, NO_FILTERS, select } from '../run/select.ts';
import { printable } from '../explain/text-width.ts';
import { assetsOf } from './assets.ts';
import { printDiagnostics } from './check.ts';
import { wantsColour } from './colour.ts';
import type { Invocation } from './invocation.ts';
import { loadScripts } from './scripts.ts';
import { UsageError } from './usage-error.ts';
import { variationsOf } from './variations.ts';

export async function command(invocation: Invocation): Promise<number> {
  const { io, options, configuration, targets } = invocation;
  const { settings } = configuration;
  const [target = ''] = targets;
  const [variation] = await variationsOf(settings);
  if (variation === undefined || settings.caching === 'all') {
    throw new UsageError('one case is explained under one policy', 'name it: --caching retain');
  }
  const { scripts, files, places } = await loadScripts(invocation);
  const diagnostics = scripts.flatMap((script) => script.diagnostics);
  const colour = wantsColour(settings.color, io.environment, io.stderr);
  printDiagnostics(io.stderr, diagnostics, files.source, colour);
  if (scripts.some((script) => script.broken)) return EXIT.usage;

  const part = typeof options['case'] === 'string' ? options['case'] : null;
  const { scenarios } = select(scripts, { ...NO_FILTERS, places });
  const [selected] = scenarios;
  if (selected === undefined || places.size === 0 || scenarios.length > 1) {
    throw new UsageError(
      `${target} is not the place of one scenario`,
      'give a line of a scenario, such as suites/two.sdt:14, or a case id',
    );
  }
  const { scenario, cases } = selected;
  const named = cases.filter((k) => part === null || caseName(scenario.id(k)).includes(part));
  const lines = [...places.values()].flatMap((place) => place.lines);
  // The scenario line itself means the whole case.
  const line = lines.find((number) => number !== scenario.line) ?? null;
  // A `-` in a table leaves a step out of some cases.
  const chosen = named.find((k) => lineIndex(scenario.expand(k), line) >= 0) ?? named[0];
  if (chosen === undefined) {
    throw new UsageError(`no case of '${scenario.title}' has '${part ?? ''}' in its name`);
  }
  const plan = scenario.expand(chosen);
  const map = options['map'] === true;
  const explained = explainCase(plan, new Machine(), variation, { line, map }, assetsOf(io.cwd));
  if (!explained.says) {
    const { message, advice } = noStep(plan, files.source(plan.file) ?? '', line ?? scenario.line);
    throw new UsageError(printable(message), advice.split('\n').map(printable).join('\n'));
  }
  const others =
    cases.length > 1 && part === null
      ? ` (${chosen === cases[0] ? 'the first' : 'one'} of ${cases.length} cases: --case TEXT takes another, such as --case '${printable(bindings(scenario.id(cases.find((k) => k !== chosen) ?? 0)))}')`
      : '';
  io.stdout.write(`${printable(scenario.id(chosen))}${others}\n`);
  for (const text of explained.lines) io.stdout.write(`${printable(text)}\n`);
  return EXIT.passed;
}

/** `op=load,level=1` of an id that ends in it, else the whole name. */
function bindings(id: string): string {
  return /\[([^\]]*)\]$/.exec(id)?.[1] ?? caseName(id);
}
