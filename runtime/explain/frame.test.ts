import { expect, test } from 'vitest';
import fc from 'fast-check';
import { frame, lineOf } from './frame.ts';
import { fitted, hex, printable, textWidth } from './text-width.ts';

const at = (line: number, col: number, end: number) => ({ file: 'x.sdt', line, col, end });

test('the carets stand under the span', () => {
  const text = 'sdt 1\n  host loads at key    -> load access fault\n';
  const drawn = frame(text, at(2, 27, 44), null);
  expect(drawn?.source).toBe('   2 |   host loads at key    -> load access fault');
  expect(drawn?.carets).toBe('     |                           ^^^^^^^^^^^^^^^^^');
});

test('a tab is as wide on the source line as above the carets', () => {
  const drawn = frame('\thost\tloads', at(1, 7, 12), null);
  expect(drawn?.source).toBe('   1 |     host    loads');
  expect(drawn?.carets).toBe('     |             ^^^^^');
});

test('wide and combining characters keep the carets in place', () => {
  // Two ideographs take four columns, a combining accent none.
  const drawn = frame('note "\u4e16\u754ce\u0301" x', at(1, 13, 14), null);
  expect(drawn?.carets).toBe(`     | ${' '.repeat('note "'.length + 4 + 1 + 2)}^`);
});

test('a CRLF line end is not shown', () => {
  expect(frame('a\r\nbc\r\n', at(2, 2, 3), null)?.source).toBe('   2 | bc');
});

test('a span past the end of its line still has one caret', () => {
  expect(frame('ab', at(1, 3, 3), null)?.carets).toBe('     |   ^');
});

test('a line that is not there has no frame', () => {
  expect(frame('one\n', at(9, 1, 2), null)).toBeNull();
  expect(lineOf('one', 1)).toBe('one');
});

test('escape sequences of a script do not reach the terminal', () => {
  expect(printable('a\u001b[31mb\u202ec\u0085')).toBe('a\u241b[31mb\ufffdc\ufffd');
  expect(frame('a\u001b[2J', at(1, 1, 2), null)?.source).not.toContain('\u001b');
});

test('a line wider than the terminal is cut around the span', () => {
  const text = `${'x'.repeat(300)} here ${'y'.repeat(300)}`;
  const drawn = frame(text, at(1, 302, 306), 80);
  expect(drawn?.source).toMatch(/\| \.\.\.x+ here y+\.\.\.$/);
  const column = drawn?.carets.indexOf('^') ?? -1;
  expect(drawn?.source.slice(column, column + 4)).toBe('here');
});

test('whatever the line and the width, frame and carets fit the terminal', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.nat(320),
      fc.nat(40),
      fc.integer({ min: 50, max: 200 }),
      (line, col, length, columns) => {
        const drawn = frame(line.replaceAll('\n', ''), at(1, col + 1, col + 1 + length), columns);
        expect(textWidth(drawn?.source ?? '')).toBeLessThanOrEqual(columns);
        expect(drawn?.carets).toMatch(/^ {5}\| *\^+$/);
      },
    ),
  );
});

test('a line of ten million characters costs no more than a short one', () => {
  const started = performance.now();
  const drawn = frame('z'.repeat(10_000_000), at(1, 5_000_000, 5_000_004), 100);
  expect(drawn?.carets).toMatch(/\^\^\^\^$/);
  expect(performance.now() - started).toBeLessThan(1000);
});

test('numbers look as scenarios write them', () => {
  expect([hex(5n), hex(0x8110_0000n), hex(0x1_0000n), hex(0xfffn)]).toEqual([
    '0x5',
    '0x8110_0000',
    '0x1_0000',
    '0xfff',
  ]);
});

test('a text is fitted by columns, not by characters', () => {
  expect(fitted('\u4e16\u4e16\u4e16\u4e16', 7)).toBe('\u4e16\u4e16...');
});
