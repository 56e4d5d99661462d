import { existsSync, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { result, started } from '../reporters/stream.test-support.ts';
import { AtomicFile, abandonAll, writeWhole } from './atomic-file.ts';
import { isCi, wantsColour } from './colour.ts';
import { shardOf } from './outer-shard.ts';
import { Bench } from './program.test-support.ts';
import { Progress } from './progress.ts';
import { reporterRequests } from './reporting.ts';

const benches: Bench[] = [];
function folder(files: Readonly<Record<string, string>> = {}): string {
  const made = new Bench(files);
  benches.push(made);
  return made.folder;
}
afterEach(() => {
  for (const made of benches.splice(0)) made.remove();
});

test('a file appears when it is finished, not before, and replaces the old one', () => {
  const path = join(folder({ 'r.xml': 'old' }), 'r.xml');
  const file = new AtomicFile(path);
  file.write('x'.repeat(200_000));
  expect(readFileSync(path, 'utf8')).toBe('old');
  file.finish();
  expect(file.failed).toBeNull();
  expect(statSync(path).size).toBe(200_000);
  expect(readdirSync(join(path, '..'))).toEqual(['r.xml']);
});

test('an abandoned file leaves the old one and nothing beside it', () => {
  const path = join(folder({ 'r.xml': 'old' }), 'r.xml');
  const file = new AtomicFile(path);
  file.write('x'.repeat(200_000));
  abandonAll();
  expect(readdirSync(join(path, '..'))).toEqual(['r.xml']);
  expect(readFileSync(path, 'utf8')).toBe('old');
});

test('a full disk is told and leaves nothing', () => {
  const device = new AtomicFile('/dev/full');
  device.write('x'.repeat(200_000));
  device.finish();
  expect(device.failed).toBe('no space left on the device');
  // A device is written to, not replaced.
  expect(statSync('/dev/full').isCharacterDevice()).toBe(true);
});

test('a place that cannot be written is known at once', () => {
  const place = folder({ file: '' });
  expect(new AtomicFile(join(place, 'file/r.xml')).failed).toBe(
    'a part of the path is not a folder',
  );
  expect(new AtomicFile(place).failed).toBe('it is a folder');
  expect(new AtomicFile('/proc/none/r.xml').failed).toBe('there is no such file');
  expect(writeWhole(join(place, 'new/folder/r.xml'), 'x')).toBeNull();
});

test('a link to a report stays a link', () => {
  const place = folder({ 'real.xml': 'old' });
  symlinkSync('real.xml', join(place, 'link.xml'));
  expect(writeWhole(join(place, 'link.xml'), 'new')).toBeNull();
  expect(readFileSync(join(place, 'real.xml'), 'utf8')).toBe('new');
  expect(existsSync(join(place, 'link.xml'))).toBe(true);
});

test('colour: flag before NO_COLOR before FORCE_COLOR before CI before terminal', () => {
  const terminal = { isTTY: true };
  const pipe = { isTTY: false };
  expect(wantsColour(true, { NO_COLOR: '1' }, pipe)).toBe(true);
  expect(wantsColour(false, { FORCE_COLOR: '1' }, terminal)).toBe(false);
  expect(wantsColour(null, { NO_COLOR: '1', FORCE_COLOR: '1' }, terminal)).toBe(false);
  expect(wantsColour(null, { NO_COLOR: '' }, terminal)).toBe(true);
  expect(wantsColour(null, { FORCE_COLOR: '0', CI: 'true' }, terminal)).toBe(false);
  expect(wantsColour(null, { FORCE_COLOR: '' }, pipe)).toBe(true);
  expect(wantsColour(null, { CI: 'true' }, pipe)).toBe(true);
  expect(wantsColour(null, {}, terminal)).toBe(true);
  expect(wantsColour(null, { TERM: 'dumb' }, terminal)).toBe(false);
  expect(wantsColour(null, {}, pipe)).toBe(false);
  expect(isCi({ CI: 'false' })).toBe(false);
});

test('the shard comes from the flag, from the CI service, or from Bazel by itself', () => {
  const of = (environment: Record<string, string>) => shardOf('auto', environment);
  expect(of({ CI_NODE_INDEX: '2', CI_NODE_TOTAL: '5' })).toEqual({ index: 2, count: 5 });
  expect(of({ CIRCLE_NODE_INDEX: '0', CIRCLE_NODE_TOTAL: '4' })).toEqual({ index: 1, count: 4 });
  expect(of({ BUILDKITE_PARALLEL_JOB: '3', BUILDKITE_PARALLEL_JOB_COUNT: '4' })).toEqual({
    index: 4,
    count: 4,
  });
  const slurm = (id: string, min: string, max: string, step: string) => ({
    SLURM_ARRAY_TASK_ID: id,
    SLURM_ARRAY_TASK_MIN: min,
    SLURM_ARRAY_TASK_MAX: max,
    SLURM_ARRAY_TASK_STEP: step,
  });
  expect(of(slurm('7', '1', '13', '2'))).toEqual({ index: 4, count: 7 });
  expect(of({ ...slurm('0', '0', '9', '1'), SLURM_ARRAY_TASK_COUNT: '10' })).toEqual({
    index: 1,
    count: 10,
  });
  const bazel = { TEST_TOTAL_SHARDS: '3', TEST_SHARD_INDEX: '2' };
  expect(shardOf(null, bazel)).toEqual({ index: 3, count: 3 });
  expect(shardOf('1/2', bazel)).toEqual({ index: 1, count: 2 });
  expect(shardOf(null, {})).toBeNull();
  expect(() => of({})).toThrow('found no CI service');
  expect(() => of({ CI_NODE_INDEX: '9', CI_NODE_TOTAL: '5' })).toThrow('shard 9 of 5');
});

test('reporters: people see something, GitHub and Bazel get theirs, two cannot share a stream', async () => {
  const names = async (asked: string[], environment: Record<string, string> = {}) =>
    (await reporterRequests(asked, environment)).map(({ name }) => name);
  expect(await names([])).toEqual(['default']);
  expect(await names(['junit=a.xml'])).toEqual(['default', 'junit']);
  expect(await names(['dot', 'junit=a.xml'])).toEqual(['dot', 'junit']);
  expect(await names(['json'])).toEqual(['json']);
  expect(await names([], { GITHUB_ACTIONS: 'true' })).toEqual(['default', 'github']);
  expect(await names([], { XML_OUTPUT_FILE: 'x' })).toEqual(['default', 'junit']);
  await expect(names(['json', 'tap'])).rejects.toThrow('json and tap cannot share');
  await expect(names(['junti'])).rejects.toMatchObject({ advice: "did you mean 'junit'?" });
  await expect(names(['junit='])).rejects.toThrow('names no file');
});

test('the live line shows how far the run is and goes away', () => {
  let now = 0;
  let text = '';
  const output = {
    write: (part: string) => void (text += part),
    isTTY: true,
    columns: 60,
    failed: null,
    flush: () => Promise.resolve(),
  };
  const progress = new Progress(output, () => now);
  progress.on(started());
  progress.on({ event: 'case', result: result() });
  expect(text).toBe('');
  now = 150;
  progress.on({ event: 'case', result: result({ status: 'fail' }) });
  expect(text).toContain('2/3  1 failed  suites/two.sdt');
  text = '';
  progress.clear();
  progress.clear();
  expect(text).toBe('\r\u001b[2K');
});
