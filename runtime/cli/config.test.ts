import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { Configuration } from './config.ts';
import { configure, refuseStrayVariables } from './config.ts';
import { Bench } from './program.test-support.ts';
import { SETTING_NAMES, configSchema, environmentName } from './settings.ts';

const benches: Bench[] = [];
afterEach(() => {
  for (const bench of benches.splice(0)) bench.remove();
});

interface Given {
  readonly file?: string | object;
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly configFile?: string;
}

function configured(given: Given): Promise<Configuration> {
  const { file, flags = {}, environment = {}, configFile = null } = given;
  const bench = new Bench();
  benches.push(bench);
  if (file !== undefined) {
    bench.write('sdt.config.json', typeof file === 'string' ? file : JSON.stringify(file));
  }
  return configure({ flags, environment, cwd: bench.folder, configFile });
}

test('a flag beats the environment, the environment the file, the file the default', async () => {
  const file = { seed: 3 };
  const environment = { SDT_SEED: '4' };
  const seed = async (given: Given) => {
    const { settings, origins } = await configured(given);
    return [settings.seed, origins.seed];
  };
  expect(await seed({})).toEqual([1, 'default']);
  expect(await seed({ file })).toEqual([3, 'file']);
  expect(await seed({ file, environment })).toEqual([4, 'environment']);
  expect(await seed({ file, environment, flags: { seed: '5' } })).toEqual([5, 'flag']);
});

test('every shape is read from a flag, the environment and the file alike', async () => {
  const rows: readonly (readonly [string, unknown, string, unknown])[] = [
    ['bail', true, '1', 1],
    ['bail', 7, '7', 7],
    ['timeout', '1.5s', '1500ms', 1500],
    ['timeout', 2, '2s', 2000],
    ['jobs', '50%', '50%', '50%'],
    ['shuffle', true, 'true', true],
    ['set', { hlvx_needs_x: 'yes' }, 'hlvx_needs_x=yes', { hlvx_needs_x: 'yes' }],
    ['reporter', ['tap', 'junit=a.xml'], 'tap,junit=a.xml', ['tap', 'junit=a.xml']],
    ['caching', 'all', 'all', 'all'],
  ];
  for (const [name, inFile, inEnvironment, value] of rows) {
    const variable = environmentName(name as 'bail');
    const fromFile = await configured({ file: { [name]: inFile } });
    const fromEnvironment = await configured({ environment: { [variable]: inEnvironment } });
    expect(fromFile.settings[name as 'bail']).toEqual(value);
    expect(fromEnvironment.settings[name as 'bail']).toEqual(value);
  }
});

test('what is wrong with the file is said with its key', async () => {
  const fails = async (file: string | object, message: RegExp) =>
    expect(configured({ file })).rejects.toThrow(message);
  await fails({ seed: -1 }, /^sdt\.config\.json: 'seed' must be a whole number from 0 to/);
  await fails({ sed: 1 }, /^sdt\.config\.json: 'sed' is not a setting$/);
  await fails({ grep: ['x'] }, /'grep' belongs to one call/);
  await fails({ reporter: 'a', bail: 'x' }, /'bail' must be a whole number/);
  await fails({ set: { a: 1 } }, /'set' must map names to texts: 'a' does not/);
  await fails('[]', /must hold one JSON object/);
  await fails('{', /is not JSON/);
});

test('a mistyped key or variable gets a suggestion', async () => {
  await expect(configured({ file: { cachin: 'none' } })).rejects.toMatchObject({
    advice: "did you mean 'caching'?",
  });
  await refuseStrayVariables({ SDT_DEBUG: '1', SDT_SEED: '1', OTHER: '' });
  await expect(refuseStrayVariables({ SDT_CACHIN: 'x' })).rejects.toMatchObject({
    message: 'the environment variable SDT_CACHIN is not a setting',
    advice: "did you mean 'SDT_CACHING'?",
  });
});

test('a file that is asked for must be there; the usual one need not', async () => {
  expect((await configured({})).file).toBeNull();
  await expect(configured({ configFile: 'mine.json' })).rejects.toThrow(
    'cannot read the configuration mine.json: there is no such file',
  );
});

test('a byte order mark in the file is no error', async () => {
  expect((await configured({ file: '\ufeff{"seed": 8}' })).settings.seed).toBe(8);
});

test('--print-config shows every setting with its origin', async () => {
  const bench = new Bench({ 'sdt.config.json': '{"seed": 6}' });
  benches.push(bench);
  const { code, out } = await bench.sdt('--print-config', '--bail');
  const printed = JSON.parse(out) as { settings: Record<string, unknown> };
  expect(code).toBe(0);
  expect(Object.keys(printed.settings)).toEqual(SETTING_NAMES);
  expect(printed.settings['seed']).toEqual({ value: 6, from: 'file' });
  expect(printed.settings['bail']).toEqual({ value: 1, from: 'flag' });
});

test('the schema in docs is the one that the settings give', () => {
  const file = new URL('../../docs/sdt.config.schema.json', import.meta.url);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(configSchema())),
  );
});
