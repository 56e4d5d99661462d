/** What scenarios mean, on the emulator's machine: one sentence of the language each. */
import { describe, expect, it } from 'vitest';
import { Machine } from '../../emulator/index.ts';
import type { CaseResult } from './results.ts';
import { planOf } from './session.test-support.ts';
import { runCase } from './session.ts';
import { DEFAULT_VARIATION, type Variation } from './variation.ts';

const machine = new Machine();

function run(text: string, variation: Partial<Variation> = {}, k = 0): CaseResult {
  return runCase(planOf(`scenario "t"\n${text}`, k), machine, {
    ...DEFAULT_VARIATION,
    ...variation,
  });
}

/** Passes under every policy. */
function passes(text: string): void {
  for (const caching of ['none', 'retain', 'random', 'sized']) {
    const { status, reason, failures } = run(text, { caching });
    expect({ caching, status, reason, failures }).toEqual({
      caching,
      status: 'pass',
      reason: null,
      failures: [],
    });
  }
}

function failure(text: string, variation: Partial<Variation> = {}): string {
  const { status, failures } = run(text, variation);
  expect(status).toBe('fail');
  return failures[0]?.message ?? '';
}

const TWO = `
  domain a sdid 1
  domain b sdid 2
  region p size 4K holds 7
  grant rw on p to a
`;

const NESTED = `
  domain host
  region vs_pt size 64K
  region g_pt size 64K aligned 16K
  region data size 4K holds 9
  space app is vs sv39 in host with tables in vs_pt
  space vm is g sv39x4 in host with tables in g_pt
  map app 0x40_0000 to 0x9000_0000 size 4K rw
  map vm 0x9000_0000 to data size 4K rw user
  grant rw on vs_pt to host
  grant rw on g_pt to host
  grant rw on data to host
  actor guest is host in VS using app over vm
`;

describe('domains', () => {
  it('reach what was granted to them, and nothing else', () => {
    passes(`${TWO}
  a loads at p -> 7
  b loads at p -> load access fault because mpt.invalid
  rdsm loads at p -> 7`);
  });

  it('with SDIDs that the machine cannot tell apart do not see what the other cached', () => {
    passes(`  machine sdidlen 0${TWO.replaceAll(/ sdid \d/g, '')}
  a loads at p -> 7
  b loads at p -> load access fault
  a loads at p -> 7`);
  });

  it('get no restriction under the flat model', () => {
    expect(run(`${TWO}  b loads at p -> 7`, { model: 'flat' }).status).toBe('pass');
  });

  it('are skipped, not run, under a model whose firmware has no host to serve', () => {
    expect(run(`${TWO}  b loads at p -> 7`, { model: 'rdsm_hs' })).toMatchObject({
      status: 'skip',
      reason: "rdsm_hs serves a domain called 'host', and there is none",
    });
  });

  it('work in the MTT era by the same lines', () => {
    for (const mode of ['smmtt46', 'smmtt56']) {
      passes(`  machine revision mtt_0_1_1, mpt ${mode}${TWO}
  a loads at p -> 7
  b loads at p -> load access fault
  revoke p from a
  a loads at p -> load access fault`);
    }
  });

  it('are skipped where their mode does not exist in the revision asked for', () => {
    const { status, reason } = run(`  machine mpt smmpt43${TWO}  a loads at p`, {
      revision: 'mtt_0_1',
    });
    expect([status, reason]).toEqual(['skip', 'smmpt43 does not exist in revision mtt_0_1']);
  });

  it('work at XLEN 32', () => {
    passes(`  machine xlen 32${TWO}
  a loads at p -> 7
  b stores 1 at p -> store access fault
  check every 4 of p -> 7`);
  });

  it('work with big-endian tables', () => {
    passes(`  machine tables big${TWO}
  b loads at p -> load access fault
  check p -> 7
  a fetches at p -> fetch access fault because mpt.permission`);
  });
});

describe('changes of tables', () => {
  it('are seen at once when the line fences', () => {
    passes(`${TWO}
  a loads at p -> 7
  revoke p from a
  a loads at p -> load access fault
  grant rw on p to b
  b loads at p -> 7`);
  });

  it('may be stale after unfenced, under a policy that keeps entries', () => {
    const text = `${TWO}
  a loads at p -> 7
  revoke p from a unfenced
  a loads at p -> load access fault`;
    expect(run(text, { caching: 'none' }).status).toBe('pass');
    expect(run(text, { caching: 'retain' }).status).toBe('fail');
  });

  it('of page tables are fenced under the tags of their space', () => {
    passes(`${NESTED}
  region other size 4K holds 10
  grant rw on other to host
  guest loads at va 0x40_0000 -> 9
  map vm 0x9000_0000 to other size 4K rw user
  guest loads at va 0x40_0000 -> 10
  unmap app 0x40_0000 size 4K
  guest loads at va 0x40_0000 -> load page fault`);
  });

  it('that make an entry valid are fenced where the machine is slow to see that', () => {
    passes(`  machine v_visible_after fence${TWO}
  b loads at p -> load access fault
  revoke p from a
  grant rw on p to b
  b loads at p -> 7`);
    passes(`  machine without Svvptc
  domain host
  region pt size 64K
  region d size 4K holds 5
  grant rw on d to host
  grant rw on pt to host
  space os is s sv39 in host with tables in pt
  actor k is host in S using os
  k loads at va 0x1000 -> load page fault
  map os 0x1000 to d size 4K rw
  k loads at va 0x1000 -> 5`);
  });

  it('in one space leave the other alone', () => {
    passes(`${TWO}
  region pt size 64K
  region q size 4K holds 8
  grant rw on q to a
  grant rw on pt to a
  space one is s sv39 in a with tables in pt
  space two is s sv39 in a with tables in pt
  map one 0x1000 to p size 4K rw
  map two 0x1000 to q size 4K rw
  actor u1 is a in S using one
  actor u2 is a in S using two
  u1 loads at va 0x1000 -> 7
  u2 loads at va 0x1000 -> 8
  u1 loads at va 0x1000 -> 7
  a loads at pa p -> 7`);
  });
});

describe('actors', () => {
  it('in M as VS make data accesses as the guest, also after a fault', () => {
    passes(`${NESTED}
  actor k is host in M as VS using app over vm
  k loads at va 0x40_0000 -> 9
  k loads at va 0x50_0000 -> load page fault
  k loads at va 0x40_0000 -> 9
  rdsm loads at data -> 9`);
  });

  it('have the status bits that they are given, and others do not inherit them', () => {
    passes(`
  domain host
  region pt size 64K
  region text size 4K holds 5
  grant rwx on text to host
  grant rw on pt to host
  space os is s sv39 in host with tables in pt
  map os 0x1000 to text size 4K x
  actor plain is host in S using os
  actor reader is host in S using os with mxr
  plain loads at va 0x1000 -> load page fault
  reader loads at va 0x1000 -> 5
  plain loads at va 0x1000 -> load page fault`);
  });

  it('without a domain run on what the CSRs hold, whoever wrote it', () => {
    passes(`${TWO}
  actor probe in S
  rdsm writes csr mmpt with mmpt(mode: 1, sdid: 1, ppn: a.root / 4K)
  probe loads at p -> 7
  rdsm writes csr mmpt with mmpt(mode: 1, sdid: 2, ppn: b.root / 4K)
  probe loads at p -> load access fault`);
  });

  it('keep the CSRs below M that they wrote, apart from other domains', () => {
    passes(`${TWO}
  a writes csr sscratch with 5
  b reads csr sscratch -> 0
  a reads csr sscratch -> 5`);
  });

  it('run on several harts, each with its own CSRs', () => {
    passes(`  machine harts 2${TWO}
  actor a1 is a on hart 1
  actor b1 is b on hart 1
  a1 loads at p -> 7
  b1 loads at p -> load access fault
  a loads at p -> 7
  revoke p from a
  a1 loads at p -> load access fault`);
  });

  it('of VS are skipped on a machine without H', () => {
    expect(run(`  machine without H${TWO}  actor g is a in VS\n  g loads at p`)).toMatchObject({
      status: 'skip',
      reason: 'requires H',
    });
  });
});

describe('the privileged start', () => {
  it('delegates nothing, unless the machine line says so', () => {
    passes(`${TWO}  b loads at p -> load access fault taken in M`);
    passes(
      `  machine delegates access_faults${TWO}  b loads at p -> load access fault taken in HS`,
    );
  });

  it('lets hardware set A and D where it can', () => {
    const text = (without: string, outcome: string) => `${without}
  domain host
  region pt size 64K
  region d size 4K holds 5
  grant rw on d to host
  grant rw on pt to host
  space os is s sv39 in host with tables in pt
  map os 0x1000 to d size 4K rw fresh
  actor k is host in S using os
  k loads at va 0x1000 -> ${outcome}`;
    passes(text('', '5'));
    passes(text('  machine without Svadu', 'load page fault because pte.accessed'));
  });

  it('keeps table walks alive under MML', () => {
    passes(`${TWO}
  rdsm writes csr mseccfg with mseccfg(mml: 1)
  a loads at p -> 7
  b loads at p -> load access fault because mpt.invalid`);
  });
});

describe('effects', () => {
  it('of a denied store are none', () => {
    passes(`${TWO}  b stores 1 at p -> store access fault\n  check every 8 of p -> 7`);
  });

  it('of a split store may be partial where the scenario says so', () => {
    const text = (clause: string) => `  machine mpt smmpt43
  requires misaligned_access${TWO}
  a stores 0 at p.end - 4 -> store access fault at p.end${clause}`;
    expect(run(text(' partial'), { knobs: { straddle_store: 'first_part' } }).status).toBe('pass');
    expect(failure(text(''), { knobs: { straddle_store: 'first_part' } })).toBe(
      'the access was denied, but 4 of its bytes were stored',
    );
    expect(run(text('')).status).toBe('pass');
  });

  it('of poison are errors of the reader, and scrub heals', () => {
    passes(`${TWO}
  poison p
  a loads at p -> access fault because memory.poison
  scrub p
  a loads at p -> 0`);
  });
});

describe('a failure', () => {
  it('carries the walk that led to it', () => {
    const { failures } = run(`  machine mpt smmpt43${TWO}  b loads at p -> ok`);
    expect(failures[0]?.walk.map(({ stage, level, verdict }) => [stage, level, verdict])).toEqual([
      ['mpt', 2, 'mpt.invalid'],
    ]);
  });

  it('is the same every time', () => {
    const text = `${TWO}\n  a loads at p -> 7 as n\n  b loads at p -> unspecified`;
    expect(run(text, { caching: 'random' })).toEqual(run(text, { caching: 'random' }));
  });
});
