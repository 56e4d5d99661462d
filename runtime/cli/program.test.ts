import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bench, TWO } from './program.test-support.ts';

let bench: Bench;
beforeAll(() => {
  bench = new Bench({ 'suites/two.sdt': TWO, 'other.sdt': TWO });
});
afterAll(() => bench.remove());

const FETCH = 'suites/two.sdt#a wrong expectation for <op>[op=fetch]';

describe('sdt run', () => {
  test('is the default command, and ./suites the default path', async () => {
    const { code, out } = await bench.sdt();
    expect(code).toBe(1);
    expect(out).toContain('cases    3 passed, 1 failed  (1 file)');
  });

  test('a failure shows the frame, the actual outcome, the rule, and the command that replays it', async () => {
    const { out } = await bench.sdt('run', 'suites');
    expect(out).toContain('FAIL  suites/two.sdt:19  "a wrong expectation for fetch"');
    expect(out).toMatch(/\^\^ fetch access fault at 0x\w+ because mpt\.permission/);
    expect(out).toMatch(/rule SMMPT-XWR-\d\d: /);
    expect(out).toContain(`again: sdt run '${FETCH}'`);
  });

  test('the replay command runs just that case', async () => {
    const { code, out } = await bench.sdt('run', FETCH);
    expect(code).toBe(1);
    expect(out).toContain('1 failed  (1 file; 1 of 4 cases selected)');
  });

  test('file:LINE runs the scenario of that line', async () => {
    const { code, out } = await bench.sdt('run', 'suites/two.sdt:8');
    expect(code).toBe(0);
    expect(out).toContain('1 passed  (1 file; 1 of 4 cases selected)');
  });

  test('names, tags and globs select', async () => {
    const passed = async (...words: string[]) => (await bench.sdt('run', ...words)).out;
    expect(await passed('-t', 'op=(load|store)')).toContain('2 of 4');
    expect(await passed('--grep-invert', 'fetch')).toContain('3 of 4');
    expect(await passed('--tag', 'smoke and not slow')).toContain('1 of 4');
    expect(await passed('{suites/*,other}.sdt', '-t', 'owner')).toContain('2 of 8');
  });

  test('a line behind the end of a file, and a place in no file, are usage errors', async () => {
    expect(await bench.sdt('run', 'other.sdt:99')).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no line 99: other.sdt has 19 lines') as string,
    });
    expect((await bench.sdt('explain', 'nope.sdt:3')).err).toBe(
      'there is no file or folder nope.sdt\n\n',
    );
  });

  test('a value that cannot be is told with its limits, in words', async () => {
    const err = async (...words: string[]) => (await bench.sdt('run', ...words)).err;
    expect(await err('-j', '100000')).toContain('from 1 to 999 threads');
    expect(await err('--set', 'abc')).toBe("--set must be of the form name=value, found 'abc'\n\n");
    expect(await err('--reporter', 'junit=/no/such/folder/x.xml')).toContain(
      'there is no folder /no/such/folder',
    );
    expect(existsSync('/no')).toBe(false);
  });

  test("a case that exceeds its step budget is the script's error", async () => {
    const { code, out } = await bench.sdt('run', 'other.sdt', '-t', 'owner', '--steps', '1');
    expect({ code, out }).toMatchObject({ code: 0 });
    const loop = new Bench({
      'a.sdt': TWO.replace(
        '  vault loads 8 bytes at key                       -> 0x5ec2e7\n',
        '  vault loads 8 bytes at key every 8 of key        -> ok\n',
      ),
    });
    const ended = await loop.sdt('run', '-t', 'owner', '--steps', '3');
    expect(ended.out).toContain('ERROR');
    expect(ended.out).toMatch(/again: sdt run .* --steps 3$/m);
    expect(ended.code).toBe(2);
    loop.remove();
  });

  test("the replay command repeats --config and a seed of one's own", async () => {
    bench.write('mine.json', '{"tags": []}');
    const { out } = await bench.sdt('run', 'other.sdt', '--config', 'mine.json', '--seed', '9');
    expect(out).toMatch(/again: sdt run 'other\.sdt#.*' --seed 9 --config mine\.json$/m);
  });

  test('an undeclared tag is a usage error with advice', async () => {
    const { code, err } = await bench.sdt('run', '--tag', 'smok');
    expect(code).toBe(2);
    expect(err).toContain("no scenario has the tag 'smok'");
    expect(err).toContain("did you mean 'smoke'?");
  });

  test('nothing selected is exit code 4 unless it is allowed', async () => {
    expect((await bench.sdt('run', '-t', 'nowhere')).code).toBe(4);
    expect((await bench.sdt('run', '-t', 'nowhere', '--pass-with-no-tests')).code).toBe(0);
  });

  test('--last-failed runs what failed, then everything once nothing is left', async () => {
    await bench.sdt('run');
    expect((await bench.sdt('run', '--last-failed')).out).toContain('1 of 4');
    await bench.sdt('run', '-t', 'owner');
    expect((await bench.sdt('run', '--last-failed')).out).toContain('1 of 4');
    const fresh = new Bench({ 'a.sdt': TWO });
    const { err, out } = await fresh.sdt('run', '--last-failed', '-t', 'owner');
    expect(err).toContain('running everything');
    expect(out).toContain('1 passed');
    expect(existsSync(join(fresh.folder, '.sdt'))).toBe(false);
    fresh.remove();
  });

  test('--caching all runs each case under every policy and tells a failure of all once', async () => {
    const { out } = await bench.sdt('run', '--caching', 'all');
    expect(out).toContain('12 passed, 4 failed');
    expect(out).toContain('{none, retain, random, sized}');
    expect(out.match(/again:/g)).toHaveLength(1);
    expect(out).toContain(`again: sdt run '${FETCH}' --caching none`);
  });

  test('--bail stops, --repeat agrees, --shuffle loses nothing', async () => {
    expect((await bench.sdt('run', '--bail')).out).toContain('stopped  after 1 failure (--bail 1)');
    expect((await bench.sdt('run', '--repeat', '3')).out).toContain('3 passed, 1 failed');
    expect((await bench.sdt('run', '--shuffle', '--seed', '9')).out).toContain(
      '3 passed, 1 failed',
    );
  });

  test('a fault of the model makes cases fail, and covers is not judged then', async () => {
    const { code, err } = await bench.sdt('run', '--fault', 'no.such.fault');
    expect(code).toBe(2);
    expect(err).toContain("there is no fault 'no.such.fault'");
  });

  test('shards share out the cases', async () => {
    let cases = 0;
    for (const part of ['1/3', '2/3', '3/3']) {
      const { out } = await bench.sdt('run', '--shard', part, '--reporter', 'ndjson');
      cases += out.split('\n').filter((line) => line.startsWith('{"event":"case"')).length;
    }
    expect(cases).toBe(4);
  });

  test('a pattern sees the title as a report prints it, and as it is written', async () => {
    for (const pattern of ['expectation for fetch$', 'for <op>.op=fetch']) {
      const { out } = await bench.sdt('run', 'suites', '-t', pattern);
      expect(out).toContain('cases    1 failed  (1 file; 1 of 4 cases selected)');
    }
    const { out } = await bench.sdt('run', 'suites', '--grep-invert', 'expectation for fetch$');
    expect(out).toContain('cases    3 passed  (1 file; 3 of 4 cases selected)');
  });

  test('machine output has standard output for itself; people read the other stream', async () => {
    const { out, err } = await bench.sdt('run', '--reporter', 'json', '--reporter', 'default');
    expect(JSON.parse(out)).toMatchObject({ summary: { counts: { pass: 3, fail: 1 } } });
    expect(err).toContain('3 passed, 1 failed');
    const both = await bench.sdt('run', '--reporter', 'json', '--reporter', 'tap');
    expect(both).toMatchObject({ code: 2 });
    expect(both.err).toContain('cannot share standard output');
  });

  test('reports in files appear whole, beside what people read', async () => {
    const { out } = await bench.sdt(
      'run',
      '--reporter',
      'junit=reports/r.xml',
      '--reporter=tap=r.tap',
    );
    expect(out).toContain('3 passed, 1 failed');
    expect(readFileSync(join(bench.folder, 'reports/r.xml'), 'utf8')).toMatch(/<\/testsuites>\n$/);
    expect(readFileSync(join(bench.folder, 'r.tap'), 'utf8')).toContain('1..4');
    expect(readdirSync(bench.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('GitHub Actions and Bazel get what they look for without being asked', async () => {
    const ci = new Bench({ 'a.sdt': TWO });
    ci.environment = {
      GITHUB_ACTIONS: 'true',
      GITHUB_STEP_SUMMARY: join(ci.folder, 'summary.md'),
      XML_OUTPUT_FILE: join(ci.folder, 'bazel.xml'),
      TEST_TOTAL_SHARDS: '2',
      TEST_SHARD_INDEX: '0',
      TEST_SHARD_STATUS_FILE: join(ci.folder, 'status'),
    };
    const one = await ci.sdt('run');
    ci.environment['TEST_SHARD_INDEX'] = '1';
    const two = await ci.sdt('run');
    expect(one.out).toContain('shard 1/2');
    expect(two.out).toContain('shard 2/2');
    expect(one.out + two.out).toContain('::error file=a.sdt,line=19,col=');
    expect(readFileSync(join(ci.folder, 'summary.md'), 'utf8')).toContain('### sdt: ');
    expect(readFileSync(join(ci.folder, 'bazel.xml'), 'utf8')).toContain('<testsuites');
    expect(existsSync(join(ci.folder, 'status'))).toBe(true);
    ci.remove();
  });

  test('an error in one file is reported, the others run, and the exit code is 2', async () => {
    const broken = new Bench({ 'a.sdt': TWO, 'b.sdt': 'sdt 1\nscenaro "x"\n' });
    const { code, out } = await broken.sdt('run');
    expect(code).toBe(2);
    expect(out).toMatch(/^b\.sdt:2:1: error SDT\d+: /m);
    expect(out).toContain('3 passed, 1 failed');
    broken.remove();
  });
});

describe('the other commands', () => {
  test('check reports diagnostics and runs nothing', async () => {
    const broken = new Bench({ 'b.sdt': 'sdt 1\nscenaro "x"\nscenario 5\n' });
    const { code, out, err } = await broken.sdt('check');
    expect(code).toBe(2);
    expect(out.match(/^b\.sdt:\d+:\d+: error SDT/gm)).toHaveLength(2);
    expect(err).toBe('1 file checked: 2 errors, 0 warnings\n');
    expect(JSON.parse((await broken.sdt('check', '--json')).out)).toHaveLength(2);
    expect((await bench.sdt('check')).code).toBe(0);
    broken.remove();
  });

  test('fmt writes the canonical text; --check only names the files', async () => {
    const odd = 'sdt 1\nscenario "x"\ndomain d\nregion r size 4096\n d loads at r -> ok\n';
    const ugly = new Bench({ 'u.sdt': odd });
    expect(await ugly.sdt('fmt', '--check')).toMatchObject({ code: 1, out: 'u.sdt\n' });
    expect((await ugly.sdt('fmt')).code).toBe(0);
    expect(readFileSync(join(ugly.folder, 'u.sdt'), 'utf8')).toContain('  region r size 4K\n');
    expect((await ugly.sdt('fmt', '--check')).code).toBe(0);
    ugly.stdin = odd;
    expect((await ugly.sdt('fmt', '-')).out).toContain('  region r size 4K\n');
    ugly.stdin = 'sdt 1\nscenaro\n';
    expect(await ugly.sdt('fmt', '-')).toMatchObject({ code: 2, out: 'sdt 1\nscenaro\n' });
    ugly.remove();
  });

  test('list shows ids, and with --json what a case needs', async () => {
    const { out } = await bench.sdt('list', '-t', 'fetch');
    expect(out).toBe(`${FETCH}\n`);
    const [item] = JSON.parse((await bench.sdt('list', '--json', '-t', 'fetch')).out) as object[];
    expect(item).toMatchObject({ id: FETCH, line: 12, tags: ['mpt', 'smoke', 'slow'] });
  });

  test('list shows rules and reasons, those that match, within the width', async () => {
    const { out } = await bench.sdt('list', '--rules', 'SMMPT-XWR-0[12]');
    expect(out.match(/^SMMPT-XWR/gm)).toHaveLength(2);
    const every = await bench.sdt('list', '--faults');
    expect(Math.max(...every.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect((await bench.sdt('list', '--reasons')).out).toMatch(/^mpt\.permission +the XWR/m);
    expect((await bench.sdt('list', '--rules', 'no such thing')).code).toBe(2);
  });

  test('a folder without scripts is exit code 4 everywhere, with what to do', async () => {
    const empty = new Bench({ 'readme.md': '' });
    for (const word of ['run', 'check', 'list']) {
      const { code, err } = await empty.sdt(word);
      expect(code).toBe(4);
      expect(err).toContain('`sdt init .` makes one');
    }
    empty.remove();
  });

  test('list shows knobs, features, revisions, faults and diagnostics', async () => {
    expect((await bench.sdt('list', '--knobs')).out).toMatch(/^reserved_tuple +\[entry\] tuple/m);
    expect((await bench.sdt('list', '--features')).out).toMatch(/^Sv57 +/m);
    expect((await bench.sdt('list', '--revisions')).out).toMatch(/^mtt_0_1 +/m);
    expect((await bench.sdt('list', '--faults')).out).toMatch(/^mpt\./m);
    expect((await bench.sdt('list', '--diagnostics')).out).toMatch(/^SDT101 +error/m);
  });

  test('explain shows the memory references of a step', async () => {
    const { code, out } = await bench.sdt('explain', 'suites/two.sdt:10', '--map');
    expect(code).toBe(0);
    expect(out).toMatch(/mpt L0/);
    expect(out).toContain('vault');
    expect((await bench.sdt('explain', 'suites')).code).toBe(2);
    const first = await bench.sdt('explain', 'suites/two.sdt:19');
    expect(first.out.split('\n')[0]).toBe(
      "suites/two.sdt#a wrong expectation for <op>[op=load] (the first of 3 cases: --case TEXT takes another, such as --case 'op=store')",
    );
    const second = await bench.sdt('explain', 'suites/two.sdt:19', '--case', 'op=store');
    expect(second.out.split('\n')[0]).toMatch(/\[op=store\]$/);
  });

  test('explain of a line that is no step says what it is and where steps are: exit code 2', async () => {
    const domain = await bench.sdt('explain', 'suites/two.sdt:7');
    expect(domain).toMatchObject({ code: 2, out: '' });
    expect(domain.err).toContain("line 7 is no step: 'domain' builds, and nothing is accessed");
    expect(domain.err).toContain('  10: vault loads 8 bytes at key');
    expect((await bench.sdt('explain', 'suites/two.sdt:7', '--map')).code).toBe(0);
    expect((await bench.sdt('explain', 'suites/two.sdt:13')).err).toContain("'tags' neither");
    expect((await bench.sdt('explain', 'suites/two.sdt:11')).err).toContain('it is blank');
  });

  test('explain takes a case that runs the line, and lines of used files are not its own', async () => {
    const lib = `sdt 1\n\n\nfixture page\n  domain host\n  region key size 4K\n  grant r on key to host\n\n\n  host loads at key -> ok\n`;
    const text = `sdt 1\nsuite "S"\nuse "lib.sdt"\n\nscenario "s"\n  table\n    | a | b |\n    | - | ok |\n    | store access fault | - |\n  given page\n  host loads at key -> <b>\n  host stores 1 at key -> <a>\n`;
    const other = new Bench({ 'lib.sdt': lib, 'a.sdt': text });
    expect((await other.sdt('explain', 'a.sdt:10')).err).toContain('its fixture');
    expect((await other.sdt('explain', 'a.sdt:12')).out).toContain(
      'line 12: expected store access',
    );
    other.remove();
  });

  test('export prints plans, one array', async () => {
    const { code, out } = await bench.sdt('export', 'json', 'suites', '-t', 'fetch');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([{ id: FETCH }]);
    expect((await bench.sdt('export', 'yaml')).code).toBe(2);
    const schema = await bench.sdt('export', 'json', '--schema');
    expect(JSON.parse(schema.out)).toMatchObject({ title: 'Plan' });
  });

  test('init makes a bench where one scenario passes and one fails, and never overwrites', async () => {
    const fresh = new Bench();
    expect((await fresh.sdt('init', 'bench')).code).toBe(0);
    const started = new Bench({
      'sdt.config.json': readFileSync(join(fresh.folder, 'bench/sdt.config.json')),
      'suites/first.sdt': readFileSync(join(fresh.folder, 'bench/suites/first.sdt')),
    });
    expect(await started.sdt('check')).toMatchObject({ code: 0, out: '' });
    expect((await started.sdt('fmt', '--check')).code).toBe(0);
    const { code, out } = await started.sdt();
    expect(code).toBe(1);
    expect(out).toContain('1 passed, 1 failed');
    expect((await fresh.sdt('init', 'bench')).code).toBe(2);
    fresh.remove();
    started.remove();
  });

  test('help has examples, the version is printed, a wrong flag gets advice', async () => {
    const help = await bench.sdt('run', '--help');
    expect(help.code).toBe(0);
    expect(help.out).toContain('Examples:');
    expect((await bench.sdt('--version')).out).toBe('0.1.0\n');
    const wrong = await bench.sdt('run', '--shufle');
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('Did you mean --shuffle?');
    expect((await bench.sdt('chek')).err).toContain("did you mean 'check'? (a command)");
  });
});
