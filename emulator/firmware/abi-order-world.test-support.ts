/** A TSM in memory alone in every state that a call may meet, and faults that many calls share. */
import { COVH } from './abi/covh.ts';
import { TVM_RECORD, tvmParts } from './layouts/tvm.ts';
import type { CovhName } from './tsm/covh/call.ts';
import type { Profile } from './abi/check.ts';
import { type AnySubject, type Fault, type Subject, subject } from './abi-order.test-support.ts';
import { REGION_KINDS, REGION_RECORD, type RegionKind } from './layouts/region.ts';
import { VHCS } from './layouts/vcpu.ts';
import { HOST, PAGE, specOf, TestTsm } from './tsm/tsm.test-support.ts';
import { DATA, GPA, initializing, LARGE, runnable, STATE, VCPU } from './tsm/tvm.test-support.ts';

export const SCRATCH = HOST + 0x4_0000n;
/** Ordinary pages in front of the RDSM, which nobody may name. */
export const LAST = 0x8f00_0000n - 4n * PAGE;
/** Confidential pages in the same place. */
export const OUT = 1n << 41n;
/** A count whose bytes do not fit into a register. */
export const MANY = 1n << 52n;
export const ID = 2n;
export const PARTS = tvmParts(8);

export const NO_TVM: Fault<TestTsm> = { set: { tvm_guest_id: 99n } };
export const STATIC = { static: 'memory is divided at boot under tsm_m alone' };

export const poke = (tsm: TestTsm, at: bigint, value: bigint): void => {
  tsm.memory.write(at, 8, value);
};

/** A page of the pool back to the host. */
export const ordinary = (at: bigint): Fault<TestTsm> => ({
  world: (tsm) => {
    tsm.reclaim(at, 1n);
  },
});

export const IS_RUNNABLE: Fault<TestTsm> = {
  world: (tsm) => {
    poke(tsm, TVM_RECORD.at(STATE, 'state'), 1n);
  },
};
export const IS_INITIALIZING: Fault<TestTsm> = {
  world: (tsm) => {
    poke(tsm, TVM_RECORD.at(STATE, 'state'), 0n);
  },
};

export function setRegion(tsm: TestTsm, kind: RegionKind): void {
  const at = STATE + PARTS.regions;
  poke(tsm, REGION_RECORD.at(at, 'kind'), BigInt(REGION_KINDS.indexOf(kind)));
}

export const made = (profile: Profile, begin: (tsm: TestTsm) => { tsm: TestTsm }): TestTsm => {
  const alias = { base: LAST + PAGE, size: PAGE, of: 0x8200_0000n };
  const without = specOf({ profile });
  return begin(new TestTsm({ ...without, aliases: [alias] })).tsm;
};
export const initial = (profile: Profile): TestTsm => made(profile, initializing);
export const running = (profile: Profile): TestTsm => made(profile, runnable);

export const row = (
  name: CovhName,
  rest: Omit<Subject<TestTsm>, 'name' | 'checks' | 'call'> & Partial<Subject<TestTsm>>,
): AnySubject =>
  subject<TestTsm>({
    name,
    checks: COVH.functions[name].checks,
    save: (tsm) => tsm.save(),
    call: (tsm, values) => tsm.call(name, values),
    ...rest,
  });

/** One page at GPA, the way that the state of the TVM asks for. */
export function withPage(profile: Profile): TestTsm {
  const tsm = running(profile);
  const page = { base_page_address: DATA, num_pages: 1n, tvm_base_page_address: GPA };
  tsm.call('add_tvm_zero_pages', { tvm_guest_id: ID, ...page });
  return tsm;
}

export function withBlocked(profile: Profile): TestTsm {
  const tsm = withPage(profile);
  tsm.call('tvm_invalidate_pages', { tvm_guest_id: ID, gpa: GPA, len: PAGE });
  return tsm;
}

/** 2 MiB: as 512 pages, or as one. */
export function withLarge(profile: Profile, type: bigint): TestTsm {
  const tsm = running(profile);
  const base = 0x8220_0000n;
  tsm.donate(base, 512n);
  tsm.call('add_tvm_zero_pages', {
    tvm_guest_id: ID,
    base_page_address: base,
    tsm_page_type: type,
    num_pages: type === 0n ? 512n : 1n,
    tvm_base_page_address: GPA,
  });
  tsm.call('tvm_invalidate_pages', { tvm_guest_id: ID, gpa: GPA, len: LARGE });
  tsm.call('tvm_fence', { tvm_guest_id: ID });
  return tsm;
}

export const validate = (len: bigint): Fault<TestTsm> => ({
  world: (tsm) => {
    tsm.call('tvm_validate_pages', { tvm_guest_id: ID, gpa: GPA, len });
  },
  touches: ['leaf'],
});

/** Marked in the epoch that is now: nothing was fenced since. */
export const unfenced = (len: bigint): Fault<TestTsm> => ({
  world: (tsm) => {
    const named = { tvm_guest_id: ID, gpa: GPA, len };
    tsm.call('tvm_validate_pages', named);
    tsm.call('tvm_invalidate_pages', named);
  },
  touches: ['leaf'],
});

export const RANGE: Readonly<Record<string, Fault<TestTsm>>> = {
  tvm: NO_TVM,
  state: IS_INITIALIZING,
  length: { shift: { len: 16n } },
  alignment: { shift: { gpa: 16n } },
  overflow: { set: { gpa: OUT } },
};
export const RANGE_VALUES = { tvm_guest_id: ID, gpa: GPA, len: PAGE };

export const noTables: Fault<TestTsm> = {
  world: (tsm) => {
    poke(tsm, TVM_RECORD.at(STATE, 'poolPages'), 0n);
  },
  touches: ['tables'],
};

/** A large leaf over memory that is not aligned to it: 2 MiB of the pool that begin one page late. */
export const SCATTERED = 0x8240_0000n + PAGE;

export function vcpuAt(state: bigint): Fault<TestTsm> {
  return {
    world: (tsm) => {
      poke(tsm, VHCS.at(VCPU, 'state'), state);
    },
    touches: ['vcpu state'],
  };
}
