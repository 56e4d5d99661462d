import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from './catalogue.ts';
import { R, RULE_IDS, newFired } from './fired.ts';

describe('the rule catalogue', () => {
  it('is what the lists say', async () => {
    const generator = new URL('./generate.mjs', import.meta.url).href;
    const { catalogue } = (await import(generator)) as { catalogue: () => string };
    expect(readFileSync(new URL('./catalogue.ts', import.meta.url), 'utf8')).toBe(catalogue());
  });

  it('names every rule once', () => {
    expect(new Set(RULE_IDS).size).toBe(CATALOGUE.length);
  });

  it('marks by id', () => {
    expect(RULE_IDS[R.SMMPT_LKUP_02]).toBe('SMMPT-LKUP-02');
    expect(newFired()).toHaveLength(CATALOGUE.length);
  });
});
