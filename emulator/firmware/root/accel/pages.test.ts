import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HNEST } from '../../../hart/csr-nesting.ts';
import { VS_SET } from '../../layouts/root-hart.ts';
import { enabled } from './bits.ts';
import { NEEDS } from './legal.ts';

const page = readFileSync(new URL('../../../../docs/model.md', import.meta.url), 'utf8');
const flags = Object.keys(NEEDS) as (keyof typeof NEEDS)[];

describe('the pages on hypothetical hardware', () => {
  it('have a section for each flag, and a row with what it needs', () => {
    for (const flag of flags) {
      expect(page).toContain(`\n### ${flag}\n`);
      const needs = NEEDS[flag].map((other) => `\`${other}\``).join(' ');
      expect(page).toMatch(new RegExp(`\\| \`${flag}\` +\\| *${needs} *\\|`));
    }
  });

  it('say what the root switches', () => {
    expect(page).toContain(VS_SET.join(' '));
  });

  it('root and machine mean the same bits', () => {
    const { EN, CSRP, TRAP, SRET, WALK3, FENCE } = HNEST;
    const bits = {
      csr_page: CSRP,
      hw_vhs_trap: TRAP,
      hw_sret: SRET,
      walk3: WALK3,
      fence_fwd: FENCE,
    };
    for (const flag of flags) expect(enabled(new Set([flag]))).toBe(EN | bits[flag]);
  });
});
