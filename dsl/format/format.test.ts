import { describe, expect, it } from 'vitest';
import { format } from './format.ts';

/** The canonical text below the version line. */
function formatted(...lines: string[]): string[] {
  const { text, diagnostics } = format({ path: 'f.sdt', text: ['sdt 1', ...lines].join('\n') });
  expect(diagnostics).toEqual([]);
  return text.split('\n').slice(1, -1);
}

describe('the formatter', () => {
  it('puts sections at the margin, bodies two in, rows and when lines four, a program’s lines four', () => {
    expect(
      formatted(
        'tags a',
        'scenario "s"',
        'let x = 1',
        'table',
        '|a|',
        '|1|',
        'program p',
        'waits',
        'when a is 1 -> ok',
        'host waits',
        'when a is 1 -> ok',
      ),
    ).toEqual([
      'tags a',
      '',
      'scenario "s"',
      '  let x = 1',
      '  table',
      '    | a |',
      '    | 1 |',
      '  program p',
      '    waits',
      `      when a is 1${' '.repeat(34)}-> ok`,
      '  host waits',
      `    when a is 1${' '.repeat(36)}-> ok`,
    ]);
  });

  it('puts the arrow at column 52, or one blank behind a longer action', () => {
    const [short, long] = formatted(
      'host loads at key->ok',
      'host calls covh.create_tvm(tvm_page_directory_addr: pool)   ->   success',
    );
    expect(short?.indexOf('->')).toBe(51);
    expect(long).toBe('host calls covh.create_tvm(tvm_page_directory_addr: pool) -> success');
  });

  it('parts sections by one blank line, above the comments that belong to them', () => {
    expect(
      formatted(
        '',
        '',
        '# about f',
        'fixture f',
        'flush all',
        '# tail',
        '',
        '',
        '# about s',
        'scenario "s"',
        '',
        '',
      ),
    ).toEqual([
      '',
      '# about f',
      'fixture f',
      '  flush all',
      '  # tail',
      '',
      '# about s',
      'scenario "s"',
    ]);
  });

  it('keeps line breaks, four in, and the comments between them', () => {
    expect(
      formatted('scenario "s"', 'host loads at key # a', '# b', '-> ok', 'or   denied'),
    ).toEqual([
      '',
      'scenario "s"',
      '  host loads at key  # a',
      '    # b',
      '    -> ok',
      '    or denied',
    ]);
  });

  it('writes sizes in the largest exact unit and groups hexadecimal digits, but leaves cells alone', () => {
    expect(
      formatted('region a at 0x80000000 size 0x200000 aligned 4096', 'each n in 0x80000000, 4096'),
    ).toEqual(['region a at 0x8000_0000 size 2M aligned 4K', 'each n in 0x80000000, 4096']);
    expect(formatted('region a size 4096 + 1')).toEqual(['region a size 4096 + 1']);
  });

  it('pads the cells of each table on its own', () => {
    expect(
      formatted('table', '|a|bb|', '|load access fault|1|  # why', 'flush all', 'table', '|x|'),
    ).toEqual([
      'table',
      '  | a                 | bb |',
      '  | load access fault | 1  |  # why',
      'flush all',
      'table',
      '  | x |',
    ]);
  });

  it('leaves a file with a syntax error as it stands', () => {
    const text = 'sdt 1\n  region   key sise 4K\n  region b   size 4K\n';
    const result = format({ path: 'f.sdt', text });
    expect(result.text).toBe(text);
    expect(result.diagnostics).toHaveLength(1);
  });
});
