import { describe, expect, it } from 'vitest';
import type { End } from './device.ts';
import { Finisher } from './finisher.ts';

function ends(value: number, offset = 0): End[] {
  const seen: End[] = [];
  new Finisher((end) => seen.push(end)).store(offset, 4, value);
  return seen;
}

describe('the test finisher', () => {
  it('passes, fails with a code of 16 bits, resets', () => {
    expect(ends(0x5555)).toEqual([{ kind: 'pass' }]);
    expect(ends(0x0007_3333)).toEqual([{ kind: 'fail', code: 7 }]);
    expect(ends(0xffff_3333 | 0)).toEqual([{ kind: 'fail', code: 0xffff }]);
    expect(ends(0x7777)).toEqual([{ kind: 'reset' }]);
  });

  it('ignores other commands and other offsets', () => {
    expect([...ends(0), ...ends(0x5554), ...ends(0x5555, 4)]).toEqual([]);
  });

  it('reads 0, in words only', () => {
    const finisher = new Finisher(() => undefined);
    const to = { lo: 1, hi: 1 };
    finisher.load(0, 4, to);
    expect(to).toEqual({ lo: 0, hi: 0 });
    expect([1, 2, 4, 8].map((size) => finisher.accepts(0, size))).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });
});
