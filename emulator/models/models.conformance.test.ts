import { describe, expect, it } from 'vitest';
import { FEATURES } from '../platform.ts';
import { MODELS } from './index.ts';
import type { NominalMode } from './model.ts';

const NOMINAL: readonly NominalMode[] = ['M', 'HS', 'S', 'U', 'VS', 'VU'];
const KINDS = ['host', 'tsm', 'plain'] as const;

describe.each(Object.entries(MODELS))('the model %s', (name, model) => {
  it('is called so', () => {
    expect(model.name).toBe(name);
    expect(model.says).not.toBe('');
  });

  it('asks for features that exist, and for none that it is without', () => {
    const known = Object.keys(FEATURES);
    for (const feature of [...model.requires, ...(model.without ?? [])]) {
      expect(known).toContain(feature);
    }
    expect(model.requires.filter((feature) => model.without?.includes(feature))).toEqual([]);
  });

  it('gives supervisor and user software of every domain a mode, and M-mode its own', () => {
    for (const kind of KINDS) {
      expect(model.physicalMode(kind, 'M')).toBe('M');
      for (const nominal of ['HS', 'S', 'U'] as const) {
        expect(model.physicalMode(kind, nominal)).not.toBeNull();
      }
    }
  });

  it('never gives software more privilege than it believes to have, but to a TSM in M-mode', () => {
    const rank = { VU: 0, U: 0, VS: 1, S: 2, HS: 2, M: 3 };
    for (const kind of ['host', 'plain'] as const) {
      for (const nominal of NOMINAL) {
        const mode = model.physicalMode(kind, nominal);
        if (mode !== null) expect(rank[mode]).toBeLessThanOrEqual(rank[nominal]);
      }
    }
  });

  it('keeps the host out of HS where a G-stage isolates it', () => {
    if (model.isolation !== 'gstage') return;
    expect(model.physicalMode('host', 'S')).toBe('VS');
    expect(model.physicalMode('host', 'U')).toBe('VU');
    expect(model.requires).toContain('H');
  });

  it('has firmware in each mode once at most', () => {
    const modes = model.handlers.map(({ mode }) => mode);
    expect(new Set(modes).size).toBe(modes.length);
  });
});
