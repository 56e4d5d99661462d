/** Scenarios put together at random: whatever they say, a case ends with a result, and with the same one twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, expand } from '../../dsl/index.ts';
import { Machine } from '../../emulator/index.ts';
import { explainCase } from '../explain/explain.ts';
import { runCase } from './session.ts';
import { DEFAULT_VARIATION } from './variation.ts';
import { VOCABULARY } from '../vocabulary/vocabulary.ts';

const HEAD = `sdt 1
scenario "t"
  requires misaligned_access
  region pt size 64K
  region gpt size 64K aligned 16K
  region p size 64K holds 7 shared
  region q size 4K shared
  domain a
  domain b
  grant rw on pt to a
  grant rw on gpt to a
  space os is s sv39 in a
  space app is vs sv39 in a with tables in pt
  space vm is g sv39x4 in a with tables in gpt
  actor kernel is a in S using os
  actor guest is a in VS using app over vm
  actor nested is a in VU using app over vm with vssum
  actor aimed is a in M as VS using app over vm
  actor probe in S
  actor b1 is b on hart 1
`;

const machine = fc.constantFrom(
  'harts 2',
  'harts 2, sdidlen 0, asidlen 0, vmidlen 0',
  'harts 2, tables big',
  'harts 2, tval zero, pmp 64',
  'harts 2, delegates access_faults',
  'harts 2, mpt smmpt64',
  'harts 2, revision mtt_0_1_1, mpt smmtt46',
  'harts 2, revision mtt_0_1, mpt smmtt56',
  'harts 2, model flat',
  'harts 2, pmp 0',
  'harts 2, v_visible_after fence',
);
const extent = fc.constantFrom(
  'p',
  'q',
  'p.page(1)',
  'at p + 4K size 8K',
  'pt',
  'app.pte_page(0x40_0000)',
);
const domain = fc.constantFrom('a', 'b', 'a, b');
const perms = fc.constantFrom('r', 'rw', 'rx', 'x', 'rwx', 'none');
const unfenced = fc.constantFrom('', ' unfenced');
const space = fc.constantFrom('os', 'app', 'vm');
const virtual = fc.constantFrom('0x40_0000', '0x40_1000', '0x80_0000');
const address = fc.constantFrom(
  'p',
  'p.end - 4',
  'q',
  '0x40_0000',
  '0x40_0ffc',
  '0x80_0000',
  '0',
  'rdsm.tables',
);
const actor = fc.constantFrom(
  'a',
  'b',
  'kernel',
  'guest',
  'nested',
  'aimed',
  'probe',
  'b1',
  'rdsm',
);
const outcome = fc.constantFrom(
  'unspecified',
  'not denied',
  'ok or denied',
  'unspecified',
  'unspecified',
);

const line = fc.oneof(
  fc.tuple(perms, extent, domain, unfenced).map(([w, e, d, u]) => `grant ${w} on ${e} to ${d}${u}`),
  fc.tuple(extent, domain, unfenced).map(([e, d, u]) => `revoke ${e} from ${d}${u}`),
  fc
    .tuple(
      fc.constantFrom('a', 'b'),
      fc.nat(3),
      fc.constantFrom('invalid', 'rw', 'xwr 2', 'raw 0x123', 'reserved bit 5', 'napot 4 rw'),
      unfenced,
    )
    .map(([d, n, content, u]) => `entry of ${d} level ${n} for p ${content}${u}`),
  fc
    .tuple(space, virtual, fc.constantFrom('p', 'q', '0x40_0000'), perms, unfenced)
    .map(([s, v, to, w, u]) => `map ${s} ${v} to ${to} size 4K ${w} user${u}`),
  fc.tuple(space, virtual, unfenced).map(([s, v, u]) => `unmap ${s} ${v} size 4K${u}`),
  fc.tuple(fc.nat(16), perms, extent).map(([n, w, e]) => `pmp ${n} ${w} on ${e}`),
  fc.tuple(address).map(([at]) => `poke ${at} with 0x1234`),
  extent.map((e) => `poison ${e}`),
  extent.map((e) => `scrub ${e}`),
  fc.constantFrom('mpt', 'vma', 'gvma', 'all', 'vvma').map((word) => `fence ${word}`),
  fc.constantFrom('tlb', 'walk', 'mpt', 'all').map((word) => `flush ${word}`),
  fc
    .tuple(
      actor,
      fc.constantFrom(
        'loads',
        'loads 8 bytes',
        'stores 5',
        'fetches',
        'adds 1',
        'tries hlv',
        'tries lr',
      ),
      address,
      outcome,
    )
    .map(([who, what, at, so]) => `${who} ${what} at ${at} -> ${so}`),
  fc
    .tuple(
      actor,
      fc.constantFrom(
        'mmpt',
        'satp',
        'mstatus',
        'hgatp',
        'mseccfg',
        'sscratch',
        'pmpcfg0',
        'vsatp',
      ),
      fc.constantFrom('ones', '0', '1'),
    )
    .map(([who, csr, value]) => `${who} writes csr ${csr} with ${value} -> unspecified`),
  fc
    .tuple(actor, fc.constantFrom('mpt', 'vma', 'gvma', 'vvma', 'sinval_vma', 'minval_pa'))
    .map(([who, word]) => `${who} fences ${word} of 1 for p -> unspecified`),
);

describe('a case', () => {
  it('always ends with a result, the same one twice, and can be explained', () => {
    const backEnd = new Machine();
    const other = new Machine();
    fc.assert(
      fc.property(
        machine,
        fc.constantFrom('none', 'retain', 'random', 'sized'),
        fc.array(line, { minLength: 1, maxLength: 14 }),
        (properties, caching, lines) => {
          const text = `${HEAD}  machine ${properties}\n${lines.map((l) => `  ${l}\n`).join('')}`;
          const document = compile({ path: 'fuzz.sdt', text }, () => null, VOCABULARY);
          const wrong = document.diagnostics.some(({ code }) => code < 'SDT400');
          const [scenario] = document.scenarios;
          if (wrong || scenario === undefined) return;
          const variation = { ...DEFAULT_VARIATION, caching };
          const plan = expand(scenario, 0);
          const result = runCase(plan, backEnd, variation);
          expect(runCase(plan, other, variation)).toEqual(result);
          explainCase(plan, other, variation, { line: null, map: true });
          ran.set(result.status, (ran.get(result.status) ?? 0) + 1);
        },
      ),
      { numRuns: Number(process.env['FUZZ'] ?? 40) },
    );
    // The generator is worth something: most texts compile, and cases end in several ways.
    expect([...ran.values()].reduce((a, b) => a + b, 0)).toBeGreaterThan(10);
    expect(ran.size).toBeGreaterThan(1);
    if (process.env['FUZZ'] !== undefined) console.log(ran);
  });
});

const ran = new Map<string, number>();

/** Everybody starts with something to lose; tables lie apart from what is granted and revoked. */
const WORKING = `${HEAD.replace(
  'space os is s sv39 in a',
  'space os is s sv39 in a with tables in pt2',
).replace('  space os', '  region pt2 size 64K aligned 64K\n  grant rw on pt2 to a\n  space os')}
  region pt3 size 64K aligned 64K
  region pt4 size 64K aligned 64K
  grant rw on pt3 to a
  grant rw on pt4 to b
  space os2 is s sv39 in a with tables in pt3
  space osb is s sv39 in b with tables in pt4
  actor kernel2 is a in S using os2
  actor kernelb is b in S using osb
  grant rwx on p to a, b
  grant rwx on q to a
  map os 0x40_0000 to p size 8K rwx
  map os2 0x40_0000 to q size 4K rwx
  map osb 0x40_1000 to p size 4K rwx
  map app 0x40_0000 to 0x40_0000 size 8K rwx
  map vm 0x40_0000 to p size 8K rwx user
`;

/** Lines after which nothing may be stale: the high road, fenced, on memory that holds no tables. */
const data = fc.constantFrom('p', 'q', 'p.page(1)', 'at p + 4K size 8K');
const settled = fc.oneof(
  fc.tuple(perms, data, domain).map(([w, e, d]) => `grant ${w} on ${e} to ${d}`),
  fc.tuple(data, domain).map(([e, d]) => `revoke ${e} from ${d}`),
  fc
    .tuple(fc.constantFrom('a', 'b'), fc.constantFrom('invalid', 'rw', 'xwr 2'))
    .map(([d, content]) => `entry of ${d} level 0 for q ${content}`),
  fc
    .tuple(space, virtual, fc.constantFrom('p', 'q', '0x40_0000'), perms)
    .map(([s, v, to, w]) => `map ${s} ${v} to ${to} size 4K ${w} user`),
  fc.tuple(space, virtual).map(([s, v]) => `unmap ${s} ${v} size 4K`),
  fc
    .tuple(fc.nat(7), perms, fc.constantFrom('p', 'q'))
    .map(([n, w, e]) => `pmp ${2 * n} ${w} on ${e}`),
);
const looker = fc.constantFrom('a', 'b', 'kernel', 'kernel2', 'kernelb', 'guest', 'aimed', 'b1');
const look = fc
  .tuple(
    looker,
    fc.constantFrom('loads', 'fetches', 'tries lr'),
    fc.constantFrom('p', 'q', '0x40_0000', '0x40_0000', '0x40_1000', '0x80_0000'),
  )
  .map(([who, what, at]) => `${who} ${what} at ${at} -> unspecified`);

describe('the fences that lines bring along', () => {
  it('leave no policy room for another result than that of a walk every time', () => {
    const backEnd = new Machine();
    let compared = 0;
    fc.assert(
      fc.property(
        fc.oneof(machine, fc.constant('harts 2\n  machine without Svvptc')),
        fc.constantFrom('retain', 'random', 'sized'),
        fc.array(fc.oneof(look, look, settled), { minLength: 8, maxLength: 30 }),
        (properties, caching, lines) => {
          const text = `${WORKING}  machine ${properties}\n${lines.map((l) => `  ${l}\n`).join('')}`;
          const { diagnostics, scenarios } = compile(
            { path: 'f.sdt', text },
            () => null,
            VOCABULARY,
          );
          const [scenario] = scenarios;
          if (diagnostics.some(({ code }) => code < 'SDT400') || scenario === undefined) return;
          const plan = expand(scenario, 0);
          const results = ['none', caching].map((policy) => {
            const result = runCase(plan, backEnd, { ...DEFAULT_VARIATION, caching: policy });
            return result.witnesses.map(({ span, members }) => `${span.line}: ${members.join()}`);
          });
          expect(results[1], text).toEqual(results[0]);
          compared += results[0]?.length ?? 0;
        },
      ),
      { numRuns: Number(process.env['FUZZ'] ?? 40) },
    );
    expect(compared).toBeGreaterThan(100);
  });
});
