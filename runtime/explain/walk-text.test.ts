import { expect, test } from 'vitest';
import type { ShownStep } from '../session/results.ts';
import { walkLines } from './walk-text.ts';

function step(
  stage: ShownStep['stage'],
  level: number,
  depth: number,
  verdict: ShownStep['verdict'] = 'next',
  kept: string | null = null,
): ShownStep {
  const at = 0x8800_0000n;
  const source = kept === null ? 'memory' : 'cache';
  return { stage, level, depth, at, entry: 0x3n, source, verdict, rule: null, kept, byHand: null };
}

test('protection-table entries of one access stand on one line', () => {
  const walk = [step('mpt', 2, 0), step('mpt', 1, 0), step('mpt', 0, 0, 'mpt.permission')];
  expect(walkLines(walk)).toEqual(['mpt L2 L1 L0 DENY entry 0x3 (mpt.permission)']);
});

test('what was read on behalf of a page-table entry stands behind it', () => {
  const walk = [
    step('mpt', 1, 1),
    step('mpt', 0, 1, 'leaf'),
    step('s', 2, 0),
    step('mpt', 0, 1, 'leaf'),
    step('s', 1, 0, 'pte.invalid'),
  ];
  expect(walkLines(walk)).toEqual([
    's L2 0x8800_0000 entry 0x3  mpt L1 L0',
    's L1 0x8800_0000 DENY entry 0x3 (pte.invalid)  mpt L0',
  ]);
});

test('a denial on the way to an entry that was never read closes the walk', () => {
  const walk = [step('g', 0, 1, 'leaf'), step('mpt', 0, 2, 'mpt.permission')];
  expect(walkLines(walk)).toEqual(['g L0  mpt L0 DENY entry 0x3 (mpt.permission)']);
});

test('an access that was not walked has no lines', () => {
  expect(walkLines([])).toEqual([]);
});

test('an entry from the cache says so, wherever it stands', () => {
  const walk = [step('s', 0, 0, 'leaf', 'cached'), step('mpt', 0, 0, 'mpt.invalid', 'cached by 3')];
  expect(walkLines(walk)).toEqual([
    's L0 0x8800_0000 entry 0x3 (cached)',
    'mpt L0 (cached by 3) DENY entry 0x3 (mpt.invalid)',
  ]);
});

test('an entry that a line wrote by hand says so', () => {
  const walk = [{ ...step('mpt', 0, 0, 'mpt.reserved'), byHand: 9 }];
  expect(walkLines(walk)).toEqual(['mpt L0 (written by line 9) DENY entry 0x3 (mpt.reserved)']);
});
