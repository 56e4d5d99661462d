/** Every setting, once: its flag, its environment variable, its key in the configuration file, its shape and default. */
import { DEFAULT_VARIATION } from '../session/variation.ts';
import type { Shape } from './shapes.ts';
import { duration, failures, flag, jobs, oneOf, pairs, text, texts, whole } from './shapes.ts';

export interface Setting<T> {
  /** As commander reads them; null where there is no flag. */
  readonly flags: string | null;
  /** Whether the configuration file and `SDT_...` may set it: not what belongs to one call. */
  readonly lasting: boolean;
  readonly says: string;
  readonly shape: Shape<T>;
  readonly default: T;
}

function setting<T, D = T>(
  flags: string | null,
  says: string,
  shape: Shape<T>,
  fallback: D,
  lasting = true,
): Setting<T | D> {
  return { flags, says, shape, default: fallback, lasting };
}

/** A flag that belongs to one call. */
function once<T, D = T>(flags: string, says: string, shape: Shape<T>, fallback: D): Setting<T | D> {
  return setting(flags, says, shape, fallback, false);
}

const CACHING_WORDS = ['none', 'retain', 'random', 'sized', 'all'];

export const SETTINGS = {
  suites: setting<readonly string[]>(
    null,
    'what to run when no path is given: folders, globs, files',
    texts(','),
    [],
  ),
  tags: setting<readonly string[]>(
    null,
    'the tags that scenarios may have; empty: any',
    texts(','),
    [],
  ),
  grep: once<readonly string[]>(
    '-t, --grep <pattern>',
    'only cases whose name (title and parameters) matches; may be repeated',
    texts(null),
    [],
  ),
  grepInvert: once<readonly string[]>(
    '--grep-invert <pattern>',
    'no cases whose name matches; may be repeated',
    texts(null),
    [],
  ),
  tag: once(
    '--tag <expression>',
    "only scenarios with these tags: 'mpt and not (slow or cove)'",
    text,
    null,
  ),
  lastFailed: once('--last-failed', 'only what failed in the last run here', flag, false),
  shard: setting(
    '--shard <i/n>',
    'one of n equal parts, counted from 1; `auto` asks the CI service',
    text,
    null,
  ),
  jobs: setting(
    '-j, --jobs <n>',
    'threads, or a share such as 50%; without it: one for little work, else one fewer than processors',
    jobs,
    null,
  ),
  bail: setting('--bail [n]', 'stop after n failures (1 without a number)', failures, null),
  repeat: setting(
    '--repeat <n>',
    'run every case n times; a difference fails',
    whole(1, 10_000),
    1,
  ),
  seed: setting(
    '--seed <n>',
    'seed of memory patterns, eviction and order',
    whole(0, 0xffff_ffff),
    DEFAULT_VARIATION.seed,
  ),
  shuffle: setting('--shuffle', 'run in an order that the seed gives', flag, false),
  model: setting('--model <name>', 'deployment model where the scenario names none', text, null),
  revision: setting(
    '--revision <name>',
    'revision of the specification where the scenario names none',
    text,
    null,
  ),
  ways: once(
    '--ways <on|off>',
    'off: executed instructions find every page by the access path; the same results, slower',
    oneOf(['on', 'off']),
    'on',
  ),
  amnesia: once(
    '--amnesia',
    'firmware is made anew before each call: the same results, as all its state lies in memory',
    flag,
    false,
  ),
  caching: setting(
    '--caching <policy>',
    'what harts keep: none, retain, random, sized; `all` runs each case under each',
    oneOf(CACHING_WORDS),
    null,
  ),
  set: setting<Readonly<Record<string, string>>>(
    '--set <knob=value>',
    'an open point of the specification; may be repeated (`sdt list --knobs`)',
    pairs,
    {},
  ),
  fault: once<readonly string[]>(
    '--fault <name>',
    'run with one decision of the model replaced; may be repeated',
    texts(','),
    [],
  ),
  reporter: setting<readonly string[]>(
    '--reporter <name[=file]>',
    'default, dot, verbose, tap, junit, ndjson, json, github; may be repeated',
    texts(','),
    [],
  ),
  timeout: setting(
    '--timeout <time>',
    'wall clock that one case may take, such as 10s: then it is an error',
    duration,
    null,
  ),
  steps: setting(
    '--steps <n>',
    'attempts and instructions that one case may make',
    whole(1, 1_000_000_000),
    DEFAULT_VARIATION.steps,
  ),
  passWithNoTests: setting('--pass-with-no-tests', 'an empty selection is no failure', flag, false),
  baseline: setting('--baseline <file>', 'compare with a recorded run', text, null),
  update: once('--update', 'record the run in the baseline instead', flag, false),
  color: setting('--color, --no-color', 'colour on or off, whatever the terminal is', flag, null),
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

export type Settings = {
  readonly [K in SettingName]: (typeof SETTINGS)[K] extends Setting<infer T> ? T : never;
};

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** `grepInvert` -> `SDT_GREP_INVERT`. */
export function environmentName(name: SettingName): string {
  return `SDT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** The JSON schema of `sdt.config.json`. */
export function configSchema(): object {
  const lasting = SETTING_NAMES.filter((name) => SETTINGS[name].lasting);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'sdt.config.json',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      ...Object.fromEntries(
        lasting.map((name) => [
          name,
          { description: SETTINGS[name].says, ...SETTINGS[name].shape.schema },
        ]),
      ),
    },
  };
}
