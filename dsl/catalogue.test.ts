import { describe, expect, it } from 'vitest';
import { DIAGNOSTICS } from './catalogue.ts';
import { parse } from './parse.ts';

/** The codes that a file gets from whoever is responsible for them. */
function codesOf(text: string): string[] {
  return parse({ path: 'example.sdt', text }).diagnostics.map(({ code }) => code);
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
      const codes = codesOf(example);
      expect(codes).toContain(code);
      // An example shows one thing: only the one that overflows the list has others.
      if (code !== 'SDT199') expect(codes).toEqual([code]);
    },
  );
});
