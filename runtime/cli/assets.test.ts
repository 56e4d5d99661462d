/** Files that scripts name: found beside the script, wherever one works, and read from projects only. */
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { assetsOf } from './assets.ts';
import { Bench } from './program.test-support.ts';

const benches: Bench[] = [];
const bench = (files: Readonly<Record<string, string>>): string => {
  const made = new Bench(files);
  benches.push(made);
  return made.folder;
};
afterEach(() => {
  for (const made of benches.splice(0)) made.remove();
});

const text = (read: Uint8Array | string) =>
  typeof read === 'string' ? read : new TextDecoder().decode(read);

test('a file lies beside the script that names it', () => {
  const folder = bench({ 'suites/a.sdt': '', 'suites/p.s': 'nop', 'p.s': 'wfi' });
  expect(text(assetsOf(folder)('p.s', 'suites/a.sdt'))).toBe('nop');
  expect(text(assetsOf(folder)('../p.s', 'suites/a.sdt'))).toBe('wfi');
});

test('a script outside the folder that one works in has its files beside it, too', () => {
  const elsewhere = bench({ 'a.sdt': '', 'p.s': 'nop' });
  const read = assetsOf(bench({ 'sdt.config.json': '{}' }));
  expect(text(read('p.s', join(elsewhere, 'a.sdt')))).toBe('nop');
});

test('what belongs to no project in question is not read', () => {
  const elsewhere = bench({ 'p.s': 'nop' });
  const folder = bench({ 'sdt.config.json': '{}', 'a.sdt': '' });
  const path = join(elsewhere, 'p.s');
  expect(assetsOf(folder)(path, 'a.sdt')).toBe(`'${path}' lies outside the project`);
});

test('a file that is not there is said to be missing', () => {
  expect(assetsOf(bench({ 'a.sdt': '' }))('q.s', 'a.sdt')).toBe(
    "'q.s' cannot be read: there is no such file",
  );
});
