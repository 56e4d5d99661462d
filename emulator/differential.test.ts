import { describe, expect, it } from 'vitest';
import { trial } from './differential/attempts.test-support.ts';
import { compare } from './differential/compare.test-support.ts';
import { CLASSES, classesOf } from './differential/coverage.test-support.ts';
import { Random } from './differential/random.test-support.ts';
import { makeWorld, oracleState, rollStatus } from './differential/world.test-support.ts';
import { Machine } from './machine.ts';

/**
 * SDT_DIFFERENTIAL=10000000 is the full size: every class must then be met at least 1,000 times. From a million on
 * the same is asked in proportion.
 */
const ATTEMPTS = Number(process.env['SDT_DIFFERENTIAL'] ?? 20_000);
const SEED = Number(process.env['SDT_SEED'] ?? 1);
const PER_WORLD = 40;
const LEAST = ATTEMPTS >= 1_000_000 ? Math.floor(ATTEMPTS / 10_000) : 0;

function shown(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'bigint' ? `0x${item.toString(16)}` : item,
  );
}

describe('the machine and the oracle', () => {
  const met = new Map<string, number>();

  it(`agree on ${ATTEMPTS} random attempts`, { timeout: 7_200_000 }, () => {
    const machine = new Machine();
    let done = 0;
    for (let number = 0; done < ATTEMPTS; number++) {
      const seed = SEED * 1_000_003 + number;
      const random = new Random(seed);
      const world = makeWorld(random, machine);
      let state = oracleState(machine, world);
      for (let k = 0; k < PER_WORLD; k++) {
        if (k % 5 === 4) {
          rollStatus(machine, random, world.platform.xlen);
          state = oracleState(machine, world);
        }
        const { request, undo } = trial(random, world, state);
        const { differences, seen } = compare(machine, state, request);
        undo();
        done++;
        if (differences.length > 0) {
          const where = `world ${seed}, attempt ${k}, XLEN ${state.xlen}, ${world.revision}`;
          expect.fail(`${where}: ${shown(request)}\n${differences.join('\n')}`);
        }
        for (const [label, times] of seen) {
          for (const name of classesOf(label)) met.set(name, (met.get(name) ?? 0) + times);
        }
      }
    }
    expect(done).toBeGreaterThanOrEqual(ATTEMPTS);
  });

  it(`meet each of ${CLASSES.length} classes at least ${LEAST} times`, () => {
    const rows = CLASSES.map((name) => ({ name, times: met.get(name) ?? 0 }));
    if (LEAST > 0) {
      const rarest = [...rows].sort((a, b) => a.times - b.times).slice(0, 20);
      console.log(rarest.map(({ name, times }) => `${times} ${name}`).join('\n'));
    }
    expect(rows.filter(({ times }) => times < LEAST)).toEqual([]);
    // The ordinary run is short: it meets nearly all of them, the rest is a matter of length.
    expect(rows.filter(({ times }) => times > 0).length).toBeGreaterThan(CLASSES.length * 0.9);
  });
});
