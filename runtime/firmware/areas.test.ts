/** Where firmware lies in the pool. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { planOf } from '../session/session.test-support.ts';
import { areasOf } from './areas.ts';

const PLAN = planOf('scenario "t"\n  domain host\n  region r size 4K\n  host loads at r');

describe('the areas of firmware', () => {
  it('lie in the pool or below it, aligned, apart from each other and from regions', () => {
    fc.assert(
      fc.property(
        fc.nat(5),
        fc.integer({ min: 1, max: 8 }),
        fc.option(fc.nat(64)),
        (tsms, harts, shadowPages) => {
          const areas = areasOf(PLAN, { tsms, harts, shadowPages });
          const { rdsm, root, tables, host, pool } = areas;
          const all = [rdsm, tables, host, pool, ...areas.tsms, ...(root === null ? [] : [root])];
          expect(areas.tsms).toHaveLength(tsms);
          const spans = [...all, ...PLAN.regions].sort((a, b) => (a.base < b.base ? -1 : 1));
          spans.forEach(({ base, size }, k) => {
            const next = spans[k + 1];
            if (next !== undefined) expect(base + size).toBeLessThanOrEqual(next.base);
          });
          for (const { base } of areas.tsms) expect(base % (4n << 20n)).toBe(0n);
          expect(rdsm.base % rdsm.size).toBe(0n);
        },
      ),
    );
  });

  it('need room', () => {
    const small = { ...PLAN, pool: { base: PLAN.pool.base, size: 1n << 20n } };
    expect(() => areasOf(small, { tsms: 1, harts: 1, shadowPages: null })).toThrow(/no room/);
  });

  it('do not cover a region', () => {
    const { base, size } = PLAN.pool;
    const region = { ...PLAN.regions[0], name: 'low', base: base + size - 4096n, size: 4096n };
    const plan = { ...PLAN, regions: [region] } as typeof PLAN;
    const request = { tsms: 1, harts: 1, shadowPages: null };
    expect(() => areasOf(plan, request)).toThrow(/region low at .* overlaps the memory of a TSM/);
  });
});
