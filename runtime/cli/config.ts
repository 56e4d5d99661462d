/** The settings in force: flag before environment before `sdt.config.json` before default, each with its origin. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SettingName, Settings } from './settings.ts';
import { SETTING_NAMES, SETTINGS, environmentName } from './settings.ts';
import type { Shape } from './shapes.ts';
import { Problem } from './shapes.ts';
import { CONFIG_FILE } from './project.ts';
import { reasonOf } from './reasons.ts';
import { UsageError, didYouMean } from './usage-error.ts';

/** Settings are few and small: a file larger than this is something else. */
const LARGEST = 1 << 20;

export type Origin = 'flag' | 'environment' | 'file' | 'default';

export interface Configuration {
  readonly settings: Settings;
  readonly origins: Readonly<Record<SettingName, Origin>>;
  /** The file that was read, or null. */
  readonly file: string | null;
}

export interface Sources {
  /** What commander found, by setting name. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** `--config FILE`; null: `sdt.config.json` of the folder, if there is one. */
  readonly configFile: string | null;
}

export async function configure(sources: Sources): Promise<Configuration> {
  const { environment, flags } = sources;
  const path = sources.configFile ?? CONFIG_FILE;
  const file = readConfig(join(sources.cwd, path), path, sources.configFile !== null);
  if (file !== null) await checkKeys(file, path);

  const settings: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  const take = (name: SettingName, origin: Origin, label: string, value: unknown) => {
    const shape: Shape<unknown> = SETTINGS[name].shape;
    const read = shape.read(value);
    if (read instanceof Problem) {
      throw new UsageError(`${label} ${read.text}${foundText(read, value)}`);
    }
    settings[name] = read;
    origins[name] = origin;
  };
  for (const name of SETTING_NAMES) {
    const { lasting, default: fallback } = SETTINGS[name];
    const variable = environmentName(name);
    settings[name] = fallback;
    origins[name] = 'default';
    if (flags[name] !== undefined) {
      take(name, 'flag', `--${kebab(name)}`, flags[name]);
    } else if (lasting && environment[variable] !== undefined && environment[variable] !== '') {
      take(name, 'environment', variable, environment[variable]);
    } else if (lasting && file !== null && file[name] !== undefined) {
      take(name, 'file', `${path}: '${name}'`, file[name]);
    }
  }
  return {
    settings: settings as unknown as Settings,
    origins: origins as Record<SettingName, Origin>,
    file: file === null ? null : path,
  };
}

/** The value behind a problem that does not name it already. */
function foundText({ text }: Problem, value: unknown): string {
  if (text.includes('found')) return '';
  const shown = typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
  return `, found ${shown}`;
}

/** What `--print-config` shows. */
export function printedConfig({ settings, origins, file }: Configuration): string {
  const rows = SETTING_NAMES.map((name) => [name, { value: settings[name], from: origins[name] }]);
  return `${JSON.stringify({ file, settings: Object.fromEntries(rows) as object }, null, 2)}\n`;
}

/** Variables that look like settings and are none: a typing mistake that would otherwise go unseen, so an error. */
export async function refuseStrayVariables(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const known = SETTING_NAMES.filter((name) => SETTINGS[name].lasting).map(environmentName);
  const stray = Object.keys(environment).filter(
    (name) => name.startsWith('SDT_') && name !== 'SDT_DEBUG' && !known.includes(name),
  );
  const [name] = stray;
  if (name === undefined) return;
  throw new UsageError(
    `the environment variable ${name} is not a setting`,
    (await didYouMean(name, known)) ?? '`sdt run --print-config` shows the settings',
  );
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function readConfig(
  path: string,
  shown: string,
  required: boolean,
): Readonly<Record<string, unknown>> | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' && !required) return null;
    throw new UsageError(`cannot read the configuration ${shown}: ${reasonOf(error)}`);
  }
  if (text.length > LARGEST) throw new UsageError(`${shown} is too large for a configuration`);
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new UsageError(`${shown} is not JSON: ${reasonOf(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${shown} must hold one JSON object`);
  }
  return value as Readonly<Record<string, unknown>>;
}

async function checkKeys(file: Readonly<Record<string, unknown>>, path: string): Promise<void> {
  const known = SETTING_NAMES.filter((name) => SETTINGS[name].lasting);
  for (const key of Object.keys(file)) {
    if (key === '$schema' || known.includes(key as SettingName)) continue;
    if (Object.hasOwn(SETTINGS, key)) {
      throw new UsageError(`${path}: '${key}' belongs to one call: give it as a flag`);
    }
    const advice = await didYouMean(key, known);
    throw new UsageError(
      `${path}: '${key}' is not a setting`,
      advice ?? `settings are ${known.join(', ')}`,
    );
  }
}
