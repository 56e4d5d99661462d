/** Texts that want to hurt: each gets a clear answer in bounded time, none an exception. */
import { describe, expect, it } from 'vitest';
import { format, MAX_FILE_LENGTH, parse } from '../index.ts';

function diagnose(text: string): string[] {
  return parse({ path: 'f.sdt', text }).diagnostics.map(
    ({ code, span }) => `${span.line}:${span.col} ${code}`,
  );
}

function statementsOf(text: string): number {
  const { syntax, diagnostics } = parse({ path: 'f.sdt', text });
  expect(diagnostics).toEqual([]);
  return syntax.statements.length;
}

describe('a hostile text', () => {
  it('may be empty, or hold nothing but blanks', () => {
    for (const text of ['', '\n', ' \t\r\n', '\ufeff', '# only\n']) {
      expect(diagnose(text)).toEqual(['1:1 SDT101']);
    }
  });

  it('may have CR, CRLF, BOM, tabs, no last line end, and still parses', () => {
    expect(statementsOf('\ufeffsdt 1\r\nregion\tkey size 4K\r\n\r\nscenario "s"')).toBe(2);
    expect(statementsOf('sdt 1\rregion key size 4K\r\r')).toBe(1);
  });

  it('has its lines counted alike, whatever ends them', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      expect(diagnose(['sdt 1', '', 'oops', '\toops'].join(end))).toEqual([
        '3:1 SDT103',
        '4:2 SDT103',
      ]);
    }
  });

  it('costs one error when it is binary, not thousands', () => {
    const bytes = Array.from({ length: 100_000 }, (_, at) =>
      String.fromCharCode((at * 7919) % 256),
    );
    expect(diagnose(bytes.join(''))).toEqual(['1:1 SDT115']);
    expect(diagnose('sdt 1\nregion \u0000 size 4K\noops\n')).toEqual(['2:8 SDT115']);
  });

  it('costs one error per line when it is not UTF-8', () => {
    expect(diagnose(`sdt 1\n${'\ufffd\ufffd \ufffd'.repeat(1000)}\n`)).toEqual(['2:1 SDT105']);
  });

  it('may nest parentheses 64 deep, and is refused beyond', () => {
    const nested = (depth: number): string =>
      `sdt 1\nlet x = ${'('.repeat(depth)}1${')'.repeat(depth)}\n`;
    expect(statementsOf(nested(64))).toBe(1);
    for (const depth of [65, 10_000]) expect(diagnose(nested(depth))).toEqual(['2:73 SDT112']);
    expect(diagnose(`sdt 1\nlet x = ${'('.repeat(10_000)}\n`)).toEqual(['2:73 SDT112']);
    expect(diagnose(`sdt 1\nhost calls f(a: ${'mpte(v: '.repeat(5000)}1\n`)).toEqual([
      expect.stringMatching(/^2:\d+ SDT112$/),
    ]);
  });

  it('may add a thousand terms, and is refused beyond', () => {
    const sum = (terms: number): string => `sdt 1\nlet x = 1${'+1'.repeat(terms)}\n`;
    expect(statementsOf(sum(1000))).toBe(1);
    expect(diagnose(sum(1001))).toEqual([expect.stringMatching(/ SDT113$/)]);
    expect(diagnose(sum(30_000))).toEqual([expect.stringMatching(/ SDT113$/)]);
    // 100,000 terms over many lines: each one runs on behind a comma, so that no line is too long.
    const cells = Array.from({ length: 100 }, () => `1${'+1'.repeat(999)}`).join(',\n');
    expect(statementsOf(`sdt 1\neach x in ${cells}\n`)).toBe(1);
  });

  it('may hold a line of 64 KiB, and is refused beyond, line by line', () => {
    const note = (length: number): string => `note "${'x'.repeat(length - 7)}"`;
    expect(statementsOf(`sdt 1\n${note(65_536)}\n`)).toBe(1);
    expect(diagnose(`sdt 1\noops\n${note(65_537)}\noops\n${note(1_000_000)}`)).toEqual([
      '2:1 SDT103',
      '3:1 SDT114',
      '4:1 SDT103',
      '5:1 SDT114',
    ]);
  });

  it('may be as long as a file may be, and no longer', () => {
    const line = `note "${'x'.repeat(60_000)}"\n`;
    const text = `sdt 1\n${line.repeat(Math.floor((MAX_FILE_LENGTH - 6) / line.length))}`;
    expect(statementsOf(text)).toBeGreaterThan(200);
    expect(diagnose(text + line)).toEqual(['1:1 SDT119']);
  });

  it('has a thousand of its 10,000 errors listed and the rest counted', () => {
    const { diagnostics } = parse({ path: 'f.sdt', text: `sdt 1\n${'oops\n'.repeat(10_000)}` });
    expect(diagnostics).toHaveLength(1001);
    expect(diagnostics.at(-1)).toMatchObject({ code: 'SDT199', message: 'and 9,000 more' });
  });

  it('is not read to its end once it has 20,000 errors', () => {
    const { diagnostics } = parse({ path: 'f.sdt', text: `sdt 1\n${'@\n'.repeat(1_000_000)}` });
    expect(diagnostics).toHaveLength(1001);
    expect(diagnostics.at(-1)?.message).toBe('and more than 19,000 more');
  });

  it('shows no more than a piece of a long word', () => {
    const { diagnostics } = parse({
      path: 'f.sdt',
      text: `sdt 1\n${'x'.repeat(60_000)} key size 4K`,
    });
    expect(diagnostics[0]?.message.length).toBeLessThan(200);
  });

  it('may open quotes, brackets and comments that nothing closes', () => {
    expect(diagnose('sdt 1\nnote "\nnote """"\nlet x = <\nlet y = <x\n# "')).toEqual([
      '2:6 SDT106',
      '3:8 SDT102',
      '4:9 SDT105',
      '5:9 SDT105',
    ]);
  });

  it('is never rewritten by the formatter unless all of it is understood', () => {
    for (const text of ['', 'sdt 1\noops', 'sdt 2\n', '\u0000', 'region key size 4K\n']) {
      expect(format({ path: 'f.sdt', text }).text).toBe(text);
    }
  });
});
