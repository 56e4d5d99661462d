import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { discover } from './discover.ts';
import { Files, decodeScript, shownPath, usedPath } from './files.ts';
import { Bench } from './program.test-support.ts';

const benches: Bench[] = [];
function bench(files: Readonly<Record<string, string | Uint8Array>>): Bench {
  const made = new Bench(files);
  benches.push(made);
  return made;
}
afterEach(() => {
  for (const made of benches.splice(0)) made.remove();
});

function bytes(...parts: readonly (string | number)[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))),
  );
}

describe('what a script may be', () => {
  test('a byte order mark is dropped and CRLF kept for the language', () => {
    expect(decodeScript(bytes('\ufeffsdt 1\r\n'), 'x.sdt')).toEqual({
      path: 'x.sdt',
      text: 'sdt 1\r\n',
    });
    expect(decodeScript(bytes(), 'x.sdt')).toEqual({ path: 'x.sdt', text: '' });
  });

  test('text that is not UTF-8 is told with offset, line and column', () => {
    const latin = bytes('sdt 1\nnote "caf', 0xe9, '"\n');
    expect(decodeScript(latin, 'x.sdt')).toMatchObject({
      code: 'SDT004',
      message: 'the file is not UTF-8: byte 0xe9 at offset 15',
      span: { line: 2, col: 10 },
    });
    for (const [text, offset] of [
      [bytes('ab', 0xff), 2],
      [bytes('ab', 0xe2, 0x82), 2],
      [bytes('ab', 0xe2, 0x82, 'c'), 2],
      [bytes('ab', 0xc3, 0xa9, 0x80), 4],
      [bytes(0xf0, 0x9f, 0x98, 'x'.repeat(50)), 0],
    ] as const) {
      expect(decodeScript(text, 'x')).toMatchObject({
        message: expect.stringContaining(`at offset ${offset}`) as string,
      });
    }
  });

  test('a zero byte makes a file binary', () => {
    expect(decodeScript(bytes('sdt 1\n', 0, 'x'), 'x.sdt')).toMatchObject({
      code: 'SDT003',
      message: 'the file is binary: a zero byte at offset 6',
      span: { line: 2, col: 1 },
    });
  });

  test('a file that is too large is not read', () => {
    const made = bench({});
    const path = join(made.folder, 'huge.sdt');
    execFileSync('truncate', ['-s', '100M', path]);
    const started = performance.now();
    expect(new Files(made.folder).read('huge.sdt')).toMatchObject({ code: 'SDT002' });
    expect(performance.now() - started).toBeLessThan(200);
    expect(new Files('/').read('/dev/zero')).toMatchObject({ code: 'SDT002' });
  });

  test('a file that vanished, and a folder in its place, are one diagnostic each', () => {
    const files = new Files(bench({ 'a/b.sdt': '' }).folder);
    expect(files.read('gone.sdt')).toMatchObject({
      code: 'SDT001',
      message: 'cannot read it: there is no such file',
    });
    expect(files.read('a')).toMatchObject({ message: 'cannot read it: it is a folder' });
    expect(files.diagnostics()).toHaveLength(2);
  });

  test('a used file is found beside its user, and read once', () => {
    const files = new Files(bench({ 'suites/lib/x.sdt': 'sdt 1\n' }).folder);
    const found = files.load('lib/x.sdt', 'suites/a.sdt');
    expect(found?.path).toBe('suites/lib/x.sdt');
    expect(files.load('../suites/lib/x.sdt', 'suites/a.sdt')).toBe(found);
    expect(files.load('lib/y.sdt', 'suites/a.sdt')).toBeNull();
    expect(files.diagnostics()).toEqual([]);
  });

  test('a used file that is no script is not read, whatever its name says', () => {
    const made = bench({ 'secret.txt': 'key\n', 'suites/a.sdt': '' });
    symlinkSync('../secret.txt', join(made.folder, 'suites/b.sdt'));
    const files = new Files(made.folder);
    expect(files.load('../secret.txt', 'suites/a.sdt')).toBeNull();
    expect(files.load('b.sdt', 'suites/a.sdt')).toBeNull();
    expect(files.load(join(made.folder, 'secret.txt'), 'suites/a.sdt')).toBeNull();
    expect(files.sources()).toEqual([]);
  });

  test('lines of a used script are shown if it lies in the project, of here or of its user', () => {
    const other = bench({
      'ours/.git/HEAD': '',
      'ours/lib/x.sdt': 'sdt 1\n',
      'ours/suites/a.sdt': 'sdt 1\n',
      'theirs/y.sdt': 'sdt 1\n',
    });
    for (const cwd of ['ours', 'ours/suites', 'theirs']) {
      const files = new Files(join(other.folder, cwd));
      const user = join(other.folder, 'ours/suites/a.sdt');
      files.read(user);
      const x = files.load('../lib/x.sdt', user);
      expect(files.source(x?.path ?? '')).toBe('sdt 1\n');
      const y = files.load('../../theirs/y.sdt', user);
      expect(y?.text).toBe('sdt 1\n');
      expect(files.source(y?.path ?? '')).toBe(cwd === 'theirs' ? 'sdt 1\n' : null);
      expect(files.source(user)).toBe('sdt 1\n');
    }
  });

  test('paths are shown relative to the working folder, with slashes', () => {
    expect(shownPath('/w', '/w/suites/a.sdt')).toBe('suites/a.sdt');
    expect(shownPath('/w', './suites//a.sdt')).toBe('suites/a.sdt');
    expect(shownPath('/w', '../a.sdt')).toBe('../a.sdt');
    expect(shownPath('/w', '/x/a.sdt')).toBe('/x/a.sdt');
    expect(usedPath('../lib/x.sdt', 'suites/mpt/a.sdt')).toBe('suites/lib/x.sdt');
  });
});

describe('what is found', () => {
  const found = async (made: Bench, ...targets: string[]) => discover(made.folder, targets);

  test('a folder means every script below it, sorted; hidden folders and node_modules do not count', async () => {
    const made = bench({
      'b.sdt': '',
      'a/z.sdt': '',
      'a/c.sdt': '',
      'a/readme.md': '',
      '.hidden/x.sdt': '',
      'node_modules/p/x.sdt': '',
    });
    expect((await found(made, '.')).files).toEqual(['a/c.sdt', 'a/z.sdt', 'b.sdt']);
    expect((await found(made, 'a', './a/c.sdt', 'b.sdt')).files).toEqual([
      'a/c.sdt',
      'a/z.sdt',
      'b.sdt',
    ]);
  });

  test('globs are matched and sorted; one without a match is a usage error', async () => {
    const made = bench({ 'b.sdt': '', 'a/z.sdt': '', 'a/b/c.sdt': '' });
    expect((await found(made, '**/*.sdt')).files).toEqual(['a/b/c.sdt', 'a/z.sdt', 'b.sdt']);
    await expect(found(made, 'x*.sdt')).rejects.toThrow('no file matches x*.sdt');
  });

  test('lines and case ids restrict their file, unless all of it is asked for too', async () => {
    const made = bench({ 'a.sdt': '', 'b#c.sdt': '' });
    const { files, places } = await found(made, 'a.sdt:12', 'a.sdt:30:5', 'b#c.sdt#title[k=#]');
    expect(files).toEqual(['a.sdt', 'b#c.sdt']);
    expect(places.get('a.sdt')?.lines).toEqual([12, 30]);
    expect([...(places.get('b#c.sdt')?.ids ?? [])]).toEqual(['b#c.sdt#title[k=#]']);
    expect((await found(made, 'a.sdt:12', 'a.sdt')).places.size).toBe(0);
  });

  test('a loop of links ends, a link to nowhere and a pipe are one diagnostic each', async () => {
    const made = bench({ 'd/a.sdt': 'sdt 1\n' });
    symlinkSync('..', join(made.folder, 'd/loop'));
    symlinkSync('self.sdt', join(made.folder, 'self.sdt'));
    execFileSync('mkfifo', [join(made.folder, 'pipe.sdt')]);
    symlinkSync('pipe.sdt', join(made.folder, 'to-pipe.sdt'));
    const { files } = await found(made, '.');
    expect(files).toEqual(['d/a.sdt', 'pipe.sdt', 'self.sdt', 'to-pipe.sdt']);
    for (const pipe of ['pipe.sdt', 'to-pipe.sdt']) {
      expect(new Files(made.folder).read(pipe)).toMatchObject({
        code: 'SDT001',
        message: 'cannot read it: it is not a regular file',
      });
    }
    expect((await found(made, 'pipe.sdt')).files).toEqual(['pipe.sdt']);
    expect(new Files(made.folder).read('self.sdt')).toMatchObject({
      message: 'cannot read it: too many symbolic links, or a loop of them',
    });
  });

  test('a folder that cannot be read is a diagnostic, the others are searched', async () => {
    const made = bench({ 'ok/a.sdt': '' });
    mkdirSync(join(made.folder, 'no'));
    chmodSync(join(made.folder, 'no'), 0);
    const { files, diagnostics } = await found(made, '.');
    expect(files).toEqual(['ok/a.sdt']);
    // The superuser may read everything.
    if (process.getuid?.() !== 0) expect(diagnostics).toMatchObject([{ code: 'SDT001' }]);
    chmodSync(join(made.folder, 'no'), 0o755);
  });
});
