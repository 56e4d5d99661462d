import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue } from './catalogue.ts';
import { R, RULE_IDS, newFired } from './fired.ts';

interface Generator {
  readonly ids: () => string;
  readonly statements: () => string;
}

const written = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');

describe('the rule catalogue', () => {
  it('is what the lists say', async () => {
    const generator = (await import(new URL('./generate.mjs', import.meta.url).href)) as Generator;
    expect(written('./ids.ts')).toBe(generator.ids());
    expect(written('./statements.ts')).toBe(generator.statements());
  });

  it('names every rule once, and says something of each', () => {
    expect(new Set(RULE_IDS).size).toBe(RULE_IDS.length);
    expect(catalogue().map(({ id }) => id)).toEqual(RULE_IDS);
    for (const { id, statement } of catalogue()) expect(statement, id).not.toBe('');
  });

  it('gives each rule the list, the statement and the source of its own row', () => {
    for (const list of ['smsd-smmpt', 'cove', 'io'] as const) {
      const [header = '', ...rows] = written(`./${list}.csv`).trimEnd().split(/\r?\n/);
      const last = catalogue().findLast((rule) => rule.list === list);
      const row = rows.at(-1) ?? '';
      expect(row.startsWith(`${last?.id},`)).toBe(true);
      expect(row).toContain(last?.statement.split(',')[0]);
      expect(row.endsWith(`,${last?.source}`)).toBe(header.endsWith(',source'));
      expect(catalogue().filter((rule) => rule.list === list)).toHaveLength(rows.length);
    }
  });

  it('marks by id', () => {
    expect(RULE_IDS[R.SMMPT_LKUP_02]).toBe('SMMPT-LKUP-02');
    for (const [name, index] of Object.entries(R)) {
      expect(RULE_IDS[index]?.replaceAll('-', '_')).toBe(name);
    }
    expect(newFired()).toHaveLength(RULE_IDS.length);
  });
});
