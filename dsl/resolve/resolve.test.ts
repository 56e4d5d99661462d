/** Values, places, actors, actions and outcomes of single lines. */
import { describe, expect, it } from 'vitest';
import { findings, linesOf, plan } from '../whole/compiled.test-support.ts';
import type { PlanAction } from '../index.ts';

const HOST = 'domain host\nregion key size 4K holds 1\ngrant rw on key to host\n';

/** The action of the last step of a scenario with these lines. */
function action(lines: string): PlanAction {
  return linesOf(plan(`scenario "s"\n${lines}`), 'step').at(-1)!.action;
}

function address(expr: string): unknown {
  const last = action(`${HOST}host loads at ${expr} -> ok or access fault or page fault`);
  return last.do === 'attempt' ? last.address.at : null;
}

describe('layout', () => {
  it('puts regions without an address into the first free slots, in file order, around fixed ones', () => {
    const { regions, pool } = plan(
      'scenario "s"\nregion a size 4K\nregion b size 100\nregion c size 64K aligned 64K\nregion fixed at 0x8000_1000 size 4K\nregion d size 4K\nrdsm loads at a\nrdsm loads at b\nrdsm loads at c\nrdsm loads at d\nrdsm loads at fixed',
    );
    expect(Object.fromEntries(regions.map(({ name, base }) => [name, base]))).toEqual({
      a: 0x8000_0000n,
      b: 0x8000_2000n,
      c: 0x8001_0000n,
      fixed: 0x8000_1000n,
      d: 0x8000_3000n,
    });
    expect(regions.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'fixed', 'd']);
    expect(pool).toEqual({ base: 0x8f00_0000n, size: 16n << 20n });
  });

  it('places regions relative to others', () => {
    const { regions } = plan(
      'scenario "s"\nregion b at a.end size a.size\nregion a size 8K\nrdsm loads at a\nrdsm loads at b',
    );
    expect(regions.find(({ name }) => name === 'b')).toMatchObject({
      base: 0x8000_2000n,
      size: 8192n,
    });
  });

  it('goes on in the next bank of RAM when one is full', () => {
    const { regions } = plan(
      'scenario "s"\nmachine ram at 0x8000_0000 size 64M, ram at 0x1_0000_0000 size 1G\nregion a size 512M\nrdsm loads at a',
    );
    expect(regions[0].base).toBe(0x1_0000_0000n);
  });
});

describe('values', () => {
  it.each([
    ['key', 0x8000_0000n],
    ['key + 8 * 2', 0x8000_0010n],
    ['key.end - 8', 0x8000_0ff8n],
    ['key.base + key.size / 2', 0x8000_0800n],
    ['key.page(0) + 64', 0x8000_0040n],
    ['(key + 1) * 8', 0x4_0000_0008n],
    ['rdsm.tables', 0x8f00_0000n],
    ['xlen', 64n],
    ['ones - 7', 0xffff_ffff_ffff_fff8n],
  ])('%s is known at once', (expr, value) => {
    expect(address(expr)).toBe(value);
  });

  it('keeps members of tables for the run', () => {
    expect(address('host.mpte(key, 1)')).toEqual({
      ref: 'table',
      of: 'host',
      member: 'mpte',
      address: 0x8000_0000n,
      level: 1n,
    });
    expect(address('host.root + 8')).toEqual({
      ref: 'op',
      op: '+',
      left: { ref: 'table', of: 'host', member: 'root', address: null, level: null },
      right: 8n,
    });
  });

  it('keeps captures for the run', () => {
    expect(action(`${HOST}host loads at key -> ok as n\nhost stores n + 1 at key`)).toMatchObject({
      value: { ref: 'op', op: '+', left: { ref: 'capture', name: 'n' }, right: 1n },
    });
  });

  it('packs formats, unnamed fields 0, and matches the named ones only in an outcome', () => {
    // MODE 63..60, SDID 57..52, PPN 43..0
    const mmpt = action('rdsm writes csr mmpt with mmpt(mode: 3, sdid: 5, ppn: 0x80400)');
    expect(mmpt).toMatchObject({ csr: 'mmpt', field: null, value: 0x3050_0000_0008_0400n });
    const step = linesOf(plan('scenario "s"\nrdsm reads csr mmpt -> mmpt(sdid: 5)'), 'step')[0];
    expect(step.outcome.alternatives[0].verdict).toEqual({
      kind: 'fields',
      format: 'mmpt',
      fields: [{ name: 'sdid', high: 57, low: 52, value: 5n }],
    });
  });

  it('packs for the XLEN of the machine', () => {
    // MODE 31..30, SDID 27..22, PPN 21..0
    expect(
      action('machine xlen 32\nrdsm writes csr mmpt with mmpt(mode: 1, sdid: 5, ppn: 0x80400)'),
    ).toMatchObject({ value: 0x4148_0400n });
  });
});

describe('actions', () => {
  it.each([
    ['loads at key', { operation: 'load', size: 8, value: null }],
    ['loads 2 bytes at key', { operation: 'load', size: 2 }],
    ['stores 5 at key', { operation: 'store', size: 8, value: 5n }],
    ['stores 5 as 1 byte at key', { operation: 'store', size: 1, value: 5n }],
    ['fetches at key', { operation: 'fetch', size: 4 }],
    ['fetches 2 bytes at key', { operation: 'fetch', size: 2 }],
    ['swaps 5 at key', { operation: 'amoswap', size: 8, value: 5n }],
    ['adds 5 as 4 bytes at key', { operation: 'amoadd', size: 4, value: 5n }],
    ['tries lr at key', { operation: 'lr', size: 8 }],
    ['tries hlvx at key', { operation: 'hlvx', size: 4 }],
    ['tries cbo_zero at key', { operation: 'cbo_zero', size: 64 }],
    ['reads 4 bytes at key', { operation: 'load', size: 4 }],
  ])('host %s', (text, attempt) => {
    expect(action(`${HOST}host ${text}`)).toMatchObject({ do: 'attempt', ...attempt });
  });

  it('are XLEN/8 wide by default', () => {
    expect(action(`machine xlen 32\n${HOST}host loads at key`)).toMatchObject({ size: 4 });
  });

  it('fence with raw operands; absent and `all` are x0', () => {
    expect(action(`${HOST}rdsm fences mpt of 0 for key`)).toEqual({
      do: 'fence',
      fence: 'mpt',
      of: 0n,
      for: 0x8000_0000n,
    });
    expect(action('rdsm fences mpt of all for all')).toMatchObject({ of: null, for: null });
    expect(action('each x in all\nrdsm fences mpt of <x>')).toMatchObject({ of: null, for: null });
  });

  it('execute an instruction with the registers that it finds', () => {
    expect(action('rdsm executes "csrw mscratch, a0" with a0 = 2 * 4')).toEqual({
      do: 'execute',
      code: 'csrw mscratch, a0',
      registers: [{ name: 'a0', value: 8n }],
    });
    expect(action('each op in add\nrdsm executes "<op> a0, a0, a1"')).toMatchObject({
      code: 'add a0, a0, a1',
    });
  });

  it('run a program from where its region lies or from an address, go on, and wait', () => {
    const text = 'program p\n    loads at 0x8000_0000 -> 1';
    expect(action(`${text}\nrdsm runs p -> exits end`)).toEqual({
      do: 'run',
      program: 'p',
      at: null,
    });
    expect(action(`${text}\nrdsm runs p at va 0x4000 -> running`)).toMatchObject({
      at: { space: 'va', at: 0x4000n },
    });
    expect(action('rdsm continues -> exits end')).toEqual({ do: 'continue' });
    expect(action('rdsm waits')).toEqual({ do: 'wait' });
  });

  it('read and write fields of CSRs', () => {
    expect(action('rdsm reads csr mmpt.mode')).toEqual({
      do: 'csr read',
      csr: 'mmpt',
      field: { high: 63, low: 60 },
    });
    expect(action('rdsm writes csr mmpt.sdid with ones')).toMatchObject({ value: 63n });
  });

  it.each([
    ['host calls iommu.iofence_c()', 'calls iommu.iofence_c: the IOMMU'],
    ['nic reads 8 bytes at iova 0x1000 -> aborted', 'an access of a device'],
  ])('%s is checked, and says what it waits for', (text, why) => {
    const device = text.startsWith('nic') ? 'device nic id 1 for host\n' : '';
    expect(action(`${HOST}${device}${text}`)).toEqual({
      do: 'unmodelled',
      why: expect.stringContaining(why) as string,
    });
  });
});

const COVE = 'requires H\ndomain host sdid 0\ndomain tsm sdid 1\nregion pool size 4M\n';

describe('calls', () => {
  it('keep their arguments by name, with what only the run knows as a reference', () => {
    const lines =
      'region image size 4K\ntvm guest from image entry 0x8020_0000\nhost calls covh.add_tvm_page_table_pages(tvm_guest_id: guest, base_page_address: pool + 64K)';
    expect(action(`${COVE}${lines}`)).toEqual({
      do: 'call',
      space: 'covh',
      name: 'add_tvm_page_table_pages',
      args: [
        { name: 'tvm_guest_id', value: { ref: 'symbol', path: 'guest', args: [] } },
        { name: 'base_page_address', value: 0x8001_0000n },
      ],
      to: null,
    });
  });

  it('take a number that an earlier call returned', () => {
    const lines =
      'host calls covh.create_tvm() -> success as g\nhost calls covh.destroy_tvm(tvm_guest_id: g)';
    expect(action(`${COVE}${lines}`)).toMatchObject({
      args: [{ name: 'tvm_guest_id', value: { ref: 'capture', name: 'g' } }],
    });
  });

  it('may name a domain: whose SDID goes into a6, and as an argument', () => {
    expect(action(`${COVE}host calls tsm.covh.get_tsm_info()`)).toMatchObject({ to: 'tsm' });
    expect(action(`${COVE}host calls rdsm.sd_info(sdid: tsm)`)).toMatchObject({
      to: null,
      args: [{ name: 'sdid', value: { ref: 'symbol', path: 'tsm', args: [] } }],
    });
    expect(findings(`scenario "s"\n${COVE}host calls pool.covh.get_tsm_info()`)).toEqual([
      '7 SDT203',
    ]);
  });

  it('have registers of their own choice', () => {
    expect(action(`${COVE}host calls sbi.raw(a7: 0x10, a6: 3, a0: ones) -> success`)).toMatchObject(
      {
        space: 'sbi',
        name: 'raw',
        args: [
          { name: 'a7', value: 16n },
          { name: 'a6', value: 3n },
          { name: 'a0', value: (1n << 64n) - 1n },
        ],
      },
    );
  });

  it('stand in programs', () => {
    const [program] = linesOf(
      plan(
        `scenario "s"\n${COVE}region image size 4K holds boot\nprogram boot\ncalls covg.add_mmio_region(tvm_gpa_addr: 1G)\nrdsm loads at image`,
      ),
      'program',
    );
    expect(program.lines[0]).toMatchObject({
      action: { do: 'call', space: 'covg', args: [{ name: 'tvm_gpa_addr', value: 1n << 30n }] },
      outcome: { text: 'success' },
    });
  });
});

describe('TVMs', () => {
  const guest = `${COVE}region image size 8K holds boot\ntvm guest from boot entry 2G vcpus 2\nprogram boot\nwaits\n`;

  it('begin with the bytes of regions, or of the region that holds a program', () => {
    const [line] = linesOf(plan(`scenario "s"\n${guest}rdsm loads at pool`), 'tvm');
    expect(line).toMatchObject({ name: 'guest', from: ['image'], entry: 2n << 30n, vcpus: 2n });
  });

  it('are run by a host that supplies what they touch', () => {
    expect(
      action(`${guest}host runs guest vcpu 1 supplying zero_pages from pool -> exits end`),
    ).toEqual({
      do: 'run tvm',
      tvm: 'guest',
      vcpu: 1n,
      supplying: [{ what: 'zero_pages', from: { base: 0x8000_0000n, size: 4n << 20n } }],
    });
    expect(
      findings(`scenario "s"\n${guest}host runs guest supplying pages from pool -> exits end`),
    ).toEqual(['11 SDT231']);
  });

  it('tell the host a guest physical address', () => {
    const { outcome } = linesOf(
      plan(`scenario "s"\n${guest}host runs guest -> exits load guest page fault fatal at gpa 4K`),
      'step',
    )[0];
    expect(outcome.alternatives[0]).toMatchObject({
      verdict: { kind: 'exits', why: 'fault', what: 'load guest page fault', fatal: true },
      at: null,
      gpa: 4096n,
    });
  });

  it('have members that the run knows', () => {
    const read = (at: string) => action(`${guest}host loads at ${at} -> ok`);
    const symbol = (path: string, ...args: bigint[]) => ({
      address: { at: { ref: 'symbol', path, args } },
    });
    expect(read('host.nacl.csr(htval)')).toMatchObject(symbol('host.nacl.csr', 0x643n));
    expect(read('host.nacl.gpr(a0)')).toMatchObject(symbol('host.nacl.gpr', 10n));
    expect(read('host.nacl.page')).toMatchObject(symbol('host.nacl.page'));
    expect(read('tsm.base')).toMatchObject(symbol('tsm.base'));
    expect(read('guest.measurement(4)')).toMatchObject(symbol('guest.measurement', 4n));
  });
});

describe('actors', () => {
  it('are a domain by its name: hart 0, supervisor mode, no translation', () => {
    const actor = (machine: string) =>
      linesOf(plan(`scenario "s"\n${machine}\n${HOST}host loads at key`), 'step')[0].actor;
    expect(actor('machine harts 1')).toEqual({
      name: 'host',
      domain: 'host',
      mode: 'HS',
      as: null,
      hart: 0,
      using: null,
      over: null,
      with: [],
    });
    expect(actor('machine without H')).toMatchObject({ mode: 'S' });
  });

  it('are one object for all their steps', () => {
    const steps = linesOf(
      plan(`scenario "s"\n${HOST}host loads at key\nhost stores 1 at key\nrdsm loads at key`),
      'step',
    );
    expect(steps[0].actor).toBe(steps[1].actor);
    expect(steps[2].actor).toMatchObject({ name: 'rdsm', domain: null, mode: 'M', hart: 0 });
  });
});

describe('outcomes', () => {
  const outcome = (text: string) =>
    linesOf(plan(`scenario "s"\n${HOST}host loads at key${text}`), 'step')[0].outcome;

  it('are ok when they are left out', () => {
    expect(outcome('')).toMatchObject({ text: 'ok', alternatives: [{ verdict: { kind: 'ok' } }] });
  });

  it('keep their clauses and what the author wrote', () => {
    expect(
      outcome(
        ' -> load access fault at key + 8 because mpt.permission # why\n  taken in M costing mpt 3, total <= 4',
      ),
    ).toMatchObject({
      text: 'load access fault at key + 8 because mpt.permission taken in M costing mpt 3, total <= 4',
      alternatives: [
        {
          verdict: { kind: 'fault', fault: { origin: 'load', fault: 'access' } },
          at: 0x8000_0008n,
          because: 'mpt.permission',
          takenIn: 'M',
          costing: [
            { counter: 'mpt', from: 3n, to: 3n },
            { counter: 'total', from: null, to: 4n },
          ],
        },
      ],
    });
  });

  it('may be sets, ranges, negations, unspecified', () => {
    expect(outcome(' -> 1..5 or not ok').alternatives).toMatchObject([
      { verdict: { kind: 'value', from: 1n, to: 5n } },
      { not: true, verdict: { kind: 'ok' } },
    ]);
    expect(outcome(' -> unspecified: ok or load access fault')).toMatchObject({
      unspecified: true,
      text: 'unspecified: ok or load access fault',
    });
  });
});

describe('a program', () => {
  it('is checked line by line', () => {
    expect(
      findings(
        'scenario "s"\ndomain host\nregion image size 4K holds boot\nprogram boot\n  loads at imag\n  calls covg.nothing()\nhost loads at image -> ok or access fault',
      ),
    ).toEqual(['6 SDT201', '7 SDT217']);
  });
});
