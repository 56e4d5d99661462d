import { expect, it } from 'vitest';
import { Bench } from './rdsm.test-support.ts';
import { SWITCHED, SWITCHED_APART } from './switched.ts';

it('a call and its way back write what the lists say, and the cause of the call', () => {
  const b = new Bench();
  const before = b.machine.counts().csrw;
  b.covh(0);
  const list = SWITCHED.filter(({ exists }) => exists(b.spec)).length;
  expect(b.machine.counts().csrw - before).toBe(2 * (list + SWITCHED_APART.length) + 1);
});

it('a call that does not leave the host writes only where the host goes on', () => {
  const b = new Bench();
  const before = b.machine.counts().csrw;
  b.call(0x10n, 0n);
  expect(b.machine.counts().csrw - before).toBe(1);
});
