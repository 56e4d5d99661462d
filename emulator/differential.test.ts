import { expect, it } from 'vitest';
import { compare } from './differential/compare.test-support.ts';
import { attempts } from './differential/attempts.test-support.ts';
import { Random } from './differential/random.test-support.ts';
import { makeWorld, oracleState, rollStatus } from './differential/world.test-support.ts';
import { Machine } from './machine.ts';

const ATTEMPTS = Number(process.env['SDT_DIFFERENTIAL'] ?? 20_000);
const SEED = Number(process.env['SDT_SEED'] ?? 1);
const PER_WORLD = 40;

it(`agrees with the oracle on ${ATTEMPTS} random attempts`, { timeout: 3_600_000 }, () => {
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
      const request = attempts(random, world, state);
      const { differences } = compare(machine, state, request);
      done++;
      expect(
        differences,
        `seed ${seed} attempt ${k} ${JSON.stringify(request, (_, v) => (typeof v === 'bigint' ? '0x' + v.toString(16) : v))}`,
      ).toEqual([]);
    }
  }
});
