/** Any text at all: the lexer loses nothing, the parser does not fall over, the formatter keeps the meaning. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { format, parse } from '../index.ts';
import { sourceLines } from '../syntax/lines.ts';
import { K } from '../syntax/tokens.ts';
import { validFile } from './valid-files.test-support.ts';
import { withoutSpans } from './without-spans.test-support.ts';

const root = new URL('../corpus/good/', import.meta.url);
const good = readdirSync(root).map((name) => readFileSync(new URL(name, root), 'utf8'));

const anyText = fc.string({ unit: 'binary', maxLength: 300 });
/** Words and punctuation of the language in any order. */
const soup = fc
  .array(
    fc.oneof(
      fc.constantFrom(...Object.keys(K)),
      fc.constantFrom(
        '->',
        '..',
        '.',
        ',',
        ':',
        '=',
        '(',
        ')',
        '|',
        '+',
        '-',
        '*',
        '/',
        '<=',
        '\n',
        '#',
        '"',
        '"x"',
      ),
      fc.constantFrom('key', '<p>', '0x10', '4K', '4Q', 'SMMPT-XWR-03', '@', '\t', '\r\n'),
    ),
    { maxLength: 60 },
  )
  .map((words) => `sdt 1\n${words.join(' ')}`);
/** A good file with a few characters changed. */
const mutated = fc
  .tuple(
    fc.constantFrom(...good),
    fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.string({ maxLength: 3 })), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([text, edits]) =>
    edits.reduce((so, [at, drop, insert]) => {
      const place = at % (so.length + 1);
      return so.slice(0, place) + insert + so.slice(place + drop);
    }, text),
  );

function formatsWell(text: string): void {
  const source = { path: 'f.sdt', text };
  const { syntax, diagnostics } = parse(source);
  const once = format(source);
  expect(once.diagnostics).toEqual(diagnostics);
  if (diagnostics.length > 0) {
    expect(once.text).toBe(text);
    return;
  }
  const again = parse({ path: 'f.sdt', text: once.text });
  expect(again.diagnostics).toEqual([]);
  expect(withoutSpans(again.syntax)).toEqual(withoutSpans(syntax));
  expect(format({ path: 'f.sdt', text: once.text }).text).toBe(once.text);
  expect(once.text).not.toMatch(/[ \t]$|^[^#"\n]*\t|\r|\n\n\n/m);
}

function parsesSoundly(text: string): void {
  const { diagnostics } = parse({ path: 'f.sdt', text });
  const lines = text.split(/\r\n|\n|\r/);
  for (const { span, message, help } of diagnostics) {
    expect(span.line).toBeGreaterThanOrEqual(1);
    expect(span.line).toBeLessThanOrEqual(lines.length);
    expect(span.col).toBeGreaterThanOrEqual(1);
    expect(span.end).toBeGreaterThan(span.col);
    expect(message).not.toMatch(/Expecting|-->|undefined|EOF|token|NaN/);
    expect(help ?? '').not.toMatch(/undefined/);
  }
}

describe('any text', () => {
  it('is lexed without losing a character', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, soup, mutated), (text) => {
        const kept = [...sourceLines(text)].flatMap(({ tokens, strays, comment }) => [
          ...tokens.map(({ image }) => image),
          ...strays.map((stray) => stray.text),
          comment?.image ?? '',
        ]);
        const letters = (from: string): string[] => [...from.replaceAll(/[ \t\r\n]/g, '')].sort();
        expect(letters(kept.join(''))).toEqual(letters(text));
      }),
      { numRuns: 150 },
    );
  });

  it('gets diagnostics in plain words that point into it', () => {
    fc.assert(fc.property(fc.oneof(anyText, soup, mutated), parsesSoundly), { numRuns: 400 });
  });

  it('is formatted without changing what it means', () => {
    fc.assert(fc.property(fc.oneof(soup, mutated), formatsWell), { numRuns: 100 });
  });
});

describe('a file that follows the grammar', () => {
  it('parses, whatever its blanks, comments and line breaks', () => {
    fc.assert(
      fc.property(validFile, (text) => {
        expect(parse({ path: 'f.sdt', text }).diagnostics).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('is formatted to text that means the same and formats to itself', () => {
    fc.assert(fc.property(validFile, formatsWell), { numRuns: 300 });
  });
});

describe('one wrong line', () => {
  it('costs one diagnostic, wherever it stands', () => {
    const wrong = [
      '@',
      'oops',
      'region key sise 4K',
      'let x = (1 + 2',
      'note "open',
      'let x = 4Q',
      'host calls f(',
    ];
    const place = fc.tuple(fc.constantFrom(...good), fc.nat(), fc.constantFrom(...wrong));
    fc.assert(
      fc.property(place, ([text, at, line]) => {
        const { statements } = parse({ path: 'f.sdt', text }).syntax;
        const before = statements[at % statements.length]?.span.line ?? 2;
        const lines = text.split('\n');
        lines.splice(before - 1, 0, line);
        const { diagnostics, syntax } = parse({ path: 'f.sdt', text: lines.join('\n') });
        expect(diagnostics.map(({ span }) => span.line)).toEqual([before]);
        expect(syntax.statements).toHaveLength(statements.length);
      }),
      { numRuns: 150 },
    );
  });
});
