/** Random protection tables: Smmpt and Smmtt paths with every kind of leaf and every kind of defect. */
import type { Aim, Format, Ground } from './plant.test-support.ts';
import { descend, spoilForNow, spoilOne } from './plant.test-support.ts';
import type { Random } from './random.test-support.ts';

/** all: everything, 4 KiB leaf; read: readable only; mixed: any leaf, any rights; wild: and often a defect. */
export type Rights = 'all' | 'read' | 'mixed' | 'wild';

export interface IsolationWorld {
  readonly mode: string;
  /** MODE field. */
  readonly number: number;
  readonly root: bigint;
  /** Gives a page rights. */
  plant(page: bigint, style: Rights): void;
  /** What was planted. */
  readonly aims: readonly Aim[];
}

/** Places that a table must not lie in, for bad pointers. */
export interface BadPlaces {
  readonly vacant: bigint;
  readonly io: bigint;
}

interface MptMode {
  readonly name: string;
  readonly number: number;
  readonly width: readonly number[];
  readonly bits: number;
}

const MPT64: readonly MptMode[] = [
  { name: 'smmpt43', number: 1, width: [9, 9, 9], bits: 43 },
  { name: 'smmpt52', number: 2, width: [9, 9, 9, 9], bits: 52 },
  { name: 'smmpt64', number: 3, width: [9, 9, 9, 9, 12], bits: 64 },
];
const MPT32: MptMode = { name: 'smmpt34', number: 1, width: [10, 9], bits: 34 };

const RIGHTS = [7n, 7n, 7n, 3n, 5n, 1n, 4n, 0n];

export function smmptWorld(
  random: Random,
  ground: Ground,
  xlen: 32 | 64,
  bad: BadPlaces,
): IsolationWorld {
  const mode = xlen === 64 ? random.pick(MPT64) : MPT32;
  const offset = xlen === 64 ? 16 : 15;
  const low = mode.width.map((_, i) => offset + mode.width.slice(0, i).reduce((a, b) => a + b, 0));
  const tuples = xlen === 64 ? 16 : 8;
  const k = xlen === 64 ? 4 : 3;
  const g = xlen === 64 ? 4n : 6n;
  const ppnMask = xlen === 64 ? (1n << 44n) - 1n : (1n << 22n) - 1n;
  const format: Format = {
    name: mode.name,
    entrySize: xlen / 8,
    low,
    width: mode.width,
    isPointer: (entry) => (entry & 3n) === 1n,
    isEmpty: (entry) => (entry & 1n) === 0n,
    target: (entry) => ((entry >> 10n) & ppnMask) << 12n,
    pointer: (table) => ((table >> 12n) << 10n) | 1n,
  };
  const root = ground.page(mode.name === 'smmpt64' ? 32768n : 4096n);

  const anyRights = () =>
    [...Array(tuples).keys()].reduce(
      (all, j) => all | (random.pick(RIGHTS) << BigInt(8 + 3 * j)),
      3n,
    );

  type Defect = (entry: bigint, level: number, page: bigint) => bigint;
  const flip =
    (n: number): Defect =>
    (entry) =>
      entry | (1n << BigInt(n));
  const range = (low: number, high: number) =>
    [...Array(high - low + 1).keys()].map((n) => n + low);
  const pointerTo =
    (place: bigint): Defect =>
    () =>
      ((place >> 12n) << 10n) | 1n;
  const napot =
    (group: bigint, extra: bigint): Defect =>
    () =>
      (group << 12n) | (random.pick(RIGHTS) << 8n) | 7n | extra;
  const common: Defect[] = [
    (entry) => entry & ~1n,
    ...[bad.vacant, bad.vacant, bad.io, bad.io, root].map(pointerTo),
    () => random.big(xlen),
  ];
  // One defect each: every reserved bit and encoding of the three forms of an entry.
  const pointerDefects: Defect[] = [
    ...common,
    ...range(2, 9).map(flip),
    ...(xlen === 64 ? range(54, 63).map(flip) : []),
  ];
  const tuple =
    (xwr: bigint): Defect =>
    (entry) => {
      const shift = BigInt(8 + 3 * random.below(tuples));
      return (entry & ~(7n << shift)) | (xwr << shift);
    };
  const ownTuple =
    (xwr: bigint): Defect =>
    (entry, level, page) => {
      const pi = (page >> BigInt((low[level] ?? 0) - k)) & BigInt(tuples - 1);
      return (entry & ~(7n << (8n + 3n * pi))) | (xwr << (8n + 3n * pi));
    };
  const everyTuple =
    (xwr: bigint): Defect =>
    (entry) =>
      [...Array(tuples).keys()].reduce(
        (all, j) => (all & ~(7n << BigInt(8 + 3 * j))) | (xwr << BigInt(8 + 3 * j)),
        entry,
      );
  const leafDefects: Defect[] = [
    ...common,
    ...range(3, 7).map(flip),
    ...(xlen === 64 ? range(56, 63).map(flip) : []),
    ...[2n, 6n, 2n, 6n].map(tuple),
    ...[2n, 2n, 6n, 6n].map(ownTuple),
    ...[2n, 6n].map(everyTuple),
    ...range(3, 7).map((n) => napot(g, 1n << BigInt(n))),
    ...[11, ...range(16, xlen - 1)].map((n) => napot(g, 1n << BigInt(n))),
    ...range(0, 15).map((n) => napot(BigInt(n), 0n)),
    ...[2n, 6n].map(
      (xwr): Defect =>
        () =>
          (g << 12n) | (xwr << 8n) | 7n,
    ),
    (entry, level) => (level === 0 ? entry & ~2n : entry),
  ];
  const trunk = new Set<bigint>();
  const aims: Aim[] = [];
  const spoilFor = (page: bigint) => (entry: bigint, level: number, leaf: boolean) =>
    random.pick(leaf ? leafDefects : pointerDefects)(entry, level, page);

  return {
    mode: mode.name,
    number: mode.number,
    root,
    aims,
    plant(page, style) {
      const careful = style === 'all' || style === 'read';
      if (page >> BigInt(mode.bits) !== 0n) return;
      const top = mode.width.length - 1;
      let level = careful ? 0 : random.pick([0, top, random.below(top + 1)]);
      let path = descend(ground, format, root, page, level);
      // A pointer that much of the world needs stays: the leaf goes below it.
      while (level > 0 && trunk.has(path.at(-1)?.at ?? 0n)) {
        level--;
        path = descend(ground, format, root, page, level);
      }
      if (careful) for (const { at } of path.slice(0, -1)) trunk.add(at);
      const leaf = path.at(-1);
      if (leaf === undefined) return;
      const kept = path;
      const aim = () => spoilForNow(random, ground, format, kept, spoilFor(page));
      aims.push({ stage: 'isolation', from: page, to: page, spoil: aim });
      const place = ground.physical(leaf.at);
      let entry = ground.memory.read(place, format.entrySize);
      if ((entry & 3n) !== 3n) entry = anyRights();
      if (!careful && random.chance(0.3)) {
        entry = (g << 12n) | (random.pick(RIGHTS) << 8n) | 7n;
      } else if ((entry & 4n) === 0n) {
        const pi = (page >> BigInt((low[leaf.level] ?? 0) - k)) & BigInt(tuples - 1);
        const xwr = {
          all: 7n,
          read: random.pick([1n, 5n]),
          mixed: random.pick(RIGHTS),
          wild: random.pick(RIGHTS),
        }[style];
        entry = (entry & ~(7n << (8n + 3n * pi))) | (xwr << (8n + 3n * pi));
      }
      ground.memory.write(place, format.entrySize, entry);
      if (style === 'wild' && random.chance(0.45))
        spoilOne(random, ground, format, path, trunk, spoilFor(page));
    },
  };
}

export function smmttWorld(
  random: Random,
  ground: Ground,
  xlen: 32 | 64,
  revision: 'mtt_0_1' | 'mtt_0_1_1',
  bad: BadPlaces,
): IsolationWorld {
  const three = xlen === 64 && random.chance(0.5);
  const name = xlen === 32 ? 'smmtt34' : three ? 'smmtt56' : 'smmtt46';
  const type = xlen === 64 ? 44n : 22n;
  const valid = revision === 'mtt_0_1' ? 0n : 1n << 44n;
  const infoMask = (1n << type) - 1n;
  const format: Format = {
    name,
    entrySize: xlen / 8,
    low: xlen === 64 ? [16, 25, 46].slice(0, three ? 3 : 2) : [15, 25],
    width: xlen === 64 ? [9, 21, 10].slice(0, three ? 3 : 2) : [10, 9],
    isPointer: (entry, level) => level === 2 || (level === 1 && entry >> type === 4n),
    isEmpty: (entry, level) => (level === 0 ? false : entry === 0n),
    target: (entry) => (entry & infoMask) << 12n,
    pointer: (table, level) => (table >> 12n) | (level === 2 ? valid : 4n << type),
  };
  const root = ground.page(three ? 16384n : xlen === 64 ? 1n << 24n : 16384n);
  const fields = xlen === 64 ? 16 : 8;

  function someLeaf(): bigint {
    switch (random.below(3)) {
      case 0:
        return BigInt(random.below(4)) << type;
      default:
        return ((xlen === 64 ? 6n : 5n) << type) | random.big(2 * fields);
    }
  }

  const trunk = new Set<bigint>();
  const aims: Aim[] = [];

  const bitFrom = (low: number, high: number) => 1n << BigInt(low + random.below(high - low + 1));
  const place = () => random.pick([bad.vacant, bad.io]) >> 12n;

  function spoil(entry: bigint, level: number): bigint {
    if (level === 0) return entry | bitFrom(0, xlen - 1);
    if (level === 2) {
      return random.pick([
        () => entry ^ (1n << 44n),
        () => entry | bitFrom(45, 63),
        () => entry | bitFrom(45, 63),
        () => place() | valid,
        () => random.big(xlen),
      ])();
    }
    const bigPages = xlen === 64 ? 6n : 5n;
    const permissions = random.big(2 * fields);
    return random.pick([
      ...[0n, 1n, 2n, 3n].map((t) => () => t << type),
      // Reserved types, with an INFO that would permit something if it were read.
      ...[5n, 6n, 7n, 7n].map((t) => () => (t << type) | permissions),
      ...[0n, 1n, 2n, 3n].map((t) => () => (t << type) | bitFrom(0, Number(type) - 1)),
      () => (bigPages << type) | permissions,
      () => (bigPages << type) | permissions,
      () => (bigPages << type) | permissions | bitFrom(2 * fields, Number(type) - 1),
      () => (bigPages << type) | permissions | bitFrom(2 * fields, Number(type) - 1),
      () => entry | bitFrom(Number(type) + 3, xlen - 1),
      () => place() | (4n << type),
      () => place() | (4n << type),
      () => random.big(xlen),
    ])();
  }

  return {
    mode: name,
    number: name === 'smmtt56' ? 2 : 1,
    root,
    aims,
    plant(page, style) {
      const careful = style === 'all' || style === 'read';
      if (page >> (xlen === 64 ? (three ? 56n : 46n) : 34n) !== 0n) return;
      const toL1 = careful || random.chance(0.5);
      const path = descend(ground, format, root, page, toL1 ? 0 : 1);
      if (careful) for (const { at } of path.slice(0, -1)) trunk.add(at);
      const leaf = path.at(-1);
      if (leaf === undefined) return;
      const kept = path;
      const aim = () => spoilForNow(random, ground, format, kept, spoil);
      aims.push({ stage: 'isolation', from: page, to: page, spoil: aim });
      const place = ground.physical(leaf.at);
      const entry = ground.memory.read(place, format.entrySize);
      if (leaf.level === 0) {
        const shift = 4n * ((page >> 12n) & BigInt(fields - 1));
        const perm = {
          all: 3n,
          read: 1n,
          mixed: random.pick([3n, 3n, 2n, 1n, 0n]),
          wild: random.pick([3n, 3n, 2n, 1n, 0n]),
        }[style];
        ground.memory.write(place, format.entrySize, (entry & ~(15n << shift)) | (perm << shift));
      } else if (leaf.level === 1 && entry >> type !== 4n) {
        ground.memory.write(place, format.entrySize, careful ? 3n << type : someLeaf());
      }
      if (style === 'wild' && random.chance(0.45))
        spoilOne(random, ground, format, path, trunk, spoil);
    },
  };
}
