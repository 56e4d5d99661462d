import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fakeScript } from './script.test-support.ts';
import { randomNumbers, shuffle } from '../session/random.ts';
import type { Filters } from './select.ts';
import { NO_FILTERS, select } from './select.ts';
import { inShard, parseShard, stableHash } from './shard.ts';
import type { TagExpression } from './tag-expression.ts';
import { parseTags } from './tag-expression.ts';

const scripts = [
  fakeScript('a.sdt', [
    { title: 'owner reads', line: 10, tags: ['mpt', 'smoke'] },
    { title: 'grid', line: 20, count: 6, tags: ['mpt', 'slow'] },
  ]),
  fakeScript('b.sdt', [{ title: 'grid', line: 3, count: 2, tags: ['pmp'] }]),
];

function ids(filters: Partial<Filters>): string[] {
  const { scenarios } = select(scripts, { ...NO_FILTERS, ...filters });
  return scenarios.flatMap(({ scenario, cases }) => [...cases].map((k) => scenario.id(k)));
}

function tags(text: string): TagExpression {
  const parsed = parseTags(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

test('without filters everything is selected, in file order', () => {
  expect(ids({})).toHaveLength(9);
  expect(select(scripts, NO_FILTERS)).toMatchObject({ selected: 9, total: 9 });
});

test('a name pattern sees title and parameters, not the path', () => {
  expect(ids({ grep: [/^grid\[k=1\]/] })).toEqual(['a.sdt#grid[k=1]', 'b.sdt#grid[k=1]']);
  expect(ids({ grep: [/sdt/] })).toEqual([]);
  expect(ids({ grep: [/owner/, /k=5/] })).toEqual(['a.sdt#owner reads', 'a.sdt#grid[k=5]']);
  expect(ids({ grepInvert: [/grid/] })).toEqual(['a.sdt#owner reads']);
});

const places = (lines: readonly number[], ids: readonly string[] = []) => ({
  lines,
  ids: new Set(ids),
});

test('a line selects the scenario it lies in', () => {
  const rest = ids({}).slice(7);
  expect(ids({ places: new Map([['a.sdt', places([15])]]) })).toEqual([
    'a.sdt#owner reads',
    ...rest,
  ]);
  const none = new Map([
    ['a.sdt', places([9])],
    ['b.sdt', places([99])],
  ]);
  expect(ids({ places: none })).toEqual(rest);
});

test('a case id selects that case, besides what lines select', () => {
  const one = new Map([
    ['a.sdt', places([10], ['a.sdt#grid[k=4]'])],
    ['b.sdt', places([], ['b.sdt#nowhere'])],
  ]);
  expect(ids({ places: one })).toEqual(['a.sdt#owner reads', 'a.sdt#grid[k=4]']);
});

test('tags are combined with and, or, not and parentheses; and binds tighter', () => {
  expect(ids({ tags: tags('mpt and not slow') })).toEqual(['a.sdt#owner reads']);
  expect(ids({ tags: tags('pmp or mpt and smoke') })).toHaveLength(3);
  expect(ids({ tags: tags('(pmp or mpt) and not (smoke or slow)') })).toHaveLength(2);
  expect(tags('not not a').matches(new Set(['a']))).toBe(true);
});

test('a wrong tag expression says what is missing', () => {
  expect(parseTags('mpt and')).toBe('a tag is missing at the end');
  expect(parseTags('')).toBe('a tag is missing at the end');
  expect(parseTags('(mpt')).toBe("a ')' is missing");
  expect(parseTags('mpt smoke')).toBe("'and' or 'or' was expected, found 'smoke'");
  expect(parseTags('mpt)')).toBe("'and' or 'or' was expected, found ')'");
  expect(parseTags('a && b')).toBe("'and' or 'or' was expected, found '&&'");
  expect(parseTags('('.repeat(100_000))).toBe('it is nested too deeply');
});

test('a tag expression means what its parts mean', () => {
  interface Meaning {
    readonly text: string;
    readonly holds: (present: readonly string[]) => boolean;
  }
  const { all } = fc.letrec<{ all: Meaning }>((tie) => ({
    all: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom('a', 'b', 'c').map((text) => ({
        text,
        holds: (present: readonly string[]) => present.includes(text),
      })),
      fc.tuple(tie('all'), tie('all')).map(([left, right]) => ({
        text: `(${left.text} and ${right.text})`,
        holds: (present: readonly string[]) => left.holds(present) && right.holds(present),
      })),
      fc.tuple(tie('all'), tie('all')).map(([left, right]) => ({
        text: `(${left.text} or ${right.text})`,
        holds: (present: readonly string[]) => left.holds(present) || right.holds(present),
      })),
      tie('all').map((inner) => ({
        text: `not ${inner.text}`,
        holds: (present: readonly string[]) => !inner.holds(present),
      })),
    ),
  }));
  fc.assert(
    fc.property(all, fc.subarray(['a', 'b', 'c']), ({ text, holds }, present) => {
      expect(tags(text).matches(new Set(present))).toBe(holds(present));
    }),
  );
});

test('every case lies in exactly one shard, and the shards are of similar size', () => {
  const all = Array.from({ length: 4000 }, (_, k) => `suites/x.sdt#case[k=${k}]`);
  const sizes = [1, 2, 3, 4, 5].map(
    (index) => all.filter((id) => inShard(id, { index, count: 5 })).length,
  );
  expect(sizes.reduce((sum, size) => sum + size)).toBe(4000);
  for (const size of sizes) expect(Math.abs(size - 800)).toBeLessThan(120);
});

test('the shard of a case does not depend on the other cases', () => {
  expect(stableHash('suites/x.sdt#a')).toBe(stableHash('suites/x.sdt#a'));
  const shard = { index: 2, count: 3 };
  const part = ids({ shard });
  expect(select(scripts.slice(1), { ...NO_FILTERS, shard }).selected).toBe(
    part.filter((id) => id.startsWith('b')).length,
  );
});

test('a shard is written i/n', () => {
  expect(parseShard('2/5')).toEqual({ index: 2, count: 5 });
  expect(parseShard('0/5')).toBe('shard 0 of 5 does not exist: they are 1 to 5');
  expect(parseShard('6/5')).toContain('does not exist');
  expect(parseShard('1/0')).toBe('there must be at least one shard');
  expect(parseShard('half')).toContain('not of the form');
});

test('a seed shuffles the same way each time, and loses nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer(), (list, seed) => {
      const [one, two] = [[...list], [...list]];
      shuffle(one, randomNumbers(seed));
      shuffle(two, randomNumbers(seed));
      expect(one).toEqual(two);
      expect([...one].sort()).toEqual([...list].sort());
    }),
  );
  const hundred = Array.from({ length: 100 }, (_, k) => k);
  const other = [...hundred];
  shuffle(other, randomNumbers(1));
  expect(other).not.toEqual(hundred);
});
