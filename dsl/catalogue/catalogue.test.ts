import { describe, expect, it } from 'vitest';
import { DIAGNOSTICS } from './catalogue.ts';
import { compile } from '../compile/document.ts';
import { parse } from '../syntax/parse.ts';
import { VOCABULARY } from '../../runtime/vocabulary/vocabulary.ts';

/** The codes that the parser gives a file. */
function codesOf(text: string): string[] {
  return parse({ path: 'example.sdt', text }).diagnostics.map(({ code }) => code);
}

/** The codes that the checker gives a file, with the severities; the only tag declared is `smoke`. */
function checkedCodesOf(text: string): { code: string; severity: string }[] {
  const source = { path: 'example.sdt', text };
  const vocabulary = { ...VOCABULARY, tags: new Set(['smoke', 'large']) };
  const load = (path: string) => (path === 'example.sdt' ? source : null);
  return compile(source, load, vocabulary).diagnostics.map(({ code, severity }) => ({
    code,
    severity,
  }));
}

const rows = Object.entries(DIAGNOSTICS).map(([code, row]) => ({ code, ...row }));

describe('the catalogue of diagnostics', () => {
  it('numbers its rows SDT100 to SDT599', () => {
    for (const { code } of rows) expect(code).toMatch(/^SDT[1-5][0-9]{2}$/);
  });

  it('gives no two rows the same title', () => {
    expect(new Set(rows.map(({ title }) => title)).size).toBe(rows.length);
  });

  it.each(rows.filter(({ code }) => code.startsWith('SDT1')))(
    '$code: $title, as its example shows',
    ({ code, example }) => {
      const codes = codesOf(example());
      expect(codes).toContain(code);
      // An example shows one thing: only the one that overflows the list has others.
      if (code !== 'SDT199') expect(codes).toEqual([code]);
    },
  );

  it.each(rows.filter(({ code }) => !code.startsWith('SDT1')))(
    '$code: $title, as its example shows, and nothing else',
    ({ code, severity, example }) => {
      const found = checkedCodesOf(example());
      expect(found.length).toBeGreaterThan(0);
      for (const one of found) expect(one).toEqual({ code, severity });
    },
  );
});
