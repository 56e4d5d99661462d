import { describe, expect, it } from 'vitest';
import type { Mode } from '../access/context.ts';
import { MODES } from '../access/context.ts';
import { CsrFile } from '../hart/csr-file.ts';
import type { Feature, Platform } from '../platform.ts';
import { Pmp } from '../protect/pmp.ts';
import { newFired, R } from '../rules/fired.ts';
import { testPlatform } from '../test-platform.ts';
import type { EntryView } from './entry-view.ts';
import { fenceDecisions } from './fence-decisions.ts';
import type { FenceName } from './fence-request.ts';
import { Fences } from './fences.ts';

/** A cache whose entries have names. */
class Entries {
  entries: (EntryView & { readonly name: string })[] = [];

  put(name: string, stage: EntryView['stage'], more: Partial<EntryView> = {}): void {
    const { page = 0x80000, span = 1, asid = 0, ...rest } = more;
    const covers = (at: number) => at >= page && at < page + span;
    const entry = { level: 0, isLeaf: true, sdid: 0, vmid: 0, global: false, ...rest };
    this.entries.push({ name, stage, ...entry, page, span, asid, covers });
  }

  drop(predicate: (entry: EntryView) => boolean): number {
    const before = this.entries.length;
    this.entries = this.entries.filter((entry) => !predicate(entry));
    return before - this.entries.length;
  }

  get names(): string {
    return this.entries.map(({ name }) => name).join(' ');
  }
}

function hart(overrides: Partial<Platform> = {}, without: readonly Feature[] = []) {
  const platform = testPlatform(overrides, without);
  const fired = newFired();
  const pmp = new Pmp();
  pmp.reset(platform, fired);
  const csrs = new CsrFile(0, pmp);
  csrs.reset(platform, fired);
  const fences = new Fences(csrs, pmp);
  fences.reset();
  const cache = new Entries();
  const run = (
    fence: FenceName,
    rs1: bigint | null = null,
    rs2: bigint | null = null,
    mode: Mode = 'M',
  ) => fences.execute({ fence, mode, rs1, rs2 }, cache);
  const marked = (rule: keyof typeof R) => fired[R[rule]] === 1;
  return { csrs, pmp, fences, cache, run, marked };
}

/** Names that went. */
function gone(cache: Entries, before: string): string {
  const kept = new Set(cache.names.split(' '));
  const went = before.split(' ').filter((name) => !kept.has(name));
  return went.join(' ');
}

describe('who may execute', () => {
  /** M, S, U, VS, VU: ok, or cause 2 or 22. */
  const row = (run: ReturnType<typeof hart>['run'], fence: FenceName) =>
    MODES.map((mode) => run(fence, null, null, mode)?.cause ?? 'ok').join(' ');

  const MATRIX: readonly (readonly [FenceName, string])[] = [
    ['mfence_pa', 'ok 2 2 2 2'],
    ['minval_pa', 'ok 2 2 2 2'],
    ['sfence_vma', 'ok ok 2 ok 22'],
    ['sinval_vma', 'ok ok 2 ok 22'],
    ['sfence_w_inval', 'ok ok 2 ok 22'],
    ['sfence_inval_ir', 'ok ok 2 ok 22'],
    ['hfence_vvma', 'ok ok 2 22 22'],
    ['hinval_vvma', 'ok ok 2 22 22'],
    ['hfence_gvma', 'ok ok 2 22 22'],
    ['hinval_gvma', 'ok ok 2 22 22'],
    ['fence_i', 'ok ok ok ok ok'],
  ];
  it.each(MATRIX)('%s: %s', (fence, expected) => {
    expect(row(hart().run, fence)).toBe(expected);
  });

  it('TVM stops HS at SFENCE.VMA and HFENCE.GVMA, not at HFENCE.VVMA', () => {
    const { csrs, run } = hart();
    csrs.poke('mstatus', 1n << 20n);
    for (const fence of ['sfence_vma', 'sinval_vma'] as const) {
      expect(row(run, fence)).toBe('ok 2 2 ok 22');
    }
    for (const fence of ['hfence_gvma', 'hinval_gvma'] as const) {
      expect(row(run, fence)).toBe('ok 2 2 22 22');
    }
    expect(row(run, 'hfence_vvma')).toBe('ok ok 2 22 22');
    expect(row(run, 'sfence_w_inval')).toBe('ok ok 2 ok 22');
  });

  it('VTVM stops VS at SFENCE.VMA and SINVAL.VMA', () => {
    const { csrs, run } = hart();
    csrs.poke('hstatus', 1n << 20n);
    expect(row(run, 'sfence_vma')).toBe('ok ok 2 22 22');
    expect(row(run, 'sinval_vma')).toBe('ok ok 2 22 22');
    expect(row(run, 'sfence_inval_ir')).toBe('ok ok 2 ok 22');
  });

  it('nobody executes what the machine has not', () => {
    const absent = (fence: FenceName, without: readonly Feature[], more: Partial<Platform> = {}) =>
      hart(more, without).run(fence)?.because;
    expect(absent('mfence_pa', ['Smsd'])).toBe('instruction.absent');
    expect(absent('sinval_vma', ['Svinval'])).toBe('instruction.absent');
    expect(absent('hinval_gvma', ['Svinval'])).toBe('instruction.absent');
    expect(absent('hfence_gvma', ['H'])).toBe('instruction.absent');
    // Smsd has MINVAL.PA whatever Svinval; the MTT era only with it.
    expect(absent('minval_pa', ['Svinval'])).toBe(undefined);
    expect(absent('minval_pa', ['Svinval'], { revision: 'mtt_0_1' })).toBe('instruction.absent');
  });

  it('a refused fence drops nothing and marks its rule', () => {
    const { cache, run, marked } = hart();
    cache.put('leaf', 'mpt');
    run('mfence_pa', null, null, 'S');
    expect([cache.names, marked('SMSD_FENCE_01'), marked('SMSD_FENCE_13')]).toEqual([
      'leaf',
      true,
      false,
    ]);
    run('minval_pa', null, null, 'VS');
    expect(marked('SMSD_FENCE_02')).toBe(true);
  });
});

describe('MFENCE.PA', () => {
  const P = 0x8000_0000n;
  /** p and q are pages of SDID 1 (a) and 2 (b); up is the pointer above both, big a level-1 leaf over both. */
  function tables(overrides: Partial<Platform> = {}) {
    const all = hart({ sdidlen: 2, ...overrides });
    const { cache } = all;
    for (const [name, sdid] of [
      ['a', 1],
      ['b', 2],
    ] as const) {
      cache.put(`${name}.p`, 'mpt', { sdid, page: 0x80000 });
      cache.put(`${name}.q`, 'mpt', { sdid, page: 0x80001 });
      cache.put(`${name}.up`, 'mpt', { sdid, isLeaf: false, level: 1, page: 0x80000, span: 8192 });
      cache.put(`${name}.big`, 'mpt', { sdid, level: 1, page: 0x80000, span: 8192 });
    }
    cache.put('pte', 's', { sdid: 1, page: 0x80000 });
    const before = cache.names;
    const fence = (rs1: bigint | null, rs2: bigint | null) => {
      expect(all.run('mfence_pa', rs1, rs2)).toBe(null);
      return gone(cache, before);
    };
    return { ...all, fence };
  }
  const A = 'a.p a.q a.up a.big';
  const B = 'b.p b.q b.up b.big';

  it('x0, x0: every level of every SDID, and no page-table entry', () => {
    expect(tables().fence(null, null)).toBe(`${A} ${B}`);
  });

  it('x0, SDID: every level of that SDID', () => {
    expect(tables().fence(null, 2n)).toBe(B);
  });

  it('PA, x0: leaves for that address, above level 0 too, in every SDID', () => {
    expect(tables().fence(P, null)).toBe('a.p a.big b.p b.big');
    expect(tables().fence(P + 0xfffn, null)).toBe('a.p a.big b.p b.big');
  });

  it('PA, SDID: leaves for that address in that SDID', () => {
    expect(tables().fence(P + 0x1000n, 1n)).toBe('a.q a.big');
  });

  it('ignores SDID bits above SDIDLEN and above 5', () => {
    expect(tables().fence(null, 5n)).toBe(A);
    expect(tables().fence(null, 0xffff_ffff_ffff_ffc1n)).toBe(A);
  });

  it('takes a register that holds 0 for SDID 0 and address 0, not for all', () => {
    const { cache, fence } = tables();
    cache.put('zero', 'mpt', { sdid: 0, page: 0 });
    fence(null, 0n);
    expect(cache.names.includes('zero')).toBe(false);
    expect(tables().fence(null, 0n)).toBe('');
    expect(tables().fence(0n, null)).toBe('');
  });

  it('does not depend on the current SDID', () => {
    const { csrs, fence } = tables();
    csrs.poke('mmpt', 1n << 52n);
    expect(fence(null, 2n)).toBe(B);
  });

  it('marks the row of the operand matrix', () => {
    const marks = (rs1: bigint | null, rs2: bigint | null) => {
      const { fence, marked } = tables();
      fence(rs1, rs2);
      const rules = ['03', '04', '05', '06', '09', '10', '11'] as const;
      return rules.filter((rule) => marked(`SMSD_FENCE_${rule}`)).join(' ');
    };
    expect(marks(null, null)).toBe('03');
    expect(marks(null, 1n)).toBe('04');
    expect(marks(P, null)).toBe('05');
    expect(marks(P, 1n)).toBe('06');
    expect(marks(0n, 0x41n)).toBe('06 09 10');
    expect(marks(null, 5n)).toBe('04 11');
  });
});

describe('MFENCE.SPA of the MTT era', () => {
  it('with an address drops every entry for it, and all that make up its gibibyte', () => {
    const { cache, run } = hart({ revision: 'mtt_0_1' });
    cache.put('l1', 'mtt', { level: 1, page: 0x80000, span: 16 });
    cache.put('l1.other', 'mtt', { level: 1, page: 0x80010, span: 16 });
    cache.put('l2', 'mtt', { level: 2, page: 0x80000, span: 8192 });
    cache.put('l2.same-gibibyte', 'mtt', { level: 2, page: 0xbe000, span: 8192 });
    cache.put('l2.next-gibibyte', 'mtt', { level: 2, page: 0xc0000, span: 8192 });
    cache.put('l3', 'mtt', { level: 3, isLeaf: false, page: 0, span: 2 ** 34 });
    run('mfence_pa', 0x8000_0000n, null);
    expect(cache.names).toBe('l1.other l2.next-gibibyte');
  });
});

describe('translation fences', () => {
  /** Entries of every stage; the current SDID is 1, the current VMID 3. */
  function translations(overrides: Partial<Platform> = {}) {
    const all = hart(overrides);
    const { cache, csrs } = all;
    const s = { sdid: 1, page: 0x400 };
    cache.put('s.1', 's', { ...s, asid: 1 });
    cache.put('s.2', 's', { ...s, asid: 2 });
    cache.put('s.global', 's', { ...s, asid: -1, global: true });
    cache.put('s.up', 's', { ...s, asid: 1, isLeaf: false, level: 1, span: 512 });
    cache.put('s.next', 's', { ...s, asid: 1, page: 0x401 });
    cache.put('s.sdid2', 's', { ...s, sdid: 2, asid: 1 });
    cache.put('vs.1', 'vs', { ...s, vmid: 3, asid: 1 });
    cache.put('vs.2', 'vs', { ...s, vmid: 3, asid: 2 });
    cache.put('vs.vmid4', 'vs', { ...s, vmid: 4, asid: 1 });
    cache.put('g.3', 'g', { ...s, vmid: 3 });
    cache.put('g.4', 'g', { ...s, vmid: 4 });
    cache.put('g.sdid2', 'g', { ...s, sdid: 2, vmid: 3 });
    cache.put('mpt', 'mpt', { ...s });
    csrs.poke('mmpt', 1n << 52n);
    csrs.poke('hgatp', (8n << 60n) | (3n << 44n));
    const before = cache.names;
    const fence = (...operands: Parameters<typeof all.run>) => {
      expect(all.run(...operands)).toBe(null);
      return gone(cache, before);
    };
    return { ...all, fence };
  }
  const VA = 0x40_0000n;

  // SFENCE.VMA: rs1 and rs2 absent or given, from M or HS.
  const SFENCE: readonly (readonly [bigint | null, bigint | null, string])[] = [
    [null, null, 's.1 s.2 s.global s.up s.next'],
    [VA, null, 's.1 s.2 s.global'],
    [null, 1n, 's.1 s.up s.next'],
    [VA, 1n, 's.1'],
    [VA + 0x1000n, 1n, 's.next'],
    [null, 0n, ''],
  ];
  it.each(SFENCE)('SFENCE.VMA %s, %s drops %s of the current SDID', (rs1, rs2, expected) => {
    expect(translations().fence('sfence_vma', rs1, rs2, 'M')).toBe(expected);
    expect(translations().fence('sfence_vma', rs1, rs2, 'S')).toBe(expected);
  });

  it('SFENCE.VMA in VS and HFENCE.VVMA act on the VS-stage of the current VMID', () => {
    const cases: readonly (readonly [bigint | null, string])[] = [
      [null, 'vs.1 vs.2'],
      [1n, 'vs.1'],
    ];
    for (const [asid, expected] of cases) {
      expect(translations().fence('sfence_vma', null, asid, 'VS')).toBe(expected);
      expect(translations().fence('hfence_vvma', null, asid, 'S')).toBe(expected);
      expect(translations().fence('hfence_vvma', VA, asid, 'M')).toBe(expected);
    }
  });

  it('HFENCE.GVMA acts on the G-stage of any VMID or one, its address shifted right by 2', () => {
    expect(translations().fence('hfence_gvma')).toBe('g.3 g.4');
    expect(translations().fence('hfence_gvma', null, 4n)).toBe('g.4');
    expect(translations().fence('hfence_gvma', VA >> 2n, 3n)).toBe('g.3');
    expect(translations().fence('hfence_gvma', VA, 3n)).toBe('');
  });

  it('ignore ASID and VMID bits that are not implemented', () => {
    const narrow = { asidlen: 2, vmidlen: 2 };
    expect(translations(narrow).fence('sfence_vma', VA, 0xf1n)).toBe('s.1');
    expect(translations(narrow).fence('hfence_gvma', null, 0xf3n)).toBe('g.3');
  });

  it('follow the SDID in mmpt, in M-mode too', () => {
    const { csrs, fence } = translations();
    csrs.poke('mmpt', 2n << 52n);
    expect(fence('sfence_vma')).toBe('s.sdid2');
  });

  it('carry no SDID in v0.1 of the MTT era, and carry it from v0.1.1 on', () => {
    const dropped = (revision: Platform['revision'], sdid: number) => {
      const { cache, csrs, run } = hart({ revision });
      cache.put('pte', 's', { sdid });
      csrs.poke('mttp', 1n << 54n);
      run('sfence_vma');
      return cache.names === '';
    };
    // Entries are tagged 0 where translations carry no SDID.
    expect(dropped('mtt_0_1', 0)).toBe(true);
    expect([dropped('mtt_0_1_1', 1), dropped('mtt_0_1_1', 0)]).toEqual([true, false]);
  });

  it('with both operands x0 end PMP verdicts kept with translations', () => {
    const kept = (fence: FenceName, rs1: bigint | null) => {
      const { pmp, run } = hart({ caching: 'retain' });
      pmp.writeAddress(0, (1n << 54n) - 1n);
      pmp.writeConfig(0, 0x1f);
      pmp.check(0x80000, 0, 8, 1, false);
      pmp.writeConfig(0, 0x18);
      run(fence, rs1);
      return pmp.check(0x80000, 0, 8, 1, false) === null;
    };
    expect([kept('sfence_vma', VA), kept('sfence_vma', null)]).toEqual([true, false]);
    expect([kept('hfence_gvma', VA), kept('hfence_gvma', null)]).toEqual([true, false]);
    expect(kept('hfence_vvma', null)).toBe(true);
  });
});

describe('SINVAL, HINVAL and MINVAL', () => {
  const queued: readonly (readonly [FenceName, EntryView['stage']])[] = [
    ['minval_pa', 'mpt'],
    ['sinval_vma', 's'],
    ['hinval_vvma', 'vs'],
    ['hinval_gvma', 'g'],
  ];
  it.each(queued)('%s acts at SFENCE.INVAL.IR, behind an SFENCE.W.INVAL', (fence, stage) => {
    const { cache, run } = hart();
    cache.put('entry', stage);
    run('sfence_w_inval');
    run(fence);
    expect(cache.names).toBe('entry');
    run('sfence_inval_ir');
    expect(cache.names).toBe('');
  });

  it('guarantee nothing without SFENCE.W.INVAL before them', () => {
    const { cache, run } = hart();
    cache.put('entry', 'mpt');
    run('minval_pa');
    run('sfence_w_inval');
    run('sfence_inval_ir');
    expect(cache.names).toBe('entry');
  });

  it('share one pair, each with its own operands, other instructions between them', () => {
    const { cache, run, marked } = hart();
    cache.put('p', 'mpt', { sdid: 1, page: 0x80000 });
    cache.put('q', 'mpt', { sdid: 1, page: 0x80001 });
    cache.put('r', 'mpt', { sdid: 1, page: 0x80002 });
    run('sfence_w_inval');
    run('minval_pa', 0x8000_0000n, 1n);
    run('fence_i');
    run('minval_pa', 0x8000_1000n, 1n);
    run('sfence_inval_ir');
    expect(cache.names).toBe('r');
    expect(marked('SMSD_FENCE_18') && marked('SMSD_FENCE_21')).toBe(true);
    run('sfence_inval_ir');
    expect(cache.names).toBe('r');
  });

  it('are forgotten by reset', () => {
    const { cache, fences, run } = hart();
    cache.put('entry', 'mpt');
    run('sfence_w_inval');
    run('minval_pa');
    fences.reset();
    run('sfence_inval_ir');
    expect(cache.names).toBe('entry');
  });
});

describe('broken fences', () => {
  it('swapped operands, unmasked SDIDs and x0 taken for 0 leave entries behind', () => {
    const left = (
      decide: Partial<typeof fenceDecisions>,
      rs1: bigint | null,
      rs2: bigint | null,
    ) => {
      const { cache, fences, run } = hart({ sdidlen: 2 });
      fences.reset({ ...fenceDecisions, ...decide });
      cache.put('leaf', 'mpt', { sdid: 1, page: 0x80000 });
      run('mfence_pa', rs1, rs2);
      return cache.names;
    };
    expect(left({}, 0x8000_0000n, 5n)).toBe('');
    expect(left({ registers: (rs1, rs2) => [rs2, rs1] }, 0x8000_0000n, 5n)).toBe('leaf');
    expect(left({ id: (value) => Number(value) }, 0x8000_0000n, 5n)).toBe('leaf');
    expect(left({ isAll: () => false }, 0x8000_0000n, null)).toBe('leaf');
  });
});
