import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import type { Replacements } from '../decisions.ts';
import { edgesBetween, EDGES } from './edges.test-support.ts';
import { step } from './random-calls.test-support.ts';
import { WalkHost } from './random-walk.test-support.ts';

/** Calls of the whole walk: `SDT_WALK=30000` for one that shows every function and every edge. */
const CALLS = Number(process.env['SDT_WALK'] ?? 300);
const IS_FULL = CALLS >= 20_000;
// A whole walk takes minutes.
if (IS_FULL) vi.setConfig({ testTimeout: 3_600_000 });
/** Calls on one machine. */
const LENGTH = Math.min(CALLS, 600);

/** Nothing can be wrong with them. */
const NEVER_FAIL = ['local_fence', 'get_active_domains'];

const rolls = fc.noBias(
  fc.array(fc.array(fc.nat(1_000_000), { minLength: 8, maxLength: 8 }), {
    minLength: LENGTH,
    maxLength: LENGTH,
    size: 'max',
  }),
);

it('after any calls of a host and its guests pages have one use, and nobody reaches what is not theirs', () => {
  const counts = new Map<string, { ok: number; failed: number }>();
  const edges = new Map<string, number>();
  fc.assert(
    fc.property(rolls, (walk) => {
      const host = new WalkHost();
      walk.forEach((rolled, k) => {
        const before = host.now;
        const isOk = step(host, rolled);
        const wrong = host.check(isOk);
        expect(wrong, `after ${k} calls`).toEqual([]);
        for (const edge of edgesBetween(before, host.now)) {
          edges.set(edge, (edges.get(edge) ?? 0) + 1);
        }
      });
      for (const [name, { ok, failed }] of host.counts) {
        const row = counts.get(name) ?? { ok: 0, failed: 0 };
        counts.set(name, { ok: row.ok + ok, failed: row.failed + failed });
      }
    }),
    { numRuns: Math.ceil(CALLS / LENGTH), seed: 4, endOnFailure: true },
  );
  const all = [...counts.values()];
  const succeeded = all.reduce((sum, { ok }) => sum + ok, 0);
  const made = all.reduce((sum, { ok, failed }) => sum + ok + failed, 0);
  if (process.env['SDT_WALK_SHOWS'] === '1') {
    console.log(made, succeeded, Object.fromEntries(counts), Object.fromEntries(edges));
  }
  expect(succeeded / made).toBeGreaterThanOrEqual(0.4);
  if (!IS_FULL) return;
  for (const [name, { ok, failed }] of counts) {
    expect(ok, `${name} succeeds`).toBeGreaterThanOrEqual(100);
    if (!NEVER_FAIL.includes(name)) expect(failed, `${name} fails`).toBeGreaterThanOrEqual(100);
  }
  expect(EDGES.filter((edge) => !edges.has(edge))).toEqual([]);
});

/** This one shows late. */
const LATE: readonly (readonly [string, Replacements])[] = [
  ['a second fence does not wait for the first', { tsm: { isFencing: () => false } }],
];

/** Mistakes of firmware, which the walk knows nothing of. */
const PLANTED: readonly (readonly [string, Replacements])[] = [
  ...(IS_FULL ? LATE : []),
  ['a page is used before its epoch is over', { tsm: { isFenced: () => true } }],
  ['a page comes back as it is', { tsm: { mustScrub: (use) => use !== 'reclaim' } }],
];

it.each(PLANTED)('is wrong when %s', (_, replaces) => {
  const caught = fc.check(
    fc.property(rolls, (walk) => {
      const host = new WalkHost(replaces);
      for (const rolled of walk) {
        const wrong = host.check(step(host, rolled));
        if (wrong.length > 0) return false;
      }
      return true;
    }),
    { numRuns: IS_FULL ? 240 : 30, seed: 4, endOnFailure: true },
  );
  expect(caught.failed).toBe(true);
});
