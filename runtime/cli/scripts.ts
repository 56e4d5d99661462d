/** The scripts of a call: found, read, compiled; what is wrong with them as diagnostics. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic, Source } from '../../dsl/index.ts';
import { Compiler } from '../run/compile.ts';
import type { Script } from '../run/script.ts';
import type { Filters } from '../run/select.ts';
import { NO_FILTERS } from '../run/select.ts';
import { parseTags } from '../run/tag-expression.ts';
import { plural } from '../explain/text-width.ts';
import { discover } from './discover.ts';
import { Files } from './files.ts';
import { lastFailed } from './history.ts';
import type { Invocation } from './invocation.ts';
import { shardOf } from './outer-shard.ts';
import type { Settings } from './settings.ts';
import { UsageError, didYouMean } from './usage-error.ts';

export const COMMANDS = [
  'compare',
  'run',
  'check',
  'fmt',
  'list',
  'explain',
  'cover',
  'mutate',
  'export',
  'init',
] as const;

export interface Scripts {
  readonly files: Files;
  readonly scripts: readonly Script[];
  readonly places: Filters['places'];
}

/** What to look at when no path is given: the configured suites, else `suites`, else the working folder. */
export function targetsOf({ targets, configuration, io }: Invocation): readonly string[] {
  if (targets.length > 0) return targets;
  const { suites } = configuration.settings;
  if (suites.length > 0) return suites;
  return [existsSync(join(io.cwd, 'suites')) ? 'suites' : '.'];
}

/** Finds, reads and compiles. `stopped` is asked between files. */
export async function loadScripts(
  invocation: Invocation,
  stopped: () => boolean = () => false,
): Promise<Scripts> {
  const { io, configuration } = invocation;
  const found = await discover(io.cwd, targetsOf(invocation), COMMANDS);
  const files = new Files(io.cwd);
  const compiler = new Compiler(files.load, configuration.settings.tags);
  const scripts: Script[] = [];
  for (const path of found.files) {
    if (stopped()) break;
    const source = files.read(path);
    if ('text' in source) {
      refuseLinesBehindEnd(source, found.places.get(path)?.lines ?? []);
      scripts.push(compiler.script(source));
    }
    // Signals and closed pipes are seen between two files.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (found.files.length + found.diagnostics.length === 0) {
    io.stderr.write('sdt: no .sdt file here; `sdt init .` makes one\n');
  }
  const unreadable = [...found.diagnostics, ...files.diagnostics()];
  return { files, scripts: [...unreadable.map(brokenScript), ...scripts], places: found.places };
}

/** `a.sdt:99` of a file with 19 lines is a mistake, not an empty selection. */
function refuseLinesBehindEnd({ path, text }: Source, lines: readonly number[]): void {
  const count = text.replace(/\n$/, '').split('\n').length;
  const wrong = lines.find((line) => line > count || line < 1);
  if (wrong === undefined) return;
  throw new UsageError(`there is no line ${wrong}: ${path} has ${plural(count, 'line')}`);
}

/** Stands for a file or folder that could not be read. */
function brokenScript(diagnostic: Diagnostic): Script {
  return {
    path: diagnostic.span.file,
    diagnostics: [diagnostic],
    broken: true,
    scenarios: [],
    measures: [],
  };
}

/** The filters of the settings, checked against what there is. */
export async function filtersOf(
  settings: Settings,
  { scripts, places }: Pick<Scripts, 'scripts' | 'places'>,
  { io }: Pick<Invocation, 'io'>,
): Promise<Filters> {
  return {
    ...NO_FILTERS,
    grep: settings.grep.map((source) => pattern('--grep', source)),
    grepInvert: settings.grepInvert.map((source) => pattern('--grep-invert', source)),
    tags: settings.tag === null ? null : await tagsOf(settings.tag, settings, scripts),
    places,
    only: settings.lastFailed ? lastFailedIds(io) : null,
    shard: shardOf(settings.shard, io.environment),
  };
}

/** A regular expression from the command line. */
export function pattern(flag: string, source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch {
    // `u` is strict about escapes such as `\-` that people write.
  }
  try {
    return new RegExp(source);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${flag}: ${message}`, 'it is a regular expression; escape with \\');
  }
}

async function tagsOf(text: string, settings: Settings, scripts: readonly Script[]) {
  const expression = parseTags(text);
  if (typeof expression === 'string') {
    throw new UsageError(`--tag '${text}': ${expression}`, "such as 'mpt and not (slow or cove)'");
  }
  const declared = new Set([
    ...settings.tags,
    ...scripts.flatMap(({ scenarios }) => scenarios.flatMap(({ tags }) => tags)),
  ]);
  for (const name of expression.names) {
    if (declared.has(name)) continue;
    const advice = await didYouMean(name, declared);
    throw new UsageError(
      `--tag '${text}': no scenario has the tag '${name}'`,
      advice ?? (declared.size === 0 ? null : `tags are ${[...declared].sort().join(', ')}`),
    );
  }
  return expression;
}

function lastFailedIds(io: Invocation['io']): ReadonlySet<string> | null {
  const ids = lastFailed(io.cwd);
  if (ids === null)
    io.stderr.write('sdt: nothing failed in the last run here: running everything\n');
  return ids;
}
