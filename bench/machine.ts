/** The machine alone: uncached two-stage walks, attempts that the entry cache serves, and reset. */
import { caseCount, expand } from '../dsl/index.ts';
import { Machine } from '../emulator/index.ts';
import { runCase, setupFor } from '../runtime/session/session.ts';
import { DEFAULT_VARIATION } from '../runtime/session/variation.ts';
import { compiled } from './cases.ts';
import { seconds, type Workload } from './measure.ts';

/** VS Sv48 over G Sv48x4 over Smmpt52, 4 KiB leaves throughout: 5 x 5 x 5 = 125 references for a load. */
const nested = (caching: string): string => `sdt 1
suite "Bench"
scenario "two stages"
  covers SMMPT-ACC-02
  machine mpt smmpt52, caching ${caching}
  domain host
  region vs_pt size 64K
  region g_pt size 64K aligned 16K
  region data size 64K
  space app is vs sv48 in host with tables in vs_pt
  space vm is g sv48x4 in host with tables in g_pt
  map app 0x40_0000 to 0x9000_0000 size 64K rw
  map vm 0x9000_0000 to data size 64K rw user
  grant rw on vs_pt to host using 4K leaves
  grant rw on g_pt to host using 4K leaves
  grant rw on data to host using 4K leaves
  actor guest is host in VS using app over vm
  guest loads at va 0x40_0000                      -> ok
`;

/** A machine on which that case has run: hart 0 stands in VS-mode of the guest. */
function guest(caching: string): Machine {
  const [scenario] = compiled(nested(caching)).scenarios;
  const machine = new Machine();
  if (scenario === undefined || caseCount(scenario) !== 1) throw new Error('one case expected');
  const result = runCase(expand(scenario, 0), machine, DEFAULT_VARIATION);
  if (result.status !== 'pass') throw new Error(result.failures[0]?.message ?? result.status);
  return machine;
}

function loads(machine: Machine, count: number): void {
  const attempts = Array.from({ length: 16 }, (_, page) => ({
    mode: 'VS' as const,
    operation: 'load' as const,
    address: 0x40_0000n + BigInt(page * 4096 + 8 * page),
    size: 8,
    value: 0n,
  }));
  for (let k = 0; k < count; k++) {
    const attempt = attempts[k & 15];
    if (attempt !== undefined && machine.attempt(0, attempt).trap !== null)
      throw new Error('denied');
  }
}

function totalReferences(machine: Machine): number {
  const { s, vs, g, mpt, ad, data } = machine.counts();
  return s + vs + g + mpt + ad + data;
}

/** Loads of the guest under a policy; `full`: how many at scale 1. The first ones warm code and caches up. */
function guestLoads(caching: string, full: number): Workload['run'] {
  return (scale) => {
    const machine = guest(caching);
    const count = Math.ceil(full * scale);
    loads(machine, 20_000);
    const before = totalReferences(machine);
    loads(machine, 1_000);
    const references = (totalReferences(machine) - before) / 1_000;
    return {
      units: count,
      seconds: seconds(() => loads(machine, count), 20),
      note: `references each: ${references}`,
    };
  };
}

export const walks: Workload = {
  name: 'uncached two-stage walks',
  unit: 'walks',
  budget: '200,000/s, 125 references each',
  run: guestLoads('none', 40_000),
};

export const served: Workload = {
  name: 'attempts served by the entry cache',
  unit: 'attempts',
  budget: '5,000,000/s under retain',
  run: guestLoads('retain', 1_000_000),
};

export const reset: Workload = {
  name: 'reset with 20 touched pages',
  unit: 'resets',
  budget: '5 us each',
  run(scale) {
    const machine = new Machine();
    const [scenario] = compiled(nested('none')).scenarios;
    if (scenario === undefined) throw new Error('one scenario expected');
    const setup = setupFor(expand(scenario, 0), DEFAULT_VARIATION);
    if (!('platform' in setup)) throw new Error(setup.reason);
    const { platform } = setup;
    const count = Math.ceil(100_000 * scale);
    const touch = (): void => {
      for (let page = 0n; page < 20n; page++) machine.write(0x8000_0000n + page * 4096n, 8, 1n);
    };
    const both = (): void => {
      for (let k = 0; k < count; k++) {
        machine.reset(platform);
        touch();
      }
    };
    machine.reset(platform);
    const writes = seconds(() => {
      for (let k = 0; k < count; k++) touch();
    });
    const time = Math.max(1e-9, seconds(both) - writes);
    return {
      units: count,
      seconds: time,
      note: `${((1e6 * time) / count).toFixed(2)} us each, first touch of the pages included`,
    };
  },
};
