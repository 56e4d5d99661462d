import { describe, expect, it } from 'vitest';
import { COUNTERS, type Counts } from '../../emulator/index.ts';
import { breakEvens, closedForm } from './break-even.ts';
import { constantsOf, DEFAULT_CONSTANTS } from './constants.ts';
import { costOf } from './cost.ts';
import { compareJson, csvText } from './exports.ts';
import { htmlText } from './html.ts';
import { type Measured, rowsOf } from './measured.ts';
import { tableText } from './table.ts';

const NONE = Object.fromEntries(Object.keys(COUNTERS).map((name) => [name, 0])) as Counts;
const CACHES = { policy: 'sized', tlb: 64, walk: 32, mpt: 32 };

function measured(model: string, exits: number, counts: Partial<Counts>): Measured {
  const axes = [{ axis: 'exits', value: String(exits) }];
  const found = { ...NONE, ...counts };
  return {
    file: 'a.sdt',
    section: 'mix',
    title: 'mix',
    axes,
    model,
    rounds: 10,
    counts: found,
    caches: CACHES,
    skipped: null,
  };
}

/** The table walks more, nesting traps more: at 4 exits they cost the same. */
const MIX = [1, 2, 8].flatMap((exits) => [
  measured('tsm_peer', exits, { mpt: 1200, data: 10 }),
  measured('rdsm_hs', exits, { g: 0, data: 10, trap_hs: 10 * exits, trap: 10 * exits }),
]);

describe('the weighted cost', () => {
  it('is the sum of events times constants, for one round', () => {
    const counts = {
      ...NONE,
      s: 30,
      data: 10,
      trap_hs: 20,
      trap_m: 10,
      xret: 30,
      csr: 50,
      fence: 10,
      ipi: 1,
    };
    // (40 x 20 + 20 x 600 + 10 x 400 + 30 x 200 + 50 x 10 + 10 x 150 + 1 x 1500) / 10
    expect(costOf(counts, 10, DEFAULT_CONSTANTS).total).toBe(2630);
  });

  it('takes constants from settings, and names those that it has not', () => {
    expect(constantsOf(['cost.trap=1000'])).toEqual({ ...DEFAULT_CONSTANTS, trap: 1000 });
    expect(constantsOf(['cost.tarp=1'])).toMatch(/'cost.tarp=1': costs are cost.mem, /);
    expect(constantsOf(['cost.trap=-1'])).toMatch(/a cost is a number of cycles/);
  });
});

describe('the break-even', () => {
  it('is where the lines of two models cross', () => {
    // 120 x 20 = 2400 cycles of walks against 600 for each trap: 4 exits.
    expect(breakEvens(rowsOf(MIX), DEFAULT_CONSTANTS)).toEqual([
      {
        sweep: 'mix',
        axis: 'exits',
        models: ['tsm_peer', 'rdsm_hs'],
        at: 4,
        closed: 4,
        below: 'rdsm_hs',
      },
    ]);
  });

  it('has the closed form of the published example', () => {
    // V = G = 3, 0.5 entries a reference, 20 and 600 cycles, one trap more: 0.27 exits per miss; 7 more: 0.038.
    const shape = { v: 3, g: 3, t: 0.5, nested: 1, table: 0, mem: 20, trap: 600 };
    expect(closedForm(shape)).toBeCloseTo(0.2667, 4);
    expect(closedForm({ ...shape, nested: 7 })).toBeCloseTo(0.0381, 4);
  });
});

describe('the comparison in its forms', () => {
  const skipped: Measured = {
    file: 'a.sdt',
    section: 'mix',
    title: 'mix',
    axes: [{ axis: 'exits', value: '1' }],
    model: 'tsm_m',
    rounds: 0,
    counts: null,
    caches: null,
    skipped: 'requires TVMs',
  };
  const rows = rowsOf([...MIX, skipped]);

  it('as a table: counts, then the cost, its constants, the caches and the label', () => {
    const text = tableText(rows, DEFAULT_CONSTANTS);
    expect(text).toContain(
      'mix [exits=1]\n  one round of 10; caches sized: 64 TLB, 32 walk, 32 protection-table entries, LRU',
    );
    expect(text).toMatch(/mpt +120 +0 +-\n/);
    expect(text).toMatch(/cost +2420 +620 +-\n {2}tsm_m: requires TVMs/);
    expect(text).toContain('mix: rdsm_hs is cheaper than tsm_peer below exits = 4, tsm_peer above');
    expect(text).toContain('constants (cycles): mem 20, trap 600');
    expect(text).toContain('instructions of firmware are not counted');
  });

  it('as CSV with as many columns in every line', () => {
    const lines = csvText(rows, DEFAULT_CONSTANTS).trimEnd().split('\n');
    expect(lines).toHaveLength(8);
    expect(new Set(lines.map((line) => line.split(',').length)).size).toBe(1);
  });

  it('as JSON', () => {
    const all = JSON.parse(compareJson(rows, DEFAULT_CONSTANTS)) as {
      workloads: { models: unknown[] }[];
    };
    expect(all.workloads).toHaveLength(3);
    expect(all.workloads[0]?.models).toHaveLength(3);
  });

  it('as one page that loads nothing', () => {
    const page = htmlText(rows, DEFAULT_CONSTANTS);
    expect(page).not.toMatch(/https?:|<script|<link|@import/);
    expect(page).toContain('<svg');
    expect(page).toContain('rdsm_hs is cheaper than tsm_peer below exits = 4');
  });
});
