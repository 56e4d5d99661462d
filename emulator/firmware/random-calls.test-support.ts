/** Which call comes next in a random walk: dice, and what the memory of the TSM says that could succeed. */
import { EID, TSM_BASE } from './rdsm/rdsm.test-support.ts';
import { CODE } from './tsm/run/tvm.test-support.ts';
import { NACL } from './abi/nacl.ts';
import { PAGE, type Snapshot, type State, type TvmView } from './checker.test-support.ts';
import { Dice, gpas, isWrong, kindAt, leafAt, WINDOW } from './random-dice.test-support.ts';
import { order } from './random-orders.test-support.ts';
import {
  type CovhName,
  HARTS,
  POOL,
  POOL_PAGES,
  SCRATCH,
  SHARED,
  SHARED_PAGES,
  SOURCE,
  VM_PAYLOAD,
  VM_TREE,
  type WalkHost,
} from './random-walk.test-support.ts';

const OUTSIDE = 1n << 41n;

const poolPages = Array.from({ length: Number(POOL_PAGES) }, (_, k) => POOL + BigInt(k) * PAGE);

/** Pages of the pool in a state; an unassigned one must be usable, or else `early`. */
function inState({ pages, epoch }: Snapshot, state: State, early = false): bigint[] {
  return poolPages.filter((at) => {
    const page = pages.get(at);
    if ((page?.state ?? 'host') !== state) return false;
    return state !== 'unassigned' || early !== (page?.value ?? 0n) < epoch.oldest;
  });
}

/** The first of so many neighbours. */
function stretch(free: readonly bigint[], pages: number, alignment = 1n): bigint[] {
  const set = new Set(free);
  return free.filter(
    (at) =>
      at % (alignment * PAGE) === 0n &&
      Array.from({ length: pages }, (_, k) => at + BigInt(k) * PAGE).every((page) => set.has(page)),
  );
}

const WEIGHTS: Readonly<Partial<Record<CovhName, number>>> = {
  get_tsm_info: 4,
  convert_pages: 5,
  reclaim_pages: 3,
  global_fence: 5,
  local_fence: 6,
  create_tvm: 9,
  finalize_tvm: 5,
  promote_to_tvm: 3,
  destroy_tvm: 3,
  add_tvm_memory_region: 4,
  add_tvm_page_table_pages: 4,
  add_tvm_measured_pages: 6,
  add_tvm_zero_pages: 5,
  add_tvm_shared_pages: 12,
  create_tvm_vcpu: 5,
  run_tvm_vcpu: 110,
  tvm_fence: 10,
  tvm_invalidate_pages: 6,
  tvm_validate_pages: 4,
  tvm_remove_pages: 12,
};

const BAG = Object.entries(WEIGHTS).flatMap(([name, weight]) =>
  Array.from({ length: weight }, () => name as CovhName),
);

/** Makes one call; gives whether it succeeded. */
export function step(host: WalkHost, rolled: readonly number[]): boolean {
  const dice = new Dice(rolled);
  const harts = Array.from({ length: HARTS }, (_, hart) => hart);
  const outside = harts.filter((hart) => !host.isInside(hart));
  if (outside.length === 0 || (outside.length < HARTS && dice.isOne(4))) {
    return host.goOn(harts.find((hart) => host.isInside(hart)) ?? 0, 4000);
  }
  const hart = dice.of(outside) ?? 0;
  if (dice.isOne(40)) return other(host, dice, hart);
  for (let tries = 0; ; tries++) {
    const name = dice.of(BAG) ?? 'get_tsm_info';
    const isHopeless = tries > 8 || dice.isOne(12);
    if (name === 'run_tvm_vcpu') {
      if (isHopeless || ready(host).length > 0) return run(host, dice, hart);
      continue;
    }
    const good = GOOD[name]?.(host.now, dice, host);
    if (!good && !isHopeless) continue;
    const values = good ?? [host.now.tvms[0]?.id ?? 2n, POOL, 0n, 1n, CODE, 0n];
    return host.make(name, isWrong(host, name, dice) ? spoiled(values, dice) : values, hart);
  }
}

/** One argument is another. */
function spoiled(values: readonly bigint[], dice: Dice): readonly bigint[] {
  const which = dice.below(values.length || 1);
  const page = dice.of(poolPages) ?? POOL;
  const junk = [0n, 99n, (values[which] ?? 0n) + 16n, page, TSM_BASE, OUTSIDE, SHARED];
  return values.map((value, k) => (k === which ? (dice.of(junk) ?? 0n) : value));
}

/** Arguments with which a call should succeed; null: none could now. */
type Good = (now: Snapshot, dice: Dice, host: WalkHost) => readonly bigint[] | null;

/** A TVM and one of its addresses that are right for something; null: there is none. */
function placed(
  { tvms }: Snapshot,
  dice: Dice,
  state: TvmView['state'],
  isRight: (tvm: TvmView, gpa: bigint) => boolean,
): readonly [id: bigint, gpa: bigint] | null {
  const found = tvms
    .filter((tvm) => tvm.state === state)
    .flatMap((tvm) => gpas.filter((gpa) => isRight(tvm, gpa)).map((gpa) => [tvm.id, gpa] as const));
  return dice.of(found) ?? null;
}

const isEmptyIn =
  (...kinds: readonly string[]) =>
  (tvm: TvmView, gpa: bigint): boolean =>
    kinds.includes(kindAt(tvm, gpa)) && leafAt(tvm, gpa) === undefined && hasTables(tvm);

const hasTables = ({ spare, tables }: TvmView): boolean => spare.length + tables.length >= 2;

const free = (now: Snapshot, dice: Dice, pages = 1, alignment = 1n): bigint | undefined =>
  dice.of(stretch(inState(now, 'unassigned', dice.isOne(8)), pages, alignment));

const GOOD: Readonly<Partial<Record<CovhName, Good>>> = {
  get_tsm_info: () => [SCRATCH, 48n],
  convert_pages(now, dice) {
    const count = 1 + dice.below(dice.isOne(3) ? 24 : 4);
    const at = dice.of(stretch(inState(now, 'host'), count));
    return at === undefined ? null : [at, BigInt(count)];
  },
  reclaim_pages(now, dice) {
    const count = 1 + dice.below(3);
    const at = free(now, dice, count);
    return at === undefined ? null : [at, BigInt(count)];
  },
  global_fence: () => [],
  local_fence: () => [],
  create_tvm(now, dice, host) {
    const directory = free(now, dice, 4, 4n);
    if (directory === undefined) return null;
    const rest = inState(now, 'unassigned').filter(
      (at) => at < directory || at >= directory + 4n * PAGE,
    );
    const state = dice.of(stretch(rest, 2));
    if (state === undefined || now.tvms.length > 3) return null;
    host.machine.write(SCRATCH + 0x100n, 8, directory);
    host.machine.write(SCRATCH + 0x108n, 8, state);
    return [SCRATCH + 0x100n, 16n];
  },
  finalize_tvm(now, dice) {
    const ready = now.tvms.filter(
      (tvm) =>
        tvm.state === 'initializing' &&
        tvm.vcpus.some(({ id }) => id === 0n) &&
        (leafAt(tvm, CODE) !== undefined || dice.isOne(8)),
    );
    const tvm = dice.of(ready);
    return tvm === undefined ? null : [tvm.id, CODE, 0x77n, dice.isOne(2) ? SCRATCH : 0n];
  },
  promote_to_tvm(now, dice) {
    if (now.tvms.length > 3) return null;
    return [VM_TREE, !dice.isOne(4) ? VM_PAYLOAD : 0n, CODE, 0n];
  },
  destroy_tvm(now, dice) {
    const tvm = dice.of(now.tvms);
    const isOver = tvm?.vcpus.some(({ state }) => state === 'dead') === true;
    return tvm !== undefined && (isOver || now.tvms.length > 3 || dice.isOne(8)) ? [tvm.id] : null;
  },
  add_tvm_memory_region(now, dice) {
    const tvm = dice.of(now.tvms.filter(({ state }) => state === 'initializing'));
    if (tvm === undefined) return null;
    const gpa = CODE + BigInt(16 * tvm.regions.length) * PAGE;
    return [tvm.id, gpa, WINDOW * PAGE];
  },
  add_tvm_page_table_pages(now, dice) {
    const tvm = dice.of(now.tvms.filter((one) => !hasTables(one)));
    const at = free(now, dice, 2);
    return tvm === undefined || at === undefined ? null : [tvm.id, at, 2n];
  },
  add_tvm_measured_pages(now, dice) {
    const isRight = isEmptyIn('confidential');
    const bare = now.tvms.filter((tvm) => tvm.state === 'initializing' && isRight(tvm, CODE));
    const first = dice.of(bare);
    const place = first ? ([first.id, CODE] as const) : placed(now, dice, 'initializing', isRight);
    const to = free(now, dice);
    return place === null || to === undefined ? null : [place[0], SOURCE, to, 0n, 1n, place[1]];
  },
  add_tvm_zero_pages(now, dice) {
    const isEmpty = isEmptyIn('confidential', 'confidential removable');
    // A program of zeros would trap for ever.
    const isRight = (tvm: TvmView, gpa: bigint): boolean => gpa !== CODE && isEmpty(tvm, gpa);
    const place = placed(now, dice, 'runnable', isRight);
    const at = free(now, dice);
    return place === null || at === undefined ? null : [place[0], at, 0n, 1n, place[1]];
  },
  add_tvm_shared_pages(now, dice) {
    const place = placed(now, dice, 'runnable', isEmptyIn('shared', 'shared removable'));
    if (place === null) return null;
    const page = dice.isOne(3)
      ? (dice.of(dice.isOne(4) ? poolPages : inState(now, 'host')) ?? SHARED)
      : SHARED + BigInt(dice.below(Number(SHARED_PAGES))) * PAGE;
    return [place[0], page, 0n, 1n, place[1]];
  },
  create_tvm_vcpu(now, dice) {
    const lacking = now.tvms.filter(
      ({ state, vcpus }) => state === 'initializing' && vcpus.length < 2,
    );
    const tvm = dice.of(lacking);
    const at = free(now, dice);
    if (tvm === undefined || at === undefined) return null;
    return [tvm.id, BigInt(tvm.vcpus.some(({ id }) => id === 0n)), at];
  },
  tvm_fence(now, dice) {
    const able = now.tvms.filter((one) => one.state === 'runnable' && !one.isFencing);
    const waits = able.filter((one) =>
      one.leaves.some(({ gpa, isBlocked }) => isBlocked && kindAt(one, gpa).endsWith('removable')),
    );
    const tvm = dice.of(waits.length > 0 || !dice.isOne(3) ? waits : able);
    return tvm === undefined ? null : [tvm.id];
  },
  tvm_invalidate_pages(now, dice) {
    const isThere = (tvm: TvmView, gpa: bigint): boolean =>
      leafAt(tvm, gpa)?.isBlocked === false && (gpa !== CODE || dice.isOne(30));
    const wanted = (tvm: TvmView, gpa: bigint): boolean =>
      isThere(tvm, gpa) && kindAt(tvm, gpa).endsWith('removable');
    const place = placed(now, dice, 'runnable', wanted) ?? placed(now, dice, 'runnable', isThere);
    return place === null ? null : [...place, PAGE];
  },
  tvm_validate_pages(now, dice) {
    const isBlocked = (tvm: TvmView, gpa: bigint): boolean => leafAt(tvm, gpa)?.isBlocked === true;
    const place = placed(now, dice, 'runnable', isBlocked);
    return place === null ? null : [...place, PAGE];
  },
  tvm_remove_pages(now, dice) {
    const isLeaving = (tvm: TvmView, gpa: bigint): boolean =>
      leafAt(tvm, gpa)?.isBlocked === true && kindAt(tvm, gpa).endsWith('removable');
    const place = placed(now, dice, 'runnable', isLeaving);
    return place === null ? null : [...place, PAGE];
  },
};

type Runnable = readonly [tvm: TvmView, vcpu: bigint];

const runnable = ({ tvms }: Snapshot): Runnable[] =>
  tvms.flatMap((tvm) =>
    tvm.state === 'runnable'
      ? tvm.vcpus.filter(({ state }) => state === 'runnable').map(({ id }): Runnable => [tvm, id])
      : [],
  );

/** Those that get on: the program is there, and nothing that they agreed to lose is left. */
const ready = (host: WalkHost): Runnable[] =>
  runnable(host.now).filter(([tvm, vcpu]) => {
    const isLeft = tvm.leaves.some(({ gpa }) => kindAt(tvm, gpa).endsWith('removable'));
    if (isLeft && host.waiting(tvm.id, vcpu) === 'shares') return false;
    return [CODE, host.faulted(tvm.id, vcpu)].every((at) => leafAt(tvm, at)?.isBlocked === false);
  });

function run(host: WalkHost, dice: Dice, hart: number): boolean {
  const able = dice.isOne(12) ? [] : ready(host);
  const [tvm, vcpu] = dice.of(able.length > 0 ? able : runnable(host.now)) ?? [
    dice.of(host.now.tvms),
    0n,
  ];
  const id = dice.isOne(16) ? 97n : (tvm?.id ?? 2n);
  const exit = host.waiting(id, vcpu);
  const answer = exit === 'asks for orders' ? order(host, tvm, dice) : [refusal(dice), 0n];
  // A guest that spins long stays inside the second hart.
  return host.run(id, vcpu, answer, hart, hart === 1 ? 200 : 4000);
}

/** To a request to share: mostly yes. */
const refusal = (dice: Dice): bigint => (dice.isOne(6) ? 5n : 0n);

/** NACL and SUPD. */
function other(host: WalkHost, dice: Dice, hart: number): boolean {
  if (dice.isOne(2)) {
    const { error } = host.call(EID.supd, 0n, [], hart);
    return host.count('get_active_domains', error === 0n);
  }
  const at = dice.isOne(2) ? host.nacl(hart) : (dice.of([POOL + 16n, TSM_BASE]) ?? 0n);
  const { error } = host.call(NACL.eid, 1n, [at, 0n, 0n], hart);
  return host.count('set_shmem', error === 0n);
}
