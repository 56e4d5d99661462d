import { describe, expect, it } from 'vitest';
import { explore, prepare, rollPrivilege } from './differential/hart-trial.test-support.ts';
import { Lockstep } from './differential/lockstep.test-support.ts';
import { Random } from './differential/random.test-support.ts';
import { Machine } from './machine.ts';
import { ENCODINGS, encodingOf } from './oracle/encodings.ts';
import { makeHartWorld } from './differential/hart-world.test-support.ts';

/** SDT_LOCKSTEP=10000000 is the full size: every instruction 10,000 times, and 100 traps where it can trap. */
const STEPS = Number(process.env['SDT_LOCKSTEP'] ?? 6_000);
const SEED = Number(process.env['SDT_SEED'] ?? 1);
/** Computations that every machine has, hints, and jumps that compressed machines alone have, whose targets always fit. */
const NEVER_TRAPS =
  /^(lui|auipc|(add|slt|sltu|xor|or|and|sll|srl|sra)i?w?(\.32)?|sltiu|subw?|fence(\.i)?|prefetch\..|ssrdp)$|^c\.(addi|li|andi|sub|xor|or|and|subw|addw|add|mv|jal|j|jalr|jr|beqz|bnez)$/;
const TRIALS = 400;
const PER_TRIAL = 40;

describe('the machine and the plain interpreter', () => {
  const met = new Map<string, number>();

  it(`agree after each of ${STEPS} random instructions`, { timeout: 14_400_000 }, () => {
    const machine = new Machine();
    let done = 0;
    for (let number = 0; done < STEPS; number++) {
      const seed = SEED * 1_000_003 + number;
      const random = new Random(seed);
      const world = makeHartWorld(random, machine);
      const step = new Lockstep(machine, world);
      step.synchronise();
      const places = explore(random, world, step);
      for (let k = 0; k < TRIALS && done < STEPS; k++) {
        if (k % 4 === 0) rollPrivilege(random, step);
        prepare(random, world, step, places);
        let traps = 0;
        const burst = random.chance(0.3) ? 1 : 12;
        for (let n = 0; n < PER_TRIAL; n++) {
          const events = step.step(`world ${seed}, trial ${k}, step ${n}`, burst);
          done += events.length;
          for (const event of events) {
            const row = event.word === null ? null : encodingOf(event.word, step.hart.xlen);
            if (row === null) continue;
            const kind = event.kind === 'trap' ? `${row.name} traps` : row.name;
            met.set(kind, (met.get(kind) ?? 0) + 1);
          }
          expect(step.differences).toEqual([]);
          traps += events.filter(({ kind }) => kind === 'trap').length;
          if (step.isOver(traps, n)) break;
        }
        const goesOn = step.restored();
        expect(step.differences).toEqual([]);
        if (!goesOn) break;
      }
    }
  });

  it('meet every instruction in proportion', () => {
    const least = STEPS >= 1_000_000 ? STEPS / 1000 : 0;
    const times = (name: string) => (met.get(name) ?? 0) + (met.get(`${name} traps`) ?? 0);
    expect(ENCODINGS.filter(({ name }) => times(name) < least).map(({ name }) => name)).toEqual([]);
  });

  it('meet the traps of every instruction that can trap', () => {
    const least = STEPS >= 5_000_000 ? STEPS / 100_000 : 0;
    const names = ENCODINGS.map(({ name }) => name).filter((name) => !NEVER_TRAPS.test(name));
    expect(names.filter((name) => (met.get(`${name} traps`) ?? 0) < least)).toEqual([]);
  });
});
