/** The examples of the documentation are executed: what a page shows must hold. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { caseCount, compile, expand, format } from '../dsl/index.ts';
import { COUNTERS, EXTENSIONS, KNOBS, Machine, REVISIONS } from '../emulator/index.ts';
import { runCase } from './session/session.ts';
import { DEFAULT_VARIATION } from './session/variation.ts';
import { VOCABULARY } from './vocabulary/vocabulary.ts';

interface Block {
  readonly page: string;
  readonly line: number;
  /** What stands behind the opening fence: `sdt`, `sdt checked`, `sdt wrong`. */
  readonly kind: string;
  readonly text: string;
}

const read = (page: string): string => readFileSync(new URL(`../${page}`, import.meta.url), 'utf8');

/** Every fenced block of a page that is in the language; the first line `sdt 1` is added where it is left out. */
function blocks(page: string): Block[] {
  return [...read(page).matchAll(/^```(sdt[^\n]*)\n([\s\S]*?)^```/gm)].map((match) => {
    const [, kind = '', body = ''] = match;
    const line = read(page).slice(0, match.index).split('\n').length;
    return { page, line, kind, text: body.startsWith('sdt 1') ? body : `sdt 1\n${body}` };
  });
}

function statuses(
  { page, text }: Block,
  caching: 'none' | 'retain',
  what: 'scenarios' | 'measures' = 'scenarios',
): string[] {
  const document = compile({ path: page, text }, () => null, VOCABULARY);
  const errors = document.diagnostics.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ span, message }) => `${span.line}: ${message}`)).toEqual([]);
  const machine = new Machine();
  return document[what].flatMap((scenario) =>
    Array.from({ length: caseCount(scenario) }, (_, k) => {
      const result = runCase(expand(scenario, k), machine, { ...DEFAULT_VARIATION, caching });
      const why = result.failures.map(({ span, message }) => `${span.line}: ${message}`).join('; ');
      return [result.status, result.reason ?? why].filter((part) => part !== '').join(': ');
    }),
  );
}

const all = ['docs/language.md', 'README.md'].flatMap(blocks);

describe('the examples of the documentation', () => {
  it.each(all.filter(({ kind }) => kind === 'sdt'))('$page:$line passes', (block) => {
    for (const caching of ['none', 'retain'] as const) {
      const ended = statuses(block, caching);
      expect(ended.length).toBeGreaterThan(0);
      expect(ended.filter((status) => status !== 'pass' && !status.startsWith('skip'))).toEqual([]);
      expect(ended).toContain('pass');
    }
  });

  it.each(all.filter(({ kind }) => kind === 'sdt firmware'))('$page:$line passes', (block) => {
    for (const caching of ['none', 'retain'] as const) {
      const ended = statuses(block, caching);
      expect(ended.filter((status) => status !== 'pass')).toEqual([]);
    }
  });

  it.each(all.filter(({ kind }) => kind === 'sdt workload'))('$page:$line passes', (block) => {
    const ended = statuses(block, 'retain', 'measures');
    expect(ended.length).toBeGreaterThan(0);
    expect(ended.filter((status) => status !== 'pass')).toEqual([]);
  });

  it.each(all.filter(({ kind }) => kind === 'sdt checked'))(
    '$page:$line is a visible skip',
    (block) => {
      for (const status of statuses(block, 'none'))
        expect(status).toMatch(/^skip: not modelled yet: /);
    },
  );

  it.each(all.filter(({ kind }) => kind === 'sdt wrong'))(
    '$page:$line fails as it says',
    (block) => {
      expect(statuses(block, 'none').join()).toMatch(/^fail: /);
    },
  );

  it.each(all)('$page:$line is in canonical form', ({ page, text }) => {
    const formatted = format({ path: page, text: text.replace(/^sdt 1\n(?!\n)/, 'sdt 1\n') });
    expect(formatted.text.trimEnd()).toBe(text.trimEnd());
  });
});

describe('docs/language.md', () => {
  const words = new Set(read('docs/language.md').match(/[a-z0-9_]+/g));

  it.each([...Object.keys(COUNTERS), ...Object.keys(EXTENSIONS), ...VOCABULARY.supplies])(
    'tells %s',
    (word) => {
      expect(words).toContain(word);
    },
  );
});

describe('docs/model.md', () => {
  const page = read('docs/model.md');

  it.each(Object.entries(KNOBS))(
    'tells the knob %s with its values and its default',
    (name, knob) => {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
      expect(row, name).toBeDefined();
      for (const value of knob.values) expect(row).toContain(`\`${value}\``);
      expect(row).toContain(`**\`${knob.default}\`**`);
    },
  );

  it.each(Object.keys(REVISIONS))('tells the revision %s', (name) => {
    expect(page).toContain(`\`${name}\``);
  });
});
