/** `sdt list`: the cases of the selection, or what the language and the machine know. */
import { DIAGNOSTICS } from '../../dsl/index.ts';
import {
  catalogue,
  FEATURES,
  KNOBS,
  Machine,
  MODELS,
  REASONS,
  REVISIONS,
} from '../../emulator/index.ts';
import { EXIT } from '../run/exit-code.ts';
import { jsonText } from '../explain/json-text.ts';
import { matrixOf, matrixText, type Row } from '../run/matrix.ts';
import { select } from '../run/select.ts';
import { refusalOf, setupFor } from '../session/session.ts';
import { DEFAULT_VARIATION } from '../session/variation.ts';
import { plural, printable } from '../explain/text-width.ts';
import { wrapped } from '../explain/wrapped.ts';
import { LATER_FEATURES } from '../vocabulary/later-words.ts';
import { faultCatalogue, faultText } from './faults.ts';
import { FILE_DIAGNOSTICS } from './files.ts';
import type { Invocation } from './invocation.ts';
import { filtersOf, loadScripts, pattern } from './scripts.ts';
import { UsageError } from './usage-error.ts';

/** A catalogue as rows of a name, an optional remark and a sentence. */
type Rows = readonly (readonly [name: string, remark: string, says: string])[];

const CATALOGUES: Readonly<Record<string, () => Rows | Promise<Rows>>> = {
  knobs: () =>
    Object.entries(KNOBS).map(([name, knob]) => {
      const values = knob.values.map((value) => (value === knob.default ? `[${value}]` : value));
      return [name, values.join(' '), `${knob.says} (${knob.rule})`] as const;
    }),
  features: () => [
    ...Object.entries(FEATURES).map(([name, says]) => [name, '', says] as const),
    ...Object.entries(LATER_FEATURES).map(
      ([name, says]) => [name, '', `${says} (not modelled yet)`] as const,
    ),
  ],
  reasons: () => Object.entries(REASONS).map(([name, says]) => [name, '', says] as const),
  rules: () => catalogue().map(({ id, list, statement }) => [id, list, statement] as const),
  models: () =>
    Object.values(MODELS).map(({ name, isolation, says }) => [name, isolation, says] as const),
  revisions: () => Object.entries(REVISIONS).map(([name, { says }]) => [name, '', says] as const),
  faults: async () =>
    Object.entries(await faultCatalogue()).map(([name, fault]) => [name, '', faultText(fault)]),
  diagnostics: () => [
    ...Object.entries(FILE_DIAGNOSTICS).map(([code, title]) => [code, 'error', title] as const),
    ...Object.entries(DIAGNOSTICS).map(([code, row]) => [code, row.severity, row.title] as const),
  ],
};

export async function command(invocation: Invocation): Promise<number> {
  const { io, options } = invocation;
  const asked = Object.keys(CATALOGUES).filter((name) => options[name] === true);
  for (const name of asked) {
    const rows = matching((await CATALOGUES[name]?.()) ?? [], invocation.targets);
    if (rows.length === 0) throw new UsageError(`nothing matches ${invocation.targets.join(' ')}`);
    const text =
      options['json'] === true ? catalogueJson(rows) : table(rows, io.stdout.columns ?? 100);
    io.stdout.write(text);
  }
  if (options['matrix'] === true) return listMatrix(invocation);
  return asked.length > 0 ? EXIT.passed : listCases(invocation);
}

async function listMatrix(invocation: Invocation): Promise<number> {
  const { io, options, configuration } = invocation;
  const loaded = await loadScripts(invocation);
  const filters = await filtersOf(configuration.settings, loaded, invocation);
  const { scenarios } = select(loaded.scripts, filters);
  const models = Object.keys(MODELS);
  const machine = new Machine();
  const rows = matrixOf(scenarios, models, (plan, model) => {
    const setup = setupFor(plan, { ...DEFAULT_VARIATION, model });
    if (!('platform' in setup)) return { skip: setup.reason };
    if (setup.model !== model) return 'other';
    const refusal = refusalOf(plan, machine, setup);
    return refusal === null ? 'run' : { skip: refusal.reason };
  });
  io.stdout.write(options['json'] === true ? matrixJson(rows, models) : matrixText(rows, models));
  return rows.length === 0 ? EXIT.nothing : EXIT.passed;
}

function matrixJson(rows: readonly Row[], models: readonly string[]): string {
  const cell = (found: Row['cells'][number]) =>
    found === null ? null : { runs: found.runs, skips: Object.fromEntries(found.skips) };
  const all = rows.map(({ suite, cells }) => ({
    suite,
    models: Object.fromEntries(models.map((model, k) => [model, cell(cells[k] ?? null)])),
  }));
  return `${jsonText(all, 2)}\n`;
}

async function listCases(invocation: Invocation): Promise<number> {
  const { io, options, configuration } = invocation;
  const loaded = await loadScripts(invocation);
  const filters = await filtersOf(configuration.settings, loaded, invocation);
  const { scenarios, selected, total } = select(loaded.scripts, filters);
  const json = options['json'] === true;
  let separator = '[\n';
  for (const { scenario, cases, script } of scenarios) {
    for (const k of cases) {
      if (io.stdout.failed !== null) return EXIT.passed;
      if (!json) {
        io.stdout.write(`${printable(scenario.id(k))}\n`);
        continue;
      }
      const { id, title, tags, covers, requires, skips, knownFailures } = scenario.expand(k);
      const row = { id, file: script.path, line: scenario.line, title, tags, covers };
      io.stdout.write(`${separator}${jsonText({ ...row, requires, skips, knownFailures })}`);
      separator = ',\n';
    }
  }
  if (json) io.stdout.write(separator === '[\n' ? '[]\n' : '\n]\n');
  const broken = loaded.scripts.filter((script) => script.broken);
  io.stderr.write(`${plural(selected, 'case')}${selected === total ? '' : ` of ${total}`}\n`);
  for (const { path } of broken) {
    io.stderr.write(`sdt: ${printable(path)} has errors: \`sdt check\` shows them\n`);
  }
  if (broken.length > 0) return EXIT.usage;
  return selected === 0 ? EXIT.nothing : EXIT.passed;
}

/** The rows that every pattern matches, in the name, the remark or the sentence. */
function matching(rows: Rows, patterns: readonly string[]): Rows {
  const expressions = patterns.map((text) => pattern('the pattern', text));
  return rows.filter((row) => expressions.every((expression) => expression.test(row.join(' '))));
}

/** Name and remark in columns, the sentence beside them, wrapped at the width of the terminal. */
function table(rows: Rows, columns: number): string {
  const width = (column: 0 | 1) => Math.max(0, ...rows.map((row) => row[column].length));
  const [first, second] = [width(0), width(1)];
  const indent = first + (second === 0 ? 0 : second + 2) + 2;
  return rows
    .map(([name, remark, says]) => {
      const head = `${name.padEnd(first)}  ${second === 0 ? '' : `${remark.padEnd(second)}  `}`;
      return `${head}${wrapped(says, indent, columns)}\n`;
    })
    .join('');
}

function catalogueJson(rows: Rows): string {
  return `${jsonText(
    rows.map(([name, remark, says]) => ({ name, remark, says })),
    2,
  )}\n`;
}
