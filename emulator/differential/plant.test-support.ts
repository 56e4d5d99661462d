/** Puts paths into tables by hand, one entry after another, and spoils some of them. */
import type { Random } from './random.test-support.ts';

export interface Memory {
  read(at: bigint, size: number): bigint;
  write(at: bigint, size: number, value: bigint): void;
}

/** How a format indexes its tables and tells pointers from leaves. */
export interface Format {
  readonly name: string;
  readonly entrySize: number;
  /** Lowest address bit of the index, and number of index bits, by level. */
  readonly low: readonly number[];
  readonly width: readonly number[];
  readonly isPointer: (entry: bigint, level: number) => boolean;
  readonly isEmpty: (entry: bigint, level: number) => boolean;
  readonly target: (entry: bigint, level: number) => bigint;
  readonly pointer: (table: bigint, level: number) => bigint;
}

export interface Planted {
  readonly level: number;
  /** Where the entry lies, as the walker reaches it. */
  readonly at: bigint;
}

/** A planted path that an attempt can be aimed at, and how to spoil one entry of it. */
export interface Aim {
  readonly stage: 's' | 'vs' | 'g' | 'isolation';
  /** Where the path starts: a virtual, guest physical or physical address. */
  readonly from: bigint;
  /** Where a mapping leads; for isolation the same address. */
  readonly to: bigint;
  /** Spoils one entry and returns what puts it back. */
  readonly spoil: () => () => void;
}

export interface Ground {
  readonly memory: Memory;
  /** A zeroed page for a table, as the format's pointers name it. */
  readonly page: (bytes: bigint) => bigint;
  /** From an address in pointers to a physical address. */
  readonly physical: (at: bigint) => bigint;
}

/** Walks down to `level` or to a leaf above it, making tables on the way; returns every entry passed. */
export function descend(
  ground: Ground,
  format: Format,
  root: bigint,
  address: bigint,
  level: number,
): Planted[] {
  const path: Planted[] = [];
  let table = root;
  for (let here = format.low.length - 1; here >= 0; here--) {
    const low = BigInt(format.low[here] ?? 0);
    const index = (address >> low) & ((1n << BigInt(format.width[here] ?? 0)) - 1n);
    const at = table + index * BigInt(format.entrySize);
    path.push({ level: here, at });
    if (here === level) break;
    const place = ground.physical(at);
    let entry = ground.memory.read(place, format.entrySize);
    if (format.isEmpty(entry, here)) {
      const bytes = BigInt(format.entrySize) << BigInt(format.width[here - 1] ?? 0);
      entry = format.pointer(ground.page(bytes), here);
      ground.memory.write(place, format.entrySize, entry);
    }
    if (!format.isPointer(entry, here)) break;
    table = format.target(entry, here);
  }
  return path;
}

type Spoil = (entry: bigint, level: number, leaf: boolean) => bigint;

/**
 * Changes one entry of a path for good. What `trunk` holds is shared by much of the world and mostly spared:
 * else every attempt would end there.
 */
export function spoilOne(
  random: Random,
  ground: Ground,
  format: Format,
  path: readonly Planted[],
  trunk: ReadonlySet<bigint>,
  spoil: Spoil,
): void {
  const spare = random.chance(0.995);
  const candidates = path.filter(({ at }) => !spare || !trunk.has(at));
  const last = path.at(-1);
  if (candidates.length === 0 || last === undefined) return;
  const planted = random.chance(0.3) ? last : random.pick(candidates);
  change(ground, format, planted, planted === last, spoil);
}

/** The same for one attempt: any entry of the path, put back afterwards. */
export function spoilForNow(
  random: Random,
  ground: Ground,
  format: Format,
  path: readonly Planted[],
  spoil: Spoil,
): () => void {
  const last = path.at(-1);
  if (last === undefined) return () => undefined;
  const planted = random.chance(0.55) ? last : random.pick(path);
  return change(ground, format, planted, planted === last, spoil);
}

function change(
  ground: Ground,
  format: Format,
  planted: Planted,
  leaf: boolean,
  spoil: Spoil,
): () => void {
  const place = ground.physical(planted.at);
  const { entrySize } = format;
  const entry = ground.memory.read(place, entrySize);
  const next = BigInt.asUintN(entrySize * 8, spoil(entry, planted.level, leaf));
  ground.memory.write(place, entrySize, next);
  return () => ground.memory.write(place, entrySize, entry);
}
