/** Whatever an author writes, the checker answers with findings, in bounded time, and never throws. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { document } from '../whole/compiled.test-support.ts';
import { VOCABULARY } from '../../runtime/vocabulary/vocabulary.ts';
import { caseCount, compile, expand } from '../index.ts';
import { validFile } from '../whole/valid-files.test-support.ts';

/** `SDT_FUZZ=5000 npx vitest run dsl/checks/hostile.test.ts` looks harder. */
const RUNS = Number(process.env['SDT_FUZZ'] ?? 50);

const root = new URL('../corpus/good/', import.meta.url);
const good = readdirSync(root)
  .filter((name) => name.endsWith('.sdt'))
  .map((name) => readFileSync(new URL(name, root), 'utf8'));

/** Compiles, and expands a few cases of what has no errors. */
function survives(text: string): void {
  const source = { path: 'any.sdt', text };
  const { diagnostics, scenarios } = compile(source, () => null, VOCABULARY);
  for (const { code, span, message } of diagnostics) {
    expect(code).toMatch(/^SDT[1-5][0-9]{2}$/);
    expect(span.line).toBeGreaterThan(0);
    expect(message).not.toMatch(/undefined|\[object|NaN/);
  }
  if (diagnostics.some(({ severity }) => severity === 'error')) return;
  for (const scenario of scenarios) {
    for (let k = 0; k < Math.min(caseCount(scenario), 4); k++) expand(scenario, k);
  }
}

/** Lines of a good file in another order, some of them missing, some twice. */
const shuffled = fc
  .tuple(fc.constantFrom(...good), fc.array(fc.nat(), { minLength: 10, maxLength: 40 }))
  .map(([text, order]) => {
    const lines = text.split('\n').slice(1);
    return ['sdt 1', 'scenario "s"', ...order.map((n) => lines[n % lines.length])].join('\n');
  });

/** A good file with one word put in the place of another. */
const crossed = fc.tuple(fc.constantFrom(...good), fc.nat(), fc.nat()).map(([text, from, to]) => {
  const words = [...text.matchAll(/[A-Za-z_][A-Za-z0-9_]*|0x[0-9a-f_]+|[0-9]+K?/g)];
  const [a, b] = [words[from % words.length], words[to % words.length]];
  return text.slice(0, a.index) + b[0] + text.slice(a.index + a[0].length);
});

describe('any file', () => {
  it('that follows the grammar is checked without falling over', () => {
    fc.assert(fc.property(validFile, survives), { numRuns: RUNS });
  }, 600_000);

  it('with its lines shuffled is checked without falling over', () => {
    fc.assert(fc.property(shuffled, survives), { numRuns: RUNS });
  }, 600_000);

  it('with words exchanged is checked without falling over', () => {
    fc.assert(fc.property(crossed, survives), { numRuns: RUNS });
  }, 600_000);
});

/** Codes with how often each occurs. */
function counted(text: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of document(text).diagnostics) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

describe('a hostile file', () => {
  it('with 10,000 mistakes is told each of them', () => {
    const lines = Array.from({ length: 10_000 }, (_, n) => `host loads at nothing${n}`);
    expect(counted(`scenario "s"\ndomain host\n${lines.join('\n')}`)).toEqual({ SDT201: 10_000 });
  });

  it('with fixtures a thousand deep is refused', () => {
    const fixtures = Array.from({ length: 1000 }, (_, n) => `fixture f${n}\ngiven f${n + 1}`);
    const text = `${fixtures.join('\n')}\nfixture f1000\ndomain host\nscenario "s"\ngiven f0\nrdsm loads at 0`;
    // None of them is given by itself.
    expect(Object.keys(counted(text))).toEqual(['SDT244']);
  });

  it('with scripts that use scripts three thousand deep is refused', () => {
    const text = (n: number): string => (n < 3000 ? `sdt 1\nuse "${n + 1}.sdt"\n` : 'sdt 1\n');
    const load = (path: string) => ({ path, text: text(Number.parseInt(path)) });
    const { diagnostics } = compile({ path: '0.sdt', text: text(0) }, load, VOCABULARY);
    expect(diagnostics).toMatchObject([{ code: 'SDT244', span: { file: '64.sdt', line: 2 } }]);
  });

  it('with constants a thousand deep is refused, and not only called a circle', () => {
    const lets = Array.from({ length: 1000 }, (_, n) => `let a${n + 1} = a${n}`);
    const text = `sdt 1\nlet a0 = 1\n${lets.join('\n')}\nscenario "s"\nrdsm loads at a1000`;
    const { diagnostics } = compile({ path: 'f.sdt', text }, () => null, VOCABULARY);
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors).toMatchObject([
      { code: 'SDT239', message: expect.stringContaining('through more than 64 others') as string },
    ]);
  });

  it('with fixtures that double forty times over is refused', () => {
    const fixtures = Array.from(
      { length: 40 },
      (_, n) => `fixture f${n + 1}\ngiven f${n}\ngiven f${n}`,
    );
    const text = `fixture f0\nflush all\n${fixtures.join('\n')}\nscenario "s"\nrdsm loads at 0\ngiven f40`;
    expect(counted(text)).toEqual({ SDT424: 1 });
  });

  it('with constants and regions in circles is refused', () => {
    expect(counted('let a = b\nlet b = a\nscenario "s"\nrdsm loads at a')).toEqual({ SDT239: 1 });
    const regions = Array.from(
      { length: 300 },
      (_, n) => `region r${n} at r${(n + 1) % 300}.end size 4K`,
    );
    expect(counted(`scenario "s"\n${regions.join('\n')}\nrdsm loads at r0`)).toMatchObject({
      SDT234: expect.any(Number) as number,
    });
  });

  it('with a table of 20,000 rows is checked, its last row too', () => {
    const rows = Array.from({ length: 20_000 }, (_, n) => `| ${n} |`);
    rows.push('| nothing |');
    const text = `scenario "s"\ntags large\ntable\n| n |\n${rows.join('\n')}\nrdsm loads at 0x8000_0000 + 8 * <n>`;
    expect(counted(text)).toEqual({ SDT201: 1 });
  });

  it('with two thousand regions is laid out', () => {
    const regions = Array.from({ length: 2000 }, (_, n) => `region r${n} size 4K holds ${n}`);
    expect(counted(`scenario "s"\n${regions.join('\n')}\nrdsm loads at r1999 -> 1999`)).toEqual({});
  });

  it('with numbers that grow without end is refused', () => {
    const product = Array.from({ length: 30 }, () => '0xffff_ffff_ffff_ffff').join(' * ');
    expect(counted(`scenario "s"\nrdsm loads at ${product}`)).toEqual({ SDT239: 1 });
  });

  it('with more axes than can be counted is refused', () => {
    const axes = Array.from({ length: 40 }, (_, n) => `each a${n} in 1, 2, 3, 4, 5, 6, 7, 8`);
    expect(counted(`scenario "s"\n${axes.join('\n')}\nrdsm loads at 0x8000_0000`)).toMatchObject({
      SDT415: 1,
      SDT221: 40,
    });
  });
});
