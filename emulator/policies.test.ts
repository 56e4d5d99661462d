import { expect, it } from 'vitest';
import type { OperationName } from './access/kinds.ts';
import { trial } from './differential/attempts.test-support.ts';
import { Random } from './differential/random.test-support.ts';
import {
  makeWorld,
  oracleState,
  restoreStatus,
  rollStatus,
} from './differential/world.test-support.ts';
import { Machine } from './machine.ts';
import type { Caching } from './platform.ts';

/** Worlds per policy; SDT_DIFFERENTIAL=1000000 runs about that many attempts. */
const WORLDS = Math.ceil(Number(process.env['SDT_DIFFERENTIAL'] ?? 3600) / 120);

const FENCES = ['mfence_pa', 'sfence_vma', 'hfence_vvma', 'hfence_gvma'] as const;

/** Everything that software can do after a change, so that nothing stale may be left. */
function fenceAll(machine: Machine): void {
  for (const fence of FENCES) {
    const { trap } = machine.fence(0, { fence, mode: 'M', rs1: null, rs2: null });
    expect(trap, fence).toBeNull();
  }
}

/** What software sees of a run: every verdict, value and byte. */
function run(seed: number, caching: Caching): string[] {
  const machine = new Machine();
  const random = new Random(seed);
  const world = makeWorld(random, machine, caching);
  const seen: string[] = [];
  let state = oracleState(machine, world);
  fenceAll(machine);
  for (let k = 0; k < 40; k++) {
    if (k % 5 === 4) {
      rollStatus(machine, random, state.xlen);
      state = oracleState(machine, world);
      fenceAll(machine);
    }
    const { request, undo } = trial(random, world, state);
    fenceAll(machine);
    // The same thrice: the first fills what the others may be served from.
    for (let again = 0; again < 3; again++) {
      restoreStatus(machine, state);
      const operation = request.operation as OperationName;
      const { trap, value } = machine.attempt(0, { ...request, operation });
      const verdict =
        trap === null
          ? `= ${value}`
          : `${trap.cause} ${trap.tval} ${trap.gpa} ${trap.tinst} ${trap.because}`;
      seen.push(`${request.operation} ${request.mode} ${request.address}: ${verdict}`);
      // A store may have hit a table.
      if (trap === null && !['load', 'fetch', 'lr', 'hlv', 'hlvx'].includes(operation)) {
        fenceAll(machine);
      }
    }
    undo();
    fenceAll(machine);
  }
  return seen;
}

it.each(['retain', 'random', 'sized'] as const)(
  'with a fence after every change, policy %s shows what policy none shows',
  { timeout: 3_600_000 },
  (caching) => {
    for (let seed = 0; seed < WORLDS; seed++) {
      expect(run(seed, caching), `world ${seed}`).toEqual(run(seed, 'none'));
    }
  },
);

it('the caches are in use: a second load reads less than the first', () => {
  const machine = new Machine();
  let saved = 0;
  for (let seed = 0; seed < 20; seed++) {
    const random = new Random(seed);
    const world = makeWorld(random, machine, 'retain');
    const state = oracleState(machine, world);
    const [address = 0n] = world.addresses.s;
    const reads = () => {
      restoreStatus(machine, state);
      const before = machine.counts();
      machine.attempt(0, { mode: 'S', operation: 'load', address, size: 1, value: 0n });
      const after = machine.counts();
      return after.s + after.mpt - before.s - before.mpt;
    };
    saved += reads() - reads();
  }
  expect(saved).toBeGreaterThan(20);
});
