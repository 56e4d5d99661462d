/** The golden files: what parses, and what every wrong line of a file is told. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { format, parse } from '../index.ts';
import { withoutSpans } from './without-spans.test-support.ts';

function corpus(folder: 'good' | 'bad'): { path: string; text: string; expected: () => string }[] {
  const root = new URL(`../corpus/${folder}/`, import.meta.url);
  const names = readdirSync(root).filter((name) => name.endsWith('.sdt'));
  return names.map((path) => ({
    path,
    text: readFileSync(new URL(path, root), 'utf8'),
    expected: () => readFileSync(new URL(path.replace(/sdt$/, 'expected'), root), 'utf8'),
  }));
}

describe('a good file', () => {
  it.each(corpus('good'))('$path parses', (source) => {
    const { syntax, diagnostics } = parse(source);
    expect(diagnostics).toEqual([]);
    expect(syntax.version).toBe(1);
  });

  it.each(corpus('good'))(
    '$path means the same when it is formatted, and formats once',
    (source) => {
      const { text } = format(source);
      const again = parse({ path: source.path, text });
      expect(again.diagnostics).toEqual([]);
      expect(withoutSpans(again.syntax)).toEqual(withoutSpans(parse(source).syntax));
      expect(format({ path: source.path, text }).text).toBe(text);
    },
  );

  it.each(corpus('good'))('$path keeps its comments', (source) => {
    const comments = (text: string): string[] =>
      text
        .replaceAll(/"[^"\n]*"/g, '')
        .split('\n')
        .flatMap((line) => /#.*$/.exec(line)?.[0].trimEnd() ?? []);
    expect(comments(format(source).text).sort()).toEqual(comments(source.text).sort());
  });
});

describe('a file with syntax errors', () => {
  const files = corpus('bad').filter(({ path }) => path.startsWith('syntax-'));

  it.each(files)('$path is told so line by line', (source) => {
    const lines = parse(source).diagnostics.map(
      ({ code, message, span }) => `${span.line}:${span.col}-${span.end} ${code} ${message}\n`,
    );
    expect(lines.join('')).toBe(source.expected());
  });

  it.each(files)('$path is left alone by the formatter', (source) => {
    expect(format(source).text).toBe(source.text);
  });
});
