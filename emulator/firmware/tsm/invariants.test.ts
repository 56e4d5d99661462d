/** Whatever the host calls: no page has two uses, and no page is used while somebody may still reach it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TsmContext } from './context.ts';
import { HOST, PAGE, POOL, specOf, TestTsm } from './tsm.test-support.ts';
import { carve, readRegions, writeRegions } from './tvm/regions.ts';
import { findTvm } from './tvm/tvm.ts';

const HARTS = 2;
const GPA = 0x8020_0000n;
const WINDOW = 0x8040_0000n;
/** Pages of the pool: few, so that calls meet. */
const PAGES = 48;

type Step =
  | { readonly do: 'convert' | 'reclaim'; readonly page: number; readonly count: number }
  | { readonly do: 'fence'; readonly hart: number }
  | { readonly do: 'create'; readonly page: number; readonly state: number }
  | { readonly do: 'tables' | 'vcpu'; readonly tvm: number; readonly page: number }
  | {
      readonly do: 'measured' | 'zero' | 'shared';
      readonly tvm: number;
      readonly page: number;
      readonly gpa: number;
    }
  | {
      readonly do: 'invalidate' | 'validate' | 'remove';
      readonly tvm: number;
      readonly gpa: number;
    }
  | { readonly do: 'finalize' | 'tvm fence' | 'destroy'; readonly tvm: number };

const page = fc.nat(PAGES - 1);
const tvm = fc.nat(1);
const gpa = fc.nat(11);

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom('convert' as const, 'reclaim' as const),
    page,
    count: fc.integer({ min: 1, max: 16 }),
  }),
  fc.record({ do: fc.constant('fence' as const), hart: fc.nat(HARTS - 1) }),
  fc.record({
    do: fc.constant('create' as const),
    page: fc.constantFrom(0, 4, 8, 12),
    state: page,
  }),
  fc.record({ do: fc.constantFrom('tables' as const, 'vcpu' as const), tvm, page }),
  fc.record({
    do: fc.constantFrom('measured' as const, 'zero' as const, 'shared' as const),
    tvm,
    page,
    gpa,
  }),
  fc.record({
    do: fc.constantFrom('invalidate' as const, 'validate' as const, 'remove' as const),
    tvm,
    gpa,
  }),
  fc.record({
    do: fc.constantFrom('finalize' as const, 'tvm fence' as const, 'destroy' as const),
    tvm,
  }),
);

interface Known {
  readonly id: bigint;
  /** Pages that accepted calls gave it for anything but data. */
  readonly held: bigint[];
  readonly directory: bigint;
}

/** What follows from accepted calls alone, without a look into the TSM. */
class Ledger {
  readonly tvms: Known[] = [];
  /** Harts that have not fenced since a page was converted; the fence must also have begun after it. */
  readonly mayReach = new Map<bigint, Set<number>>();
  /** Harts that a fence in progress waits for, and the pages that it is for. */
  waiting = new Set<number>();
  covered: bigint[] = [];

  fence(hart: number, begun: boolean): void {
    if (begun) {
      this.waiting = new Set(Array.from({ length: HARTS }, (_, k) => k));
      this.covered = [...this.mayReach.keys()];
    }
    this.waiting.delete(hart);
    for (const at of this.covered) this.mayReach.get(at)?.delete(hart);
    if (this.waiting.size > 0) return;
    for (const at of this.covered) {
      if (this.mayReach.get(at)?.size === 0) this.mayReach.delete(at);
    }
  }
}

/** Every leaf and every table of a TVM, blocked ones too, read as the privileged manual has Sv39x4. */
function survey(tsm: TestTsm, directory: bigint): { leaves: bigint[]; tables: bigint[] } {
  const leaves: bigint[] = [];
  const tables: bigint[] = [];
  const visit = (table: bigint, level: number, entries: number): void => {
    for (let k = 0; k < entries; k++) {
      const entry = tsm.memory.read(table + BigInt(8 * k), 8);
      if (entry === 0n) continue;
      const to = ((entry >> 10n) & 0xfff_ffff_ffffn) * PAGE;
      if ((entry & 1n) === 1n && (entry & 0xen) === 0n) {
        tables.push(to);
        visit(to, level - 1, 512);
      } else leaves.push(to);
    }
  };
  visit(directory, 2, 2048);
  return { leaves, tables };
}

function check(tsm: TestTsm, ledger: Ledger): void {
  const uses = new Map<bigint, string>();
  const use = (at: bigint, what: string): void => {
    expect(uses.get(at), `page ${at.toString(16)} as ${what}`).toBeUndefined();
    expect(tsm.confidential.has(at), `${what} is confidential`).toBe(true);
    expect(ledger.mayReach.has(at), `${what} is fenced`).toBe(false);
    uses.set(at, what);
  };
  for (const { id, held, directory } of ledger.tvms) {
    for (const at of held) use(at, `donated to ${id}`);
    const { leaves, tables } = survey(tsm, directory);
    for (const at of tables) expect(held).toContain(at);
    for (const at of leaves)
      if (at < HOST || at >= HOST + BigInt(PAGES) * PAGE) use(at, `data of ${id}`);
  }
}

/** The TVM asks, which only its own call can do: here it is done to its record. */
function open(context: TsmContext, id: bigint, kind: 'shared' | 'confidential removable'): void {
  const found = findTvm(context, id);
  if (found === null) return;
  const at = kind === 'shared' ? WINDOW : GPA;
  const regions = carve(readRegions(context, found), at, 12n * PAGE, kind);
  writeRegions(context, found, regions);
}

function make(tsm: TestTsm, ledger: Ledger, one: Step): void {
  const at = (index: number): bigint => POOL + BigInt(index) * PAGE;
  const place = (index: number): bigint => GPA + BigInt(index) * PAGE;
  if ('tvm' in one) {
    const known = ledger.tvms[one.tvm];
    if (known !== undefined) inTvm(tsm, ledger, known, one, at, place);
  } else if (one.do === 'convert') {
    const done = tsm.convert(at(one.page), BigInt(one.count));
    if (typeof done === 'string') return;
    for (let k = 0; k < one.count; k++) {
      ledger.mayReach.set(at(one.page + k), new Set(Array.from({ length: HARTS }, (_, h) => h)));
    }
  } else if (one.do === 'reclaim') {
    const done = tsm.reclaim(at(one.page), BigInt(one.count));
    for (let k = 0; typeof done === 'bigint' && k < one.count; k++) {
      expect(tsm.memory.bytes(at(one.page + k), 4096).every((byte) => byte === 0)).toBe(true);
      // The host writes where it may.
      tsm.memory.write(at(one.page + k), 8, 0x5ec4e7n);
      tsm.memory.write(at(one.page + k), 8, 0n);
    }
  } else if (one.do === 'fence') {
    const begun = tsm.call('global_fence', {}, one.hart) === 0n;
    if (!begun) tsm.call('local_fence', {}, one.hart);
    ledger.fence(one.hart, begun);
  } else if (one.do === 'create') {
    const [directory, state] = [at(one.page), at(one.state)];
    const id = tsm.create(directory, state);
    if (typeof id === 'string') return;
    const parts = tsm.context().parts.pages;
    const held = [0n, 1n, 2n, 3n].map((k) => directory + k * PAGE);
    for (let k = 0; k < parts; k++) held.push(state + BigInt(k) * PAGE);
    ledger.tvms.push({ id, held, directory });
    const region = { tvm_gpa_addr: 0x8000_0000n, region_len: 0x100_0000n };
    tsm.call('add_tvm_memory_region', { tvm_guest_id: id, ...region });
  }
}

type InTvm = Extract<Step, { readonly tvm: number }>;

function inTvm(
  tsm: TestTsm,
  ledger: Ledger,
  known: Known,
  one: InTvm,
  at: (index: number) => bigint,
  place: (index: number) => bigint,
): void {
  const named = { tvm_guest_id: known.id };
  switch (one.do) {
    case 'tables': {
      const pages = { base_page_address: at(one.page), num_pages: 1n };
      const done = tsm.call('add_tvm_page_table_pages', { ...named, ...pages });
      if (done === 0n) known.held.push(at(one.page));
      break;
    }
    case 'vcpu': {
      const vcpu = { tvm_vcpu_id: 0n, tvm_state_page_addr: at(one.page) };
      if (tsm.call('create_tvm_vcpu', { ...named, ...vcpu }) === 0n) known.held.push(at(one.page));
      break;
    }
    case 'measured':
      tsm.call('add_tvm_measured_pages', {
        ...named,
        source_address: HOST,
        dest_address: at(one.page),
        num_pages: 1n,
        tvm_guest_gpa: place(one.gpa),
      });
      break;
    case 'zero':
      tsm.call('add_tvm_zero_pages', {
        ...named,
        base_page_address: at(one.page),
        num_pages: 1n,
        tvm_base_page_address: place(one.gpa),
      });
      break;
    case 'shared':
      tsm.call('add_tvm_shared_pages', {
        ...named,
        base_page_address: HOST + BigInt(one.page) * PAGE,
        num_pages: 1n,
        tvm_base_page_address: WINDOW + BigInt(one.gpa) * PAGE,
      });
      break;
    case 'invalidate':
      tsm.call('tvm_invalidate_pages', { ...named, gpa: place(one.gpa), len: PAGE });
      break;
    case 'validate':
      tsm.call('tvm_validate_pages', { ...named, gpa: place(one.gpa), len: PAGE });
      break;
    case 'remove':
      tsm.call('tvm_remove_pages', { ...named, gpa: place(one.gpa), len: PAGE });
      break;
    case 'finalize':
      if (tsm.call('finalize_tvm', { ...named, entry_sepc: GPA }) !== 0n) break;
      open(tsm.context(), known.id, 'shared');
      open(tsm.context(), known.id, 'confidential removable');
      break;
    case 'tvm fence':
      tsm.call('tvm_fence', named);
      break;
    case 'destroy':
      if (tsm.call('destroy_tvm', named) === 0n) ledger.tvms.splice(one.tvm, 1);
      break;
  }
}

/** Two TVMs that can be built on, so that most calls of a run mean something. */
function begin(): { tsm: TestTsm; ledger: Ledger } {
  const tsm = new TestTsm(specOf({}, HARTS));
  const ledger = new Ledger();
  const steps: Step[] = [
    { do: 'convert', page: 0, count: 32 },
    { do: 'fence', hart: 0 },
    { do: 'fence', hart: 1 },
    { do: 'create', page: 0, state: 8 },
    { do: 'create', page: 4, state: 12 },
    { do: 'tables', tvm: 0, page: 16 },
    { do: 'tables', tvm: 0, page: 17 },
    { do: 'vcpu', tvm: 0, page: 18 },
    { do: 'finalize', tvm: 0 },
  ];
  for (const one of steps) make(tsm, ledger, one);
  expect(ledger.tvms.length).toBe(2);
  return { tsm, ledger };
}

it('keeps one use for each page, fenced and confidential, through random calls', () => {
  const steps = fc.array(step, { minLength: 10, maxLength: 40 });
  fc.assert(
    fc.property(steps, (list) => {
      const { tsm, ledger } = begin();
      for (const one of list) make(tsm, ledger, one);
      check(tsm, ledger);
      for (const { id } of [...ledger.tvms]) tsm.call('destroy_tvm', { tvm_guest_id: id });
      for (let hart = 0; hart < HARTS; hart++) tsm.call('local_fence', {}, hart);
      tsm.fenceAll();
      for (const at of [...tsm.confidential]) expect(tsm.reclaim(at, 1n)).toBe(1n);
      expect(tsm.confidential.size).toBe(0);
    }),
    { numRuns: 40 },
  );
});

it.each([['uses pages before they are fenced', { isFenced: () => true }]] as const)(
  'and notices a TSM that %s',
  (_what, replaced) => {
    const tsm = new TestTsm(specOf({}, HARTS), replaced);
    const ledger = new Ledger();
    make(tsm, ledger, { do: 'convert', page: 0, count: 32 });
    make(tsm, ledger, { do: 'create', page: 0, state: 8 });
    expect(() => {
      check(tsm, ledger);
    }).toThrow('fenced');
  },
);
