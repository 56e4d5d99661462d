/** The session against a scripted machine: what is asked of it, in which order, and how its answers are judged. */
import { describe, expect, it } from 'vitest';
import { FakeBackEnd, ok, runText, trap } from './session.test-support.ts';

const ONE_PAGE = `scenario "t"
  machine mpt smmpt43
  domain vault sdid 2
  region key at 0x8110_0000 size 4K
  grant rw on key to vault
`;
const KEY = 0x8110_0000n;

function step(
  line: string,
  ...more: Parameters<typeof runText> extends [string, ...infer R] ? R : []
) {
  return runText(`${ONE_PAGE}  ${line}`, ...more).result;
}

describe('a case', () => {
  it('passes when each outcome holds', () => {
    const { result, backEnd } = runText(
      `${ONE_PAGE}  vault loads at key -> 0x5ec2e7\n  vault stores 1 at key + 8`,
      () => ok(0x5ec2e7n),
    );
    expect(result).toMatchObject({ status: 'pass', reason: null, steps: 2, failures: [] });
    expect(backEnd.taken('load', 'store')).toEqual(['0 S load 81100000', '0 S store 81100008']);
  });

  it('ends with its first failure, in the words of the language', () => {
    const { result, backEnd } = runText(
      `${ONE_PAGE}  vault loads at key -> ok\n  vault loads at key + 8`,
      () => trap({ cause: 13, tval: KEY, because: 'pte.invalid' }),
    );
    expect(result.status).toBe('fail');
    expect(result.failures[0]).toMatchObject({
      expected: 'ok',
      actual: 'load page fault at 0x8110_0000 because pte.invalid',
      because: 'pte.invalid',
      kind: 'outcome',
    });
    expect(backEnd.taken('81100008')).toEqual([]);
  });

  it('is run again with tracing on, up to the line that failed', () => {
    const { backEnd } = runText(
      `${ONE_PAGE}  vault loads at key\n  vault loads at key + 8`,
      (_, a) => (a.address === KEY ? ok() : trap({ tval: a.address })),
    );
    const trace = backEnd.calls.indexOf('trace on');
    expect(backEnd.calls.slice(trace + 1)[0]).toBe('0 S load 81100008');
  });

  it('is a known failure while it fails, and an unexpected pass after that', () => {
    const text = `scenario "t"\n  known failure "link"\n  region key size 4K\n  actor p in S\n  p loads at key`;
    expect(runText(text, () => trap({})).result).toMatchObject({
      status: 'known failure',
      reason: 'link',
    });
    const { status, failures } = runText(text).result;
    expect(status).toBe('unexpected pass');
    expect(failures[0]?.kind).toBe('unexpected pass');
  });

  it('is skipped for what the machine lacks, never passed', () => {
    const text = (line: string) =>
      `scenario "t"\n  ${line}\n  region key size 4K\n  actor p in S\n  p loads at key`;
    const reason = (line: string) => {
      const { status, reason: why } = runText(text(line)).result;
      return [status, why];
    };
    expect(reason('requires Smsdia')).toEqual(['skip', 'not modelled yet: Smsdia']);
    expect(reason('requires V')).toEqual(['skip', 'not modelled yet: V']);
    expect(reason('requires Sdext')).toEqual(['skip', 'not modelled yet: Sdext']);
    expect(reason('machine without H\n  requires H')).toEqual(['skip', 'requires H']);
    expect(reason('skip "too slow"')).toEqual(['skip', 'too slow']);
    expect(reason('machine model rdsm_hs\n  machine without H')).toEqual([
      'skip',
      'rdsm_hs requires H',
    ]);
  });

  it('is skipped with the reason of a back end that cannot build the machine', () => {
    const backEnd = new FakeBackEnd();
    backEnd.refuses = 'one hart only';
    expect(runText(ONE_PAGE, undefined, {}, backEnd).result).toMatchObject({
      status: 'skip',
      reason: 'one hart only',
    });
  });

  it('is an error, with its place, when a table cannot be built', () => {
    const { status, reason } = runText(
      `scenario "t"\n  domain a with tables in pt\n  region pt size 4K\n  region x size 4K\n  grant rw on x to a\n  a loads at x`,
    ).result;
    expect(status).toBe('error');
    expect(reason).toMatch(/^test\.sdt:6:\d+: no room/);
  });

  it('is an error when it makes more attempts than its budget', () => {
    const { status, reason } = runText(
      `${ONE_PAGE}  vault loads 1 byte at key every 1 of key`,
      undefined,
      { steps: 100 },
    ).result;
    expect([status, reason]).toEqual(['error', expect.stringContaining('more than 100 attempts')]);
  });
});

describe('a fault', () => {
  const denied = (more: Parameters<typeof trap>[0]) => () => trap({ tval: KEY, ...more });

  it('is judged by its cause', () => {
    expect(step('vault loads at key -> load access fault', denied({})).status).toBe('pass');
    expect(step('vault loads at key -> access fault', denied({})).status).toBe('pass');
    expect(step('vault loads at key -> load access fault', denied({ cause: 13 })).status).toBe(
      'fail',
    );
    expect(step('vault stores 1 at key -> access fault', denied({ cause: 5 })).status).toBe('fail');
    expect(step('vault tries sc with 1 at key -> access fault', denied({ cause: 7 })).status).toBe(
      'pass',
    );
  });

  it('must name the attempted address, unless the scenario says another or any', () => {
    const elsewhere = denied({ tval: KEY + 8n });
    expect(step('vault loads at key -> load access fault', elsewhere).failures[0]?.message).toBe(
      'tval is 0x8110_0008, not the attempted address 0x8110_0000',
    );
    expect(step('vault loads at key -> load access fault at key + 8', elsewhere).status).toBe(
      'pass',
    );
    expect(step('vault loads at key -> load access fault at any', elsewhere).status).toBe('pass');
  });

  it('may name the second page of a straddle', () => {
    const straddle = 'vault loads 8 bytes at key.end - 4 -> load access fault';
    const line = (at: bigint) =>
      runText(
        `${ONE_PAGE}  ${straddle}`.replace(
          'scenario "t"',
          'scenario "t"\n  requires misaligned_access',
        ),
        () => trap({ tval: at }),
      ).result.status;
    expect(line(KEY + 0x1000n)).toBe('pass');
    expect(line(KEY + 0xffcn)).toBe('pass');
    expect(line(KEY + 0xff8n)).toBe('fail');
  });

  it('leaves zero in tval on machines that say so', () => {
    const text = ONE_PAGE.replace('smmpt43', 'smmpt43, tval zero');
    const line = `${text}  vault loads at key -> load access fault at key`;
    expect(runText(line, () => trap({ tval: 0n })).result.status).toBe('pass');
    expect(runText(line, () => trap({ tval: KEY })).result.status).toBe('fail');
  });

  it('fails the step when denied bytes were stored all the same', () => {
    const backEnd = new FakeBackEnd();
    const { result } = runText(
      `${ONE_PAGE}  vault stores 1 at key -> store access fault`,
      () => {
        backEnd.counters['stored'] = 8;
        return trap({ cause: 7, tval: KEY });
      },
      {},
      backEnd,
    );
    expect(result.failures[0]?.message).toBe(
      'the access was denied, but 8 of its bytes were stored',
    );
  });

  it('may store its allowed part where the scenario says partial, and no more', () => {
    const run = (bytes: number) => {
      const backEnd = new FakeBackEnd();
      const text = ONE_PAGE.replace('scenario "t"', 'scenario "t"\n  requires misaligned_access');
      return runText(
        `${text}  vault stores 1 at key.end - 4 -> store access fault at key.end partial`,
        () => {
          backEnd.counters['stored'] = bytes;
          return trap({ cause: 7, tval: KEY + 0x1000n });
        },
        {},
        backEnd,
      ).result.status;
    };
    expect([run(0), run(4), run(5)]).toEqual(['pass', 'pass', 'fail']);
  });

  it('is compared with every clause behind it', () => {
    const guest = { cause: 21, gpa: 0x9000_0000n, takenIn: 'S', mpv: true, gva: true } as const;
    const line = (clause: string) =>
      step(`vault loads at key -> load guest page fault ${clause}`, denied(guest)).status;
    expect(line('gpa 0x9000_0000')).toBe('pass');
    expect(line('gpa 0x9000_1000')).toBe('fail');
    expect(line('taken in HS')).toBe('pass');
    expect(line('taken in M')).toBe('fail');
    expect(line('with (mtval2: 0x2400_0000, gva: 1, mpv: 1)')).toBe('pass');
    expect(line('with (gva: 0)')).toBe('fail');
    expect(line('because mpt.permission')).toBe('pass');
    expect(line('because mpt.invalid')).toBe('fail');
  });

  it('counts as denied when isolation stopped the access, not when its own tables did', () => {
    const line = (cause: number) => step('vault loads at key -> denied', denied({ cause })).status;
    expect([1, 5, 7, 20, 21, 23].map(line)).toEqual(Array(6).fill('pass'));
    expect([13, 15, 2].map(line)).toEqual(Array(3).fill('fail'));
  });
});

describe('an outcome', () => {
  it('that is a set holds with any member, and tells which', () => {
    const { status, witnesses } = step('vault loads at key -> ok or load access fault', () =>
      trap({ tval: KEY }),
    );
    expect(status).toBe('pass');
    expect(witnesses[0]).toMatchObject({ members: ['ok', 'load access fault'], chosen: 1 });
  });

  it('that is negated or left open', () => {
    expect(step('vault loads at key -> not denied').status).toBe('pass');
    expect(step('vault loads at key -> not ok').status).toBe('fail');
    expect(step('vault loads at key -> unspecified').status).toBe('pass');
    expect(step('vault loads at key -> unspecified: 1 or 2', () => ok(3n)).status).toBe('fail');
  });

  it('is a value, a range of values, or some fields of one', () => {
    const value = (outcome: string) =>
      step(`vault loads at key -> ${outcome}`, () => ok(0x43n)).status;
    expect([value('0x43'), value('0x40..0x4F'), value('mpte(v: 1, l: 1)')]).toEqual(
      Array(3).fill('pass'),
    );
    expect([value('0x44'), value('0..0x42'), value('mpte(v: 0)')]).toEqual(Array(3).fill('fail'));
  });

  it('is captured and used later', () => {
    const { backEnd } = runText(
      `${ONE_PAGE}  vault loads at key -> ok as n\n  vault stores n + 1 at key`,
      (_, a) => ok(a.operation === 'load' ? 41n : a.value),
    );
    expect(backEnd.taken('store')).toHaveLength(1);
  });

  it('is taken from the last `when` line that matches what the run chose', () => {
    const text = `${ONE_PAGE}  vault loads at key -> 1
    when caching is retain -> 2
    when caching is retain and tval is address -> 3`;
    expect(runText(text, () => ok(1n)).result.status).toBe('pass');
    expect(runText(text, () => ok(3n), { caching: 'retain' }).result.status).toBe('pass');
  });

  it('of `every` names the first address that does not agree', () => {
    const { failures, steps } = step('vault loads at key every 1K of key -> ok', (_, a) =>
      a.address === KEY + 0x800n ? trap({ tval: a.address }) : ok(),
    );
    expect(steps).toBe(3);
    expect(failures[0]?.message).toBe('at 0x8110_0800: the machine raised load access fault (5)');
  });

  it('counts what the step cost', () => {
    const run = (clause: string) => {
      const backEnd = new FakeBackEnd();
      const answer = () => {
        backEnd.counters['mpt'] = (backEnd.counters['mpt'] ?? 0) + 3;
        backEnd.counters['data'] = (backEnd.counters['data'] ?? 0) + 1;
        return ok();
      };
      const text = `${ONE_PAGE}  flush all\n  vault loads at key -> ok costing ${clause}`;
      return runText(text, answer, {}, backEnd).result;
    };
    expect(run('mpt 3, total 4')).toMatchObject({
      status: 'pass',
      costs: [{ costs: { mpt: 3, total: 4 } }],
    });
    expect(run('mpt 2..3').status).toBe('pass');
    expect(run('total <= 3').failures[0]?.message).toBe('total is 4, not <= 3');
  });
});

describe('a poor back end', () => {
  it('turns a clause that it cannot tell into a visible skip, when all else holds', () => {
    const run = (line: string, answer: () => ReturnType<typeof ok>) =>
      runText(
        `${ONE_PAGE}  ${line}`,
        answer,
        {},
        new FakeBackEnd({ reasons: false, counts: false }),
      ).result;
    const because = 'vault loads at key -> load access fault because mpt.permission';
    expect(run(because, () => trap({ tval: KEY }))).toMatchObject({
      status: 'skip',
      reason: 'all else holds, but fake cannot tell because',
    });
    expect(run(because, () => ok()).status).toBe('fail');
  });
});

describe('an actor', () => {
  const TWO = `scenario "t"
  machine mpt smmpt43
  domain a sdid 1
  domain b sdid 2
  region x at 0x8110_0000 size 4K shared
  grant rw on x to a, b
`;

  it('brings its domain: mmpt is written when the domain differs, and only then', () => {
    const { backEnd } = runText(
      `${TWO}  a loads at x\n  a loads at x\n  b loads at x\n  rdsm loads at x\n  b loads at x`,
    );
    expect(backEnd.taken('mmpt', 'load').map((call) => call.replace(/ = .*/, ''))).toEqual([
      '0 mmpt',
      '0 S load 81100000',
      '0 S load 81100000',
      '0 mmpt',
      '0 S load 81100000',
      '0 M load 81100000',
      '0 S load 81100000',
    ]);
  });

  it('of a domain gets its mmpt back after somebody wrote it by hand', () => {
    const { backEnd } = runText(
      `${TWO}  a loads at x\n  rdsm writes csr mmpt with 0\n  a loads at x`,
    );
    expect(backEnd.taken('mmpt =')).toHaveLength(2);
  });

  it('without a domain runs on whatever the CSRs hold', () => {
    const { backEnd } = runText(`${TWO}  actor probe in S\n  a loads at x\n  probe loads at x`);
    expect(backEnd.taken('mmpt =')).toHaveLength(1);
  });

  it('keeps CSRs below M that it wrote, per domain', () => {
    const { backEnd } = runText(
      `${TWO}  a writes csr sscratch with 7\n  b writes csr sscratch with 9\n  a loads at x\n  b loads at x`,
    );
    expect(backEnd.taken('sscratch =')).toEqual([
      '0 sscratch = 0',
      '0 sscratch = 7',
      '0 sscratch = 9',
    ]);
  });

  it('in M as VS aims MPRV, and again after a trap', () => {
    const text = `${TWO}  actor k is a in M as VS\n  k loads at x -> access fault\n  k loads at x -> access fault`;
    const { backEnd } = runText(
      text,
      (_, { address }) => {
        backEnd2.csrs.set('0 mstatus', 3n << 11n);
        return trap({ tval: address });
      },
      {},
      (backEnd2 = new FakeBackEnd()),
    );
    const status = backEnd.taken('mstatus =').map((call) => BigInt(`0x${call.split('= ')[1]}`));
    const MPRV = 1n << 17n;
    const last = status.at(-1) ?? 0n;
    expect(last & MPRV).toBe(MPRV);
    expect((last >> 11n) & 3n).toBe(1n);
    expect((last >> 39n) & 1n).toBe(1n);
  });
});

let backEnd2 = new FakeBackEnd();

describe('a fence', () => {
  const SETUP = `scenario "t"
  machine mpt smmpt43, harts 2
  domain a sdid 1
  region x at 0x8110_0000 size 8K
  grant rw on x to a
  a loads at x
`;

  it('follows a change of a valid leaf, on harts that ran, by address and SDID', () => {
    const { backEnd } = runText(`${SETUP}  revoke x from a`);
    expect(backEnd.taken('mfence')).toEqual([
      '0 M mfence_pa 81100000 1',
      '0 M mfence_pa 81101000 1',
    ]);
  });

  it('is left out where the line says unfenced', () => {
    const { backEnd } = runText(`${SETUP}  revoke x from a unfenced\n  fence mpt of a`);
    expect(backEnd.taken('mfence')).toEqual(['0 M mfence_pa x0 1']);
  });

  it('covers everything of the domain when a pointer changes', () => {
    const { backEnd } = runText(`${SETUP}  entry of a level 1 for x invalid`);
    expect(backEnd.taken('mfence')).toEqual(['0 M mfence_pa x0 1']);
  });

  it('as a step has the raw operands of the scenario', () => {
    const { backEnd } = runText(`${SETUP}  rdsm fences mpt of 0xFFC1 for x\n  rdsm fences mpt`);
    expect(backEnd.taken('mfence')).toEqual(['0 M mfence_pa 81100000 ffc1', '0 M mfence_pa x0 x0']);
  });
});
