/** `sdt compare`: the workloads of `measure` sections under several deployment models, counts side by side. */
import { Machine, MODELS } from '../../emulator/index.ts';
import { CONSTANT_NAMES, type Constants, constantsOf } from '../compare/constants.ts';
import { compareJson, csvText } from '../compare/exports.ts';
import { htmlText } from '../compare/html.ts';
import { type Measured, type Row, rowsOf } from '../compare/measured.ts';
import { runMeasure } from '../compare/run-measure.ts';
import { tableText } from '../compare/table.ts';
import { printable } from '../explain/text-width.ts';
import { EXIT } from '../run/exit-code.ts';
import { caseName } from '../run/select.ts';
import { assetsOf } from './assets.ts';
import { printDiagnostics } from './check.ts';
import { wantsColour } from './colour.ts';
import type { Invocation } from './invocation.ts';
import { filtersOf, loadScripts } from './scripts.ts';
import type { Settings } from './settings.ts';
import { didYouMean, UsageError } from './usage-error.ts';
import { variationsOf } from './variations.ts';

const FORMATS: Readonly<Record<string, (rows: readonly Row[], constants: Constants) => string>> = {
  table: tableText,
  csv: csvText,
  json: compareJson,
  html: htmlText,
};

/** Compared where no `--models` are named: those that run life cycles of TVMs. */
const DEFAULT_MODELS = 'tsm_peer,tsm_root,rdsm_hs';

export async function command(invocation: Invocation): Promise<number> {
  const { io, options, configuration } = invocation;
  const { settings } = configuration;
  const models = await modelsOf(options['models']);
  const wanted = textOf(options['format'], 'table');
  const format = FORMATS[wanted];
  if (format === undefined) {
    throw new UsageError(
      `there is no format '${wanted}'`,
      `it is ${Object.keys(FORMATS).join(', ')}`,
    );
  }
  const { constants, rest } = splitSettings(settings);
  const [variation] = await variationsOf(rest);
  if (variation === undefined || settings.caching === 'all') {
    throw new UsageError('workloads are counted under one policy', 'name it: --caching sized');
  }

  const loaded = await loadScripts(invocation);
  const { scripts, files } = loaded;
  const diagnostics = scripts.flatMap((script) => script.diagnostics);
  const colour = wantsColour(settings.color, io.environment, io.stderr);
  printDiagnostics(io.stderr, diagnostics, files.source, colour);
  if (scripts.some((script) => script.broken)) return EXIT.usage;
  const { grep, grepInvert } = await filtersOf(settings, loaded, invocation);

  const machine = new Machine();
  const assets = assetsOf(io.cwd);
  const measured: Measured[] = [];
  let isRed = false;
  for (const { measures } of scripts) {
    for (const measure of measures) {
      for (let k = 0; k < measure.count; k++) {
        const name = caseName(measure.id(k));
        if (grep.length > 0 && !grep.some((expression) => expression.test(name))) continue;
        if (grepInvert.some((expression) => expression.test(name))) continue;
        const plan = measure.expand(k);
        for (const model of models) {
          const found = runMeasure(measure.title, plan, model, machine, variation, assets);
          if (typeof found !== 'string') measured.push(found);
          else {
            isRed = true;
            io.stderr.write(`sdt: ${printable(`${plan.title} under ${model}: ${found}`)}\n`);
          }
        }
      }
    }
  }
  if (measured.length === 0) {
    if (!isRed) io.stderr.write("sdt: no 'measure' section here\n");
    return isRed ? EXIT.failed : EXIT.nothing;
  }
  io.stdout.write(format(rowsOf(measured), constants));
  return isRed ? EXIT.failed : EXIT.passed;
}

const textOf = (value: unknown, otherwise: string): string =>
  typeof value === 'string' ? value : otherwise;

async function modelsOf(text: unknown): Promise<readonly string[]> {
  const names = textOf(text, DEFAULT_MODELS).split(',');
  for (const name of names) {
    if (name in MODELS) continue;
    const known = Object.keys(MODELS);
    const advice = (await didYouMean(name, known)) ?? `there are ${known.join(', ')}`;
    throw new UsageError(`there is no model '${name}'`, advice);
  }
  return [...new Set(names)];
}

/** `--set cost.x=N` are the constants, the others knobs. */
function splitSettings(settings: Settings): { constants: Constants; rest: Settings } {
  const pairs = Object.entries(settings.set);
  const isCost = ([name]: readonly [string, string]) => name.startsWith('cost.');
  const constants = constantsOf(pairs.filter(isCost).map(([name, value]) => `${name}=${value}`));
  if (typeof constants === 'string') {
    throw new UsageError(constants, `costs: ${CONSTANT_NAMES.join(', ')}`);
  }
  const knobs = Object.fromEntries(pairs.filter((pair) => !isCost(pair)));
  return { constants, rest: { ...settings, set: knobs } };
}
