import { describe, expect, it } from 'vitest';
import { COUNTERS, type Counts } from '../../emulator/index.ts';
import { Rounds } from './rounds.ts';

const counts = (data: number): Counts =>
  ({ ...Object.fromEntries(Object.keys(COUNTERS).map((name) => [name, 0])), data }) as Counts;

describe('the rounds of a workload', () => {
  it('repeat the lines behind the line that says so', () => {
    const rounds = new Rounds();
    const order: number[] = [];
    for (let k = 0; k < 4; k = rounds.next(k, 4)) {
      order.push(k);
      if (k === 1) rounds.begin(k, 3n, counts(5));
    }
    expect(order).toEqual([0, 1, 2, 3, 2, 3, 2, 3]);
    expect(rounds.measured(() => counts(35))).toMatchObject({ rounds: 3, counts: { data: 30 } });
  });

  it('are none where no line says so', () => {
    const rounds = new Rounds();
    expect(rounds.next(3, 4)).toBe(4);
    expect(rounds.measured(() => counts(1))).toBeNull();
  });
});
