import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Bench, TWO } from './program.test-support.ts';

/** A scenario of so many cases that a signal comes in the middle. */
function grid(rows: number): string {
  const numbers = (count: number) => Array.from({ length: count }, (_, k) => k).join(', ');
  return `sdt 1
scenario "grid <i> <j>"
  tags large
  each i in ${numbers(rows)}
  each j in ${numbers(100)}
  machine mpt smmpt52
  domain host
  region key size 8K
  grant rw on key to host
  host loads at key + <i> * 8                      -> ok
  host fetches at key + <j> * 8                    -> fetch access fault
`;
}

let bench: Bench;
let program: string;
/** What keeps the built program from starting fast. */
let problems: readonly string[];

beforeAll(async () => {
  bench = new Bench({ 'two.sdt': TWO, 'many.sdt': grid(200), 'some.sdt': grid(1) });
  program = join(bench.folder, 'dist/sdt.js');
  const builder = new URL('../../.ci/program.mjs', import.meta.url).href;
  const { buildProgram } = (await import(builder)) as {
    buildProgram: (dist: string) => Promise<readonly string[]>;
  };
  problems = await buildProgram(`${bench.folder}/dist/`);
});
afterAll(() => bench.remove());

function sdt(...words: readonly string[]) {
  return spawnSync(process.execPath, [program, ...words], {
    cwd: bench.folder,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    env: { PATH: process.env['PATH'] },
  });
}

/** A shell line in the bench's folder, with `$SDT` for the program. */
function shell(line: string) {
  const env = { PATH: process.env['PATH'], SDT: `${process.execPath} ${program}` };
  return spawnSync('bash', ['--norc', '-c', line], { cwd: bench.folder, encoding: 'utf8', env });
}

test('the built program starts from compiled code, and from no more than a run needs', () => {
  expect(problems).toEqual([]);
});

test('threads give the results of one thread, in the same order', () => {
  const ids = (...words: string[]) => {
    const { stdout, status } = sdt('run', 'some.sdt', 'two.sdt', '--reporter', 'ndjson', ...words);
    expect(status).toBe(1);
    const lines = stdout.split('\n').filter((line) => line.startsWith('{"event":"case"'));
    return lines.map((line) => {
      const { result } = JSON.parse(line) as { result: { milliseconds: number } };
      return { ...result, milliseconds: 0 };
    });
  };
  const alone = ids('-j', '1', '--caching', 'all');
  expect(alone).toHaveLength(4 * 104);
  expect(ids('-j', '2', '--caching', 'all')).toEqual(alone);
});

test('a time limit lets quick cases pass', () => {
  const { status, stdout } = sdt('run', 'some.sdt', '--timeout', '60s');
  expect(stdout).toContain('100 passed');
  expect(status).toBe(0);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends the run with whole reports and exit code %i', async (signal, code) => {
  const child = spawn(
    process.execPath,
    [program, 'run', 'many.sdt', '-j', '1', '--reporter=verbose', '--reporter=json=cut.json'],
    { cwd: bench.folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let seen = '';
  child.stdout.on('data', (chunk: Buffer) => {
    if (seen === '') child.kill(signal);
    seen = chunk.toString();
  });
  expect(await ended).toBe(code);
  const report = JSON.parse(readFileSync(join(bench.folder, 'cut.json'), 'utf8')) as {
    cases: unknown[];
    summary: { interrupted: string; exitCode: number };
  };
  expect(report.summary).toMatchObject({ interrupted: `by ${signal}`, exitCode: code });
  expect(report.cases.length).toBeLessThan(20_000);
});

test('a killed process leaves the old report as it was', async () => {
  bench.write('kept.json', 'old');
  const child = spawn(
    process.execPath,
    [program, 'run', 'many.sdt', '-j', '1', '--reporter=verbose', '--reporter=json=kept.json'],
    { cwd: bench.folder, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.stdout.once('data', () => child.kill('SIGKILL'));
  child.stdout.resume();
  await ended;
  expect(readFileSync(join(bench.folder, 'kept.json'), 'utf8')).toBe('old');
});

test('a closed pipe does not keep a report from being finished', () => {
  const { stdout, stderr } = shell(
    '$SDT run some.sdt --reporter verbose --reporter junit=pipe.xml | head -1; echo ${PIPESTATUS[0]}',
  );
  expect(stdout).toMatch(/^pass {2}some\.sdt#grid.*\n0\n$/);
  expect(stderr).toBe('');
  expect(readFileSync(join(bench.folder, 'pipe.xml'), 'utf8')).toContain('tests="100"');
});

test('a full disk under standard output or a report is exit code 3 and one sentence', () => {
  const output = shell('$SDT run some.sdt >/dev/full; echo $?');
  expect(output.stderr).toBe('sdt: cannot write to standard output: no space left on the device\n');
  expect(output.stdout).toBe('3\n');
  const report = shell('$SDT run some.sdt --reporter junit=/dev/full; echo $?');
  expect(report.stderr).toBe(
    'sdt: cannot write the report /dev/full: no space left on the device\n',
  );
  expect(report.stdout).toMatch(/100 passed[^]*\n3\n$/);
});

test('every command whose output cannot be written ends with 3, and says so', () => {
  for (const words of ['list', 'check --json', 'export json some.sdt', 'list --knobs', '--help']) {
    const { stdout, stderr } = shell(`$SDT ${words} >/dev/full; echo $?`);
    expect(stderr, words).toContain(
      'sdt: cannot write to standard output: no space left on the device',
    );
    expect(stdout, words).toBe('3\n');
  }
});

test('in a working folder that is gone, one sentence and exit code 2', () => {
  const { stdout, stderr } = shell('mkdir gone && cd gone && rmdir ../gone && $SDT; echo $?');
  expect(stderr).toBe('sdt: the working folder is gone\n     change to a folder that exists\n');
  expect(stdout).toBe('2\n');
});

test('a script from a pipe runs, and an empty one is told', () => {
  const { stdout } = shell("printf 'sdt 1\\n' | $SDT run /dev/stdin; echo $?");
  expect(stdout).toMatch(/\n4\n$/);
});

test('no temporary file is left but that of the killed process', () => {
  const left = readdirSync(bench.folder).filter((name) => name.endsWith('.tmp'));
  expect(left.every((name) => name.startsWith('.kept.json.'))).toBe(true);
});

test('faults tried on several threads are told in the same order as on one', () => {
  const words = ['mutate', 'skips-isolation|ignores', 'vault.sdt', '--verbose'];
  bench.write(
    'vault.sdt',
    `sdt 1
scenario "the vault is closed"
  domain host
  domain vault
  region key size 4K
  grant rw on key to vault
  host loads at key                                -> load access fault
`,
  );
  const one = sdt(...words, '-j', '1');
  const several = sdt(...words, '-j', '3');
  expect(one.stdout.match(/^SURVIVED|^caught/gm)?.length).toBeGreaterThan(10);
  expect(one.stdout).toMatch(/^caught +access\.skips-isolation by vault\.sdt#/m);
  expect(several.stdout).toBe(one.stdout);
  expect(several.stderr).toBe(one.stderr);
  expect([one.status, several.status]).toEqual([1, 1]);
});
