/** What may stay stale, for whom, and under which policy. */
import { describe, expect, test } from 'vitest';
import { MachineUnderTest, without } from '../machine.test-support.ts';
import { World } from '../translate/world.test-support.ts';
import type { Platform } from '../platform.ts';
import { EntryCache, tagOf } from './entry-cache.ts';
import { GLOBAL } from './entry-view.ts';

const ROOT = 0x8040_0000n;
const PAGE = 0x8012_3000n;
const LEAF = ROOT + 0x2090n;
const MATCHING = { sharesGlobal: () => true, ignoresAsid: () => false };

function protectedPage(more: Partial<Platform>): MachineUnderTest {
  const m = new MachineUnderTest(more);
  m.machine.fill(ROOT, 0x8000n, 0n);
  for (const root of [ROOT, ROOT + 0x4000n]) {
    m.put(root, 0x20100401n);
    m.put(root + 0x1200n, 0x20100801n);
  }
  m.put(ROOT + 0x1200n, 0x20100801n);
  m.put(LEAF, 3n | (7n << 17n));
  m.poke('mmpt', 0x1010000000080400n);
  return m;
}

describe('retain', () => {
  test('serves what was read until a flush, and only to its own SDID', () => {
    const m = protectedPage({ caching: 'retain' });
    m.ok('S', 'load', PAGE, 8);
    m.put(LEAF, 3n);
    const before = m.machine.counts().mpt;
    m.ok('S', 'store', PAGE, 8);
    expect(m.machine.counts().mpt).toBe(before);
    m.poke('mmpt', 0x1020000000080400n);
    expect(m.verdict('S', 'load', PAGE)).toBe('mpt.permission');
    m.poke('mmpt', 0x1010000000080400n);
    expect(m.verdict('S', 'load', PAGE)).toBeNull();
    m.machine.flush('mpt');
    expect(m.verdict('S', 'load', PAGE)).toBe('mpt.permission');
  });

  test('keeps no invalid entry of the protection table, unless the open point says so', () => {
    const { knobs } = new MachineUnderTest().platform;
    const seen = (more: Partial<Platform>): string | null => {
      const m = protectedPage({ caching: 'retain', ...more });
      m.put(LEAF, 0n);
      expect(m.verdict('S', 'load', PAGE)).toBe('mpt.invalid');
      m.put(LEAF, 3n | (7n << 17n));
      return m.verdict('S', 'load', PAGE);
    };
    expect(seen({})).toBeNull();
    expect(seen({ knobs: { ...knobs, v_visible_after: 'fence' } })).toBe('mpt.invalid');
  });

  test('keeps page-table entries with V=0 unless Svvptc forbids it', () => {
    const seen = (more: Partial<Platform>): string | null => {
      const world = new World({
        xlen: 64,
        first: 'sv39',
        second: null,
        isolation: null,
        platform: { caching: 'retain', ...more },
      });
      const at = world.stage!.entryAddress(world.address, null)!;
      const entry = world.m.machine.read(at, 8);
      world.m.put(at, 0n);
      expect(world.m.verdict('S', 'load', world.address)).toBe('pte.invalid');
      world.m.put(at, entry);
      return world.m.verdict('S', 'load', world.address);
    };
    expect(seen({ features: without('Svvptc') })).toBe('pte.invalid');
    expect(seen({})).toBeNull();
  });

  test('a kept entry is decided again: SUM, MXR and privilege act at once', () => {
    const world = new World({
      xlen: 64,
      first: 'sv48',
      second: null,
      isolation: null,
      platform: { caching: 'retain' },
    });
    world.m.ok('S', 'load', world.address, 8);
    expect(world.m.verdict('U', 'load', world.address)).toBe('pte.user');
    const before = world.m.machine.counts().s;
    expect(world.m.verdict('S', 'load', world.address)).toBeNull();
    expect(world.m.machine.counts().s).toBe(before);
  });

  test('a warm two-stage load reads nothing but its data', () => {
    const world = new World({
      xlen: 64,
      first: 'sv48',
      second: 'sv48x4',
      isolation: ['smmpt52', 4096n],
      platform: { caching: 'retain' },
    });
    world.m.ok('VS', 'load', world.address, 8);
    const before = world.m.machine.counts();
    world.m.machine.trace(true);
    world.m.ok('VS', 'load', world.address, 8);
    const { s, vs, g, mpt, data } = world.m.machine.counts();
    expect([s, vs, g, mpt]).toEqual([before.s, before.vs, before.g, before.mpt]);
    expect(data).toBe(before.data + 1);
    const steps = world.m.machine.takeTrace();
    expect(steps.map(({ stage, source }) => `${stage} ${source}`)).toEqual([
      'vs cache',
      'g cache',
      'mpt cache',
    ]);
  });
});

describe('the cache of entries', () => {
  const S = tagOf(0, 0, 1, 0);

  test('an entry serves its ASID, a global one every ASID of its tags', () => {
    const cache = new EntryCache();
    cache.reset({ kind: 'retain' }, 1, MATCHING);
    cache.put(S, 5, 3, 5, 1, true, 11, 0);
    cache.put(S, 6, GLOBAL, 6, 1, true, 12, 0);
    expect(cache.find(S, 5, 3)).toBe(0);
    expect(cache.find(S, 5, 4)).toBe(-1);
    expect(cache.find(S, 6, 4)).toBe(1);
    expect(cache.find(tagOf(0, 0, 2, 0), 6, 4)).toBe(-1);
    expect(cache.find(tagOf(1, 0, 1, 0), 6, 4)).toBe(-1);
  });

  test('a fence sees stage, level, tags and extent, and drops what it names', () => {
    const cache = new EntryCache();
    cache.reset({ kind: 'retain' }, 1, MATCHING);
    cache.put(tagOf(3, 1, 9, 0), 2, GLOBAL, 2 * 8192, 8192, true, 1, 0);
    cache.put(tagOf(1, 2, 9, 77), 2, 5, 2 * 2 ** 18, 2 ** 18, false, 1, 0);
    const seen: unknown[] = [];
    cache.drop((e) => {
      seen.push([e.stage, e.level, e.isLeaf, e.sdid, e.vmid, e.asid, e.global, e.covers(16384)]);
      return e.stage === 'mpt';
    });
    expect(seen).toEqual([
      ['mpt', 1, true, 9, 0, GLOBAL, true, true],
      ['vs', 2, false, 9, 77, 5, false, false],
    ]);
    expect(cache.count).toBe(1);
    expect(cache.find(tagOf(1, 2, 9, 77), 2, 5)).toBe(0);
  });

  test('`sized` holds so many of each class, the least recently used goes first', () => {
    const cache = new EntryCache();
    cache.reset({ kind: 'sized', sizes: { tlb: 2, walk: 1, mpt: 1 } }, 1, MATCHING);
    for (const prefix of [1, 2]) cache.put(S, prefix, 0, prefix, 1, true, 0, 0);
    cache.put(tagOf(0, 1, 1, 0), 1, 0, 512, 512, false, 0, 0);
    cache.find(S, 1, 0);
    cache.put(S, 3, 0, 3, 1, true, 0, 0);
    const held = [1, 2, 3].map((prefix) => cache.find(S, prefix, 0) >= 0);
    expect(held).toEqual([true, false, true]);
    expect(cache.find(tagOf(0, 1, 1, 0), 1, 0)).toBeGreaterThanOrEqual(0);
  });

  test('hundreds of entries grow the columns and stay found', () => {
    const cache = new EntryCache();
    const said = (k: number): number => {
      expect(cache.deepest(S, k * 2 ** 35, [1], 0, 0, 1)).toBeGreaterThanOrEqual(0);
      return cache.lo;
    };
    cache.reset({ kind: 'retain' }, 1, MATCHING);
    for (let k = 0; k < 1000; k++) cache.put(S, k * 2 ** 35, 1, k, 1, true, k, 0);
    for (let k = 0; k < 1000; k++) expect(said(k)).toBe(k);
    cache.drop((e) => e.page % 2 === 0);
    expect(cache.count).toBe(500);
    expect(cache.find(S, 2 ** 36, 1)).toBe(-1);
    expect(said(1)).toBe(1);
  });
});

describe('random', () => {
  test('one seed, one sequence; what it forgets is read again', () => {
    const run = (seed: number): number[] => {
      const m = protectedPage({ caching: 'random', seed });
      return Array.from({ length: 60 }, () => {
        m.ok('S', 'load', PAGE, 8);
        return m.machine.counts().mpt;
      });
    };
    expect(run(5)).toEqual(run(5));
    expect(run(5)).not.toEqual(run(6));
    const last = run(5).at(-1)!;
    expect(last).toBeGreaterThan(3);
    expect(last).toBeLessThan(180);
  });
});
