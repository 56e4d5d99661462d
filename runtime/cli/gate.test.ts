import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Bench } from './program.test-support.ts';

const SUITE = `sdt 1
suite "Gate"

scenario "a page without permission is denied"
  covers SMMPT-XWR-01
  machine mpt smmpt52
  domain host
  domain vault
  region key size 4K
  region other size 4K
  grant rw on key to vault
  grant rw on other to host
  host loads at other                              -> ok
  vault loads at key                               -> ok
`;
const DENIED =
  '  host loads at key                                -> load access fault because mpt.permission\n';

const benches: Bench[] = [];
function bench(files: Readonly<Record<string, string>>): Bench {
  const made = new Bench(files);
  benches.push(made);
  return made;
}
afterEach(() => {
  for (const made of benches.splice(0)) made.remove();
});

test('a baseline is recorded, and every difference from it fails', async () => {
  const made = bench({ 'a.sdt': SUITE + DENIED });
  const recorded = await made.sdt('run', '--baseline', 'base.json', '--update');
  expect(recorded).toMatchObject({ code: 0 });
  expect(recorded.err).toContain('1 result recorded in base.json');
  expect(JSON.parse(readFileSync(join(made.folder, 'base.json'), 'utf8'))).toMatchObject({
    format: 'sdt baseline 1',
  });
  expect((await made.sdt('run', '--baseline', 'base.json')).code).toBe(0);
  made.write('a.sdt', SUITE + DENIED.replace('load access fault because mpt.permission', 'ok'));
  const failing = await made.sdt('run', '--baseline', 'base.json');
  expect(failing.code).toBe(1);
  expect(failing.err).toContain('newly failing: a.sdt#a page without permission is denied');
  expect(failing.err).toContain('was pass, is fail');
});

test('a baseline that is missing, broken or only to be updated is a usage error', async () => {
  const made = bench({ 'a.sdt': SUITE + DENIED, 'bad.json': '{}' });
  const run = async (...words: string[]) => (await made.sdt('run', ...words)).err;
  expect(await run('--baseline', 'none.json')).toContain('--update records one');
  expect(await run('--baseline', 'bad.json')).toContain("has no 'format' and 'cases'");
  expect(await run('--update')).toContain('name its file');
});

test('cover shows gaps first, and --prove only counts what a fault makes fail', async () => {
  const made = bench({ 'a.sdt': SUITE + DENIED });
  const plain = await made.sdt('cover');
  expect(plain.code).toBe(0);
  expect(plain.out).toMatch(/^neither/);
  expect(plain.out).not.toMatch(/^asserted and fired/m);
  expect(plain.out).toMatch(/rules: 1 asserted and fired, \d+ fired only, /);
  expect((await made.sdt('cover', '--verbose')).out).toMatch(/^asserted and fired +SMMPT-XWR-01 /m);
  expect(Math.max(...plain.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  const proven = await made.sdt('cover', '--prove', '--json', '--caching', 'none');
  const { rules } = JSON.parse(proven.out) as { rules: { id: string; decided: boolean }[] };
  expect(rules.find(({ id }) => id === 'SMMPT-XWR-01')).toMatchObject({
    asserted: true,
    fired: true,
    decided: true,
  });
  // Without the denial the claim is empty, and that is a failure of the scenario.
  made.write('a.sdt', SUITE);
  expect((await made.sdt('run')).code).toBe(1);
});

test('cover --min is a gate, and exempt rules with a reason stand outside', async () => {
  const made = bench({ 'suites/a.sdt': SUITE + DENIED });
  expect((await made.sdt('cover', '--min', '90')).code).toBe(1);
  expect((await made.sdt('cover', '--min', '0')).code).toBe(0);
  expect((await made.sdt('cover', '--min', 'all')).err).toContain('--min must be a number');
  made.write('suites/exempt.csv', 'rule,reason\nSMSD-CSR-25,"not seen, by ""software"""\n');
  expect((await made.sdt('cover', '--verbose')).out).toMatch(
    /^exempt +SMSD-CSR-25 .*\(exempt: not\s+seen, by "software"\)$/m,
  );
  made.write('suites/exempt.csv', 'SMSD-CSR-99,none\n');
  expect((await made.sdt('cover')).err).toContain("there is no rule 'SMSD-CSR-99'");
});

test('cover shows a member of a set of outcomes that no policy chose', async () => {
  const made = bench({
    'a.sdt':
      SUITE + DENIED.replace('load access fault because mpt.permission', 'ok or load access fault'),
  });
  expect((await made.sdt('cover')).out).toMatch(
    /^never witnessed +a\.sdt:15 ok \(of ok or load access fault\)$/m,
  );
  const { unwitnessed } = JSON.parse((await made.sdt('cover', '--json')).out) as {
    unwitnessed: object[];
  };
  expect(unwitnessed).toMatchObject([{ file: 'a.sdt', line: 15, member: 'ok' }]);
});

test('mutate --list prints the faults and plants none', async () => {
  const { code, out } = await bench({}).sdt('mutate', '--list', '^mpt\\.ignores-');
  expect(code).toBe(0);
  expect(out).toMatch(/^mpt\.ignores-\S+\n {4}.*; breaks SMMPT-/);
  // Decisions outside the catalogue of rules break none of it.
  const pmp = (await bench({}).sdt('mutate', '--list', '^pmp\\.na4-ignored$')).out;
  expect(pmp).toBe('pmp.na4-ignored\n    NA4 entries match nothing\n');
});

test('mutate catches a fault that a scenario notices and lists a survivor', async () => {
  const made = bench({ 'a.sdt': SUITE + DENIED });
  const found = await made.sdt(
    'mutate',
    '^access.skips-isolation$',
    '--verbose',
    '--caching',
    'none',
  );
  expect(found.code).toBe(0);
  expect(found.out).toMatch(/^caught +access\.skips-isolation by a\.sdt#/);
  const survived = await made.sdt(
    'mutate',
    'skips-isolation-of-shadow-stacks',
    '--caching',
    'none',
  );
  expect(survived.code).toBe(1);
  expect(survived.out).toMatch(/^SURVIVED +access\.skips-isolation-of-shadow-stacks: /);
  expect((await made.sdt('mutate', 'no-such')).code).toBe(2);
});

test('nothing is proven by scenarios that fail without any fault', async () => {
  const made = bench({
    'a.sdt': SUITE + DENIED.replace('load access fault because mpt.permission', 'ok'),
  });
  const { code, err } = await made.sdt('mutate', 'skips-isolation');
  expect(code).toBe(1);
  expect(err).toContain('4 results without any fault already failed');
});

test('a fault makes the run fail, and rules that nobody decided do not count then', async () => {
  const made = bench({ 'a.sdt': SUITE + DENIED });
  const { code, out } = await made.sdt('run', '--fault', 'access.skips-isolation');
  expect(code).toBe(1);
  expect(out).toContain('--fault access.skips-isolation');
  expect(out).toContain('covers SMMPT-XWR-01: XWR=000 means no access.');
  expect(out).not.toContain('never decided');
});
