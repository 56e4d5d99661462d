/** Random page tables of one stage, with every kind of leaf and every kind of defect. */
import type { BadPlaces } from './isolation-world.test-support.ts';
import type { Aim, Format, Ground } from './plant.test-support.ts';
import { descend, spoilForNow, spoilOne } from './plant.test-support.ts';
import type { Random } from './random.test-support.ts';

/** clean: a 4 KiB leaf that grants everything; large: the same with any leaf size; wild: any leaf, any flags, often a defect; fresh: A and D clear. */
export type Style = 'clean' | 'large' | 'wild' | 'fresh';

export interface PagingWorld {
  readonly name: string;
  /** The value of satp, vsatp or hgatp. */
  readonly register: bigint;
  readonly addressBits: number;
  /** Mapped addresses whose page is a shadow stack. */
  readonly shadowStacks: readonly bigint[];
  /** What was mapped. */
  readonly aims: readonly Aim[];
  /** Maps a page and returns the address that leads to it: `from`, with its low bits fitted to the leaf. */
  map(from: bigint, to: bigint, style: Style): bigint;
}

export function pagingWorld(
  random: Random,
  ground: Ground,
  xlen: 32 | 64,
  stage: 's' | 'vs' | 'g',
  bad: BadPlaces,
): PagingWorld {
  const guest = stage === 'g';
  const levels = xlen === 32 ? 2 : 3 + random.below(3);
  const index = xlen === 32 ? 10 : 9;
  const extra = guest ? 2 : 0;
  const ppnMask = xlen === 64 ? (1n << 44n) - 1n : (1n << 22n) - 1n;
  const low = [...Array(levels).keys()].map((i) => 12 + index * i);
  const addressBits = 12 + index * levels + extra;
  const format: Format = {
    name: `sv${xlen === 32 ? 32 : 12 + 9 * levels}${guest ? 'x4' : ''}`,
    entrySize: xlen / 8,
    low,
    width: low.map((_, i) => (i === levels - 1 ? index + extra : index)),
    isPointer: (entry) => (entry & 0xfn) === 1n,
    isEmpty: (entry) => (entry & 1n) === 0n,
    target: (entry) => ((entry >> 10n) & ppnMask) << 12n,
    pointer: (table) => ((table >> 12n) << 10n) | 1n,
  };
  const root = ground.page(guest ? 16384n : 4096n);
  const mode = xlen === 32 ? 1n << 31n : BigInt(levels + 5) << 60n;

  function flags(): bigint {
    const xwr = random.pick([7n, 7n, 7n, 7n, 3n, 3n, 1n, 4n, 5n, 2n]);
    const user = guest ? random.chance(0.93) : random.chance(0.5);
    const accessed = random.chance(0.75) ? 0xc0n : BigInt(random.below(4)) << 6n;
    return 1n | (xwr << 1n) | (user ? 16n : 0n) | accessed | (random.chance(0.2) ? 0x20n : 0n);
  }

  const trunk = new Set<bigint>();
  const aims: Aim[] = [];
  const shadowStacks: bigint[] = [];

  type Defect = (entry: bigint, level: number) => bigint;
  const flip =
    (n: number): Defect =>
    (entry) =>
      entry | (1n << BigInt(n));
  const range = (first: number, last: number) =>
    [...Array(last - first + 1).keys()].map((n) => n + first);
  const rv64 = xlen === 64;
  const common: Defect[] = [
    (entry) => entry & ~1n,
    (entry) => (entry & ~0xen) | 4n,
    ...[bad.vacant, bad.io, root].map(
      (place): Defect =>
        (entry) =>
          (entry & 0xffn) | ((place >> 12n) << 10n),
    ),
    () => random.big(xlen),
    ...(rv64 ? range(54, 60).map(flip) : []),
  ];
  const pointerDefects: Defect[] = [
    ...common,
    ...[4, 6, 7, ...(rv64 ? [61, 62, 63] : [])].map(flip),
  ];
  const clear =
    (bits: bigint): Defect =>
    (entry) =>
      entry & ~bits;
  const leafDefects: Defect[] = [
    ...common,
    clear(0x40n),
    clear(0x80n),
    clear(0xc0n),
    clear(0x10n),
    flip(4),
    (entry, level) =>
      level > 0 ? entry | (1n << BigInt(10 + random.below(index * level))) : entry & ~0xden,
    ...(rv64
      ? [1n, 2n, 3n].map(
          (pbmt): Defect =>
            (entry) =>
              entry | (pbmt << 61n),
        )
      : []),
    // NAPOT: 1000 is the only legal group, and that at level 0 only.
    ...(rv64
      ? [...range(0, 15), 8, 8, 8].map(
          (n): Defect =>
            (entry) =>
              (1n << 63n) | (entry & ~(15n << 10n)) | (BigInt(n) << 10n),
        )
      : []),
  ];
  const spoil = (entry: bigint, level: number, leaf: boolean): bigint =>
    random.pick(leaf ? leafDefects : pointerDefects)(entry, level);

  return {
    name: format.name,
    register: mode | (root >> 12n),
    addressBits,
    aims,
    shadowStacks,
    map(from, to, style) {
      const anyLevel = style === 'large' || (style === 'wild' && random.chance(0.7));
      const level = anyLevel ? random.below(levels) : 0;
      const span = 1n << BigInt(low[level] ?? 12);
      const fitted = from - (from % span) + (to % span);
      const path = descend(ground, format, root, fitted, level);
      if (style !== 'wild') for (const { at } of path.slice(0, -1)) trunk.add(at);
      const leaf = path.at(-1);
      if (leaf === undefined) return fitted;
      const aim = () => spoilForNow(random, ground, format, path, spoil);
      aims.push({ stage, from: fitted, to, spoil: aim });
      const place = ground.physical(leaf.at);
      const entry = ground.memory.read(place, format.entrySize);
      // A larger leaf or a table that stands there already stays.
      if (leaf.level !== level || format.isPointer(entry, level)) return fitted;
      const target = ((to - (to % span)) >> 12n) << 10n;
      let bits = { clean: 0xdfn, large: 0xdfn, fresh: 0x1fn, wild: flags() }[style];
      // Some pages are shadow stacks: writable and nothing else.
      if (style !== 'wild' && !guest && random.chance(0.15)) {
        bits = (bits & ~14n) | 4n;
        shadowStacks.push(fitted);
      }
      const user = style !== 'wild' && !guest && random.chance(0.5) ? 0x10n : 0n;
      ground.memory.write(place, format.entrySize, BigInt.asUintN(xlen, target | (bits & ~user)));
      if (style === 'wild' && random.chance(0.55))
        spoilOne(random, ground, format, path, trunk, spoil);
      return fitted;
    },
  };
}
