import { describe, expect, it } from 'vitest';
import type { Statement } from './ast.ts';
import { LineParser } from './line-parser.ts';
import { parse } from './parse.ts';
import { withoutSpans } from '../whole/without-spans.test-support.ts';

/** The only statement of a file, with its diagnostics refused. */
function statement(line: string): Statement {
  const { syntax, diagnostics } = parse({ path: 'f.sdt', text: `sdt 1\n${line}\n` });
  expect(diagnostics).toEqual([]);
  expect(syntax.statements).toHaveLength(1);
  return syntax.statements[0];
}

const word = (text: string): object => ({ text, param: false });
const param = (text: string): object => ({ text, param: true });
const name = (text: string): object => ({ kind: 'name', name: text });
const number = (value: bigint): object => ({ kind: 'number', value: `${value}n` });

describe('the grammar', () => {
  it('has no ambiguity, no left recursion and no rule that cannot be reached in chevrotain’s eyes', () => {
    expect(() => new LineParser({ skipValidations: false })).not.toThrow();
  });
});

describe('a set-up line', () => {
  it('keeps every field, and says null for what is left out', () => {
    expect(withoutSpans(statement('region key size 4K'))).toEqual({
      kind: 'region',
      name: word('key'),
      at: null,
      size: number(4096n),
      aligned: null,
      holds: null,
      aliases: null,
      shared: false,
    });
    expect(
      withoutSpans(
        statement('region key at base + 1 size <n> aligned 16K holds ones aliases a shared'),
      ),
    ).toEqual({
      kind: 'region',
      name: word('key'),
      at: { kind: 'binary', op: '+', left: name('base'), right: number(1n) },
      size: { kind: 'param', name: 'n' },
      aligned: number(16384n),
      holds: { kind: 'ones' },
      aliases: word('a'),
      shared: true,
    });
  });

  it('takes a parameter wherever a word, a permission, a mode or a reference may stand', () => {
    expect(withoutSpans(statement('grant <p> on <e> to <d> unfenced'))).toEqual({
      kind: 'grant',
      perms: param('p'),
      extent: { base: { kind: 'param', name: 'e' }, size: null },
      to: [param('d')],
      using: null,
      unfenced: true,
    });
    expect(statement('actor a in <m> as <m2>')).toMatchObject({
      mode: param('m'),
      as: param('m2'),
    });
  });

  it('tells the property of a machine that holds words from the one that holds an extent', () => {
    expect(withoutSpans(statement('machine mpt smmpt52, ram at 0 size 1G, f custom 1 2'))).toEqual({
      kind: 'machine',
      without: [],
      properties: [
        { name: word('mpt'), values: [name('smmpt52')], at: null },
        { name: word('ram'), values: [], at: { base: number(0n), size: number(1n << 30n) } },
        { name: word('f'), values: [name('custom'), number(1n), number(2n)], at: null },
      ],
    });
  });

  it('reads a run of rules', () => {
    expect(withoutSpans(statement('covers SMMPT-XWR-01..08 ISO-05'))).toEqual({
      kind: 'covers',
      rules: [
        { id: 'SMMPT-XWR-01', to: 8 },
        { id: 'ISO-05', to: null },
      ],
    });
  });
});

describe('arithmetic', () => {
  it('multiplies before it adds, from left to right', () => {
    const value = (line: string): unknown =>
      (withoutSpans(statement(line)) as { value: unknown }).value;
    expect(value('let x = 1 + 2 * 3 - 4 / 2 - 1')).toEqual(
      value('let x = (((1 + (2 * 3)) - (4 / 2)) - 1)'),
    );
    expect(value('let x = 8 / 2 / 2')).toEqual(value('let x = (8 / 2) / 2'));
    expect(value('let x = 2 * (3 + 4)')).not.toEqual(value('let x = 2 * 3 + 4'));
  });

  it('tells a member from a format constructor', () => {
    expect(withoutSpans(statement('let x = app.pte(1, 2).x + mpte(v: 1)'))).toMatchObject({
      value: {
        left: {
          kind: 'member',
          of: 'app',
          path: [
            { name: 'pte', args: [{}, {}] },
            { name: 'x', args: null },
          ],
        },
        right: { kind: 'pack', format: word('mpte'), fields: [{ name: word('v') }] },
      },
    });
  });
});

describe('a step', () => {
  it('has an actor, an action and an outcome', () => {
    expect(withoutSpans(statement('host stores 1 as 4 bytes at va key -> ok'))).toEqual({
      kind: 'step',
      actor: word('host'),
      action: {
        do: 'stores',
        value: number(1n),
        width: { bytes: number(4n) },
        address: { space: 'va', at: name('key'), every: null },
      },
      outcome: {
        unspecified: false,
        alternatives: [{ not: false, verdict: { kind: 'ok' }, clauses: [] }],
      },
    });
  });

  it('without an actor belongs to a program', () => {
    expect(statement('loads at key')).toMatchObject({ kind: 'step', actor: null, outcome: null });
  });

  it('may have an actor that is called like a statement or an action', () => {
    expect(statement('check loads at key -> 0')).toMatchObject({ actor: word('check') });
    expect(statement('loads loads at key')).toMatchObject({ actor: word('loads') });
    expect(statement('device.x loads at key')).toMatchObject({ actor: word('device.x') });
    expect(statement('<who> loads at key')).toMatchObject({ actor: param('who') });
    expect(statement('region loads size 4K')).toMatchObject({ kind: 'region' });
  });

  it('tells a fault from a value that is called like one', () => {
    const verdict = (text: string): unknown => {
      const step = withoutSpans(statement(`host loads at key -> ${text}`));
      return (step as { outcome: { alternatives: { verdict: unknown }[] } }).outcome.alternatives[0]
        ?.verdict;
    };
    expect(verdict('page')).toEqual({ kind: 'value', from: name('page'), to: null });
    expect(verdict('page or ok')).toEqual({ kind: 'value', from: name('page'), to: null });
    expect(verdict('page fault')).toEqual({
      kind: 'fault',
      fault: { origin: null, fault: 'page' },
    });
    expect(verdict('guest page fault')).toEqual({
      kind: 'fault',
      fault: { origin: null, fault: 'guest page' },
    });
    expect(verdict('guest.end')).toMatchObject({ kind: 'value' });
    expect(verdict('0..3')).toEqual({ kind: 'value', from: number(0n), to: number(3n) });
  });

  it('reads every clause behind a verdict', () => {
    const step = statement(
      'host loads at key -> load access fault at any gpa 1 taken in M because a.b as n with (x: 1) partial via page fault taken in HS costing s 1, total <= 2, g 0..3',
    );
    expect(step).toMatchObject({
      outcome: {
        alternatives: [
          {
            clauses: [
              { kind: 'at', any: true },
              { kind: 'gpa' },
              { kind: 'taken', mode: word('M') },
              { kind: 'because', reason: word('a.b') },
              { kind: 'as', name: word('n') },
              { kind: 'with', fields: [{ name: word('x') }] },
              { kind: 'partial' },
              { kind: 'via', fault: { fault: 'page' }, mode: word('HS') },
              {
                kind: 'costing',
                costs: [
                  { counter: word('s') },
                  { counter: word('total'), from: null },
                  { counter: word('g') },
                ],
              },
            ],
          },
        ],
      },
    });
  });
});

describe('a cell', () => {
  const cells = (line: string): readonly unknown[] =>
    (withoutSpans(statement(line)) as { cells: unknown[] }).cells;

  it('is a hole, a string, or text that can be read as an outcome', () => {
    expect(cells('| - | "a  b" | 0x10 | load |')).toMatchObject([
      { hole: true, outcome: null },
      { string: 'a  b', text: 'a  b', outcome: null },
      { text: '0x10', outcome: { alternatives: [{ verdict: { kind: 'value' } }] } },
      { text: 'load', outcome: { alternatives: [{ verdict: { from: name('load') } }] } },
    ]);
  });

  it('has the same text however it is spaced, and whether one token or many', () => {
    expect(cells('|a+1|load   access fault|')).toMatchObject([
      { text: 'a + 1' },
      { text: 'load access fault' },
    ]);
    const [fast] = cells('| smmpt43 |');
    expect(cells('each m in smmpt43, x')[0]).toEqual(fast);
  });

  it('ends at the comma of an axis, not at the comma of its costs', () => {
    expect(cells('each o in ok costing mpt 3, total <= 4, denied, 4K')).toMatchObject([
      { text: 'ok costing mpt 3, total <= 4' },
      { text: 'denied' },
      { text: '4K' },
    ]);
  });
});

describe('a line that runs on', () => {
  it('is one statement, whose span is the part on its first line', () => {
    const step = statement('host loads at key\n  -> load access fault\n  or ok\n  because a.b');
    expect(step).toMatchObject({
      outcome: { alternatives: [{}, { clauses: [{ kind: 'because' }] }] },
    });
    expect(step.span).toEqual({ file: 'f.sdt', line: 2, col: 1, end: 5 });
  });
});

describe('spans', () => {
  it('count columns from one and end behind the last character', () => {
    const region = statement('\tregion key size 4K');
    expect(region.span).toEqual({ file: 'f.sdt', line: 2, col: 2, end: 20 });
    expect(region).toMatchObject({
      name: { span: { col: 9, end: 12 } },
      size: { span: { col: 18, end: 20 } },
    });
  });
});
