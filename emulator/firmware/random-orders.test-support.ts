/** What guests of a random walk are told to do: calls of COVG that come equally often, and what lies between them. */
import { CODE } from './tsm/run/tvm.test-support.ts';
import { PAGE, type TvmView } from './checker.test-support.ts';
import { type Dice, gpas, isWrong, kindAt, leafAt } from './random-dice.test-support.ts';
import { COVG_NAMES, ORDERS, type WalkHost } from './random-walk.test-support.ts';

const MMIO = 0x1000_0000n;

/** Function numbers of COVG, and other orders. */
const ORDER_BAG = [
  ...Array.from({ length: COVG_NAMES.length }, (_, k) => [k, k]).flat(),
  ...Array.from({ length: 5 }, () => ORDERS.touch),
  ORDERS.start,
  ORDERS.start,
  ORDERS.spin,
  ORDERS.spin,
  ORDERS.stop,
  ORDERS.reset,
];

const SHARE = COVG_NAMES.indexOf('share_memory_region');
const UNSHARE = COVG_NAMES.indexOf('unshare_memory_region');

/** Of two the one that came less often. */
function rarer(host: WalkHost, one: number, other: number): number {
  const least = (what: number): number => {
    const row = host.counts.get(COVG_NAMES[what] ?? '');
    return what < COVG_NAMES.length ? Math.min(row?.ok ?? 0, row?.failed ?? 0) : 3;
  };
  return least(one) <= least(other) ? one : other;
}

/** What a guest is told to do next: a0 and a1 of the answer to its last exit. */
export function order(host: WalkHost, tvm: TvmView | undefined, dice: Dice): readonly bigint[] {
  const rolled = rarer(host, dice.of(ORDER_BAG) ?? 0, dice.of(ORDER_BAG) ?? 0);
  const isShared = tvm?.regions.some(({ kind }) => kind === 'shared') === true;
  // What is not shared cannot be taken back.
  const what = rolled === UNSHARE && !isShared && !dice.isOne(6) ? SHARE : rolled;
  const isBad = isWrong(host, COVG_NAMES[what] ?? '', dice);
  const broken = isBad ? 16n : 0n;
  const isOwn = (of: TvmView, gpa: bigint): boolean =>
    kindAt(of, gpa) === 'confidential' && leafAt(of, gpa)?.isBlocked === false;
  const mapped = gpas.slice(1).filter((gpa) => tvm !== undefined && isOwn(tvm, gpa));
  const isThere = (gpa: bigint): boolean => tvm !== undefined && leafAt(tvm, gpa) !== undefined;
  const inKind = (kind: string): bigint[] =>
    gpas.filter((gpa) => tvm !== undefined && gpa !== CODE && kindAt(tvm, gpa) === kind);
  const populated = (kind: string): bigint[] => {
    const there = inKind(kind).filter(isThere);
    return there.length > 0 && !dice.isOne(2) ? there : inKind(kind);
  };
  const there = gpas.filter(isThere);
  const inside = gpas.filter((gpa) => tvm !== undefined && kindAt(tvm, gpa) !== 'none');
  const inUse = tvm?.regions.filter(({ kind }) => kind === 'mmio').map(({ base }) => base) ?? [];
  const word = (gpa: bigint): bigint => gpa | broken | BigInt(what);
  // Not where the program is: some calls write.
  const any = dice.of(gpas.slice(1)) ?? CODE;
  switch (what) {
    case 0:
      return [word(MMIO + BigInt(dice.below(6)) * PAGE), PAGE];
    case 1:
      return [word(dice.of(inUse) ?? MMIO), PAGE];
    case 2:
      return [word(dice.of(populated('confidential')) ?? any), PAGE];
    case 3:
      return [word(dice.of(populated('shared')) ?? any), PAGE];
    case 4:
    case 5:
      return [(BigInt(isBad ? 1 << 20 : 9) << 12n) | BigInt(what), 0n];
    case 6:
      return [word(dice.of(mapped) ?? any), PAGE];
    case 8:
      return [word(dice.of(mapped) ?? any), 32n];
    case 9:
      return [word(dice.of(mapped) ?? any), 64n];
    case 7:
    case 10:
      return [word(dice.of(mapped) ?? any), 48n];
    default:
      return [word(dice.of(dice.isOne(6) ? inUse : dice.isOne(5) ? inside : there) ?? CODE), 0n];
  }
}
