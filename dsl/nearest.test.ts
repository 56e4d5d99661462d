import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from './nearest.ts';

describe('the nearest word', () => {
  it.each([
    ['sise', 'size'],
    ['becuase', 'because'],
    ['regoin', 'region'],
    ['lods', 'loads'],
    ['rq', 'rw'],
    ['tabel', 'table'],
  ])('to %s is %s', (word, expected) => {
    expect(nearest(word, ['size', 'because', 'region', 'loads', 'rw', 'table'])).toBe(expected);
  });

  it('is none when nothing is near, or when it is the word itself', () => {
    expect(nearest('frobnicate', ['loads', 'region'])).toBeNull();
    expect(nearest('x', ['y', 'zz'])).toBeNull();
    expect(nearest('size', ['size'])).toBeNull();
    expect(nearest('x'.repeat(60_000), ['size'])).toBeNull();
  });
});

describe('the edit distance', () => {
  it('counts insertions, deletions, replacements and swaps', () => {
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('abc', 'abc')).toBe(0);
    expect(editDistance('abc', 'acb')).toBe(1);
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });
});
