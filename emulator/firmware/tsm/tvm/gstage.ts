/** The G-stage of a TVM: tables in pages that the host donated, entries that the hardware walks. */
import { PageTable } from '../../../translate/build.ts';
import { STAGE_GEOMETRIES, type StageGeometry } from '../../../translate/geometry.ts';
import type { TableAllocator } from '../../../isolate/table-memory.ts';
import type { TsmContext } from '../context.ts';
import { isBlocked, isLeaf, isPointer, target } from './entry.ts';
import { takeTable } from './pool.ts';
import type { Tvm } from './tvm.ts';

const PAGE = 4096n;
/** A page of the TVM's own, or one of the host. */
export type Content = 'data' | 'shared';

/** Bit 0 R, 1 W, 2 X. */
export function rightsTo({ decisions }: TsmContext, content: Content): number {
  return content === 'data' ? 7 : decisions.sharedRights();
}

/** What one leaf entry says of the guest physical addresses from `base` on. */
export interface Mapping {
  readonly base: bigint;
  readonly size: bigint;
  readonly level: number;
  /** Address of the entry, and what it holds. */
  readonly at: bigint;
  readonly entry: bigint;
  /** `empty`: nothing is mapped; `blocked`: invalidated, and remembered. */
  readonly state: 'empty' | 'mapped' | 'blocked';
  /** Physical address of its first byte; 0 where it is empty. */
  readonly to: bigint;
}

export function geometryOf({ spec }: TsmContext): StageGeometry {
  return STAGE_GEOMETRIES[spec.gstage];
}

/** Bytes of guest physical address space. */
export function gpaSpace(context: TsmContext): bigint {
  return 1n << BigInt(geometryOf(context).addressBits);
}

/** The level whose leaves have a size; null: the mode has none. */
export function levelOf(context: TsmContext, size: bigint): number | null {
  const level = geometryOf(context).span.findIndex((pages) => BigInt(pages) * PAGE === size);
  return level < 0 ? null : level;
}

/** The entry in which the walk of an address ends, at `lowest` or above. */
export function mappingAt(context: TsmContext, tvm: Tvm, gpa: bigint, lowest = 0): Mapping {
  const { own } = context.port;
  const g = geometryOf(context);
  let table = tvm.record.get('directory');
  for (let level = g.levels - 1; ; level--) {
    const size = BigInt(g.span[level] ?? 1) * PAGE;
    const index = (gpa / size) & BigInt(g.mask[level] ?? 0);
    const at = table + index * BigInt(g.entrySize);
    const entry = own.read(at, g.entrySize);
    if (level > lowest && isPointer(entry)) {
      table = target(g, entry);
      continue;
    }
    const state = isLeaf(entry) ? 'mapped' : isBlocked(entry) ? 'blocked' : 'empty';
    const to = state === 'empty' ? 0n : target(g, entry);
    return { base: gpa - (gpa % size), size, level, at, entry, state, to };
  }
}

/** Every entry that is not zero, of the tables that a range of addresses goes through: pointers before what they lead to. */
export function* entries(
  context: TsmContext,
  tvm: Tvm,
  gpa: bigint,
  length: bigint,
): Generator<Mapping & { readonly isPointer: boolean }> {
  const { own } = context.port;
  const g = geometryOf(context);
  const visit = function* (table: bigint, level: number, from: bigint): ReturnType<typeof entries> {
    const size = BigInt(g.span[level] ?? 1) * PAGE;
    const last = BigInt(g.mask[level] ?? 0);
    const skipped = gpa > from ? (gpa - from) / size : 0n;
    for (let index = skipped; index <= last; index++) {
      const base = from + index * size;
      if (base >= gpa + length) return;
      const at = table + index * BigInt(g.entrySize);
      const entry = own.read(at, g.entrySize);
      if (entry === 0n) continue;
      const leads = level > 0 && isPointer(entry);
      const to = target(g, entry);
      const state = isLeaf(entry) ? 'mapped' : isBlocked(entry) ? 'blocked' : 'empty';
      yield { base, size, level, at, entry, state, to, isPointer: leads };
      if (leads) yield* visit(to, level - 1, base);
    }
  };
  yield* visit(tvm.record.get('directory'), g.levels - 1, 0n);
}

/** What is mapped or blocked in a range, in order; a larger leaf that sticks out is among it. */
export function* mappings(
  context: TsmContext,
  tvm: Tvm,
  gpa: bigint,
  length: bigint,
): Generator<Mapping> {
  for (const found of entries(context, tvm, gpa, length)) {
    if (found.state !== 'empty') yield found;
  }
}

export function isEmpty(context: TsmContext, tvm: Tvm, gpa: bigint, length: bigint): boolean {
  return mappings(context, tvm, gpa, length).next().done === true;
}

/** The leaves that make up a range exactly, all in one state; null: some part is in another, or sticks out. */
export function exactly(
  context: TsmContext,
  tvm: Tvm,
  gpa: bigint,
  length: bigint,
  state: 'mapped' | 'blocked',
): readonly Mapping[] | null {
  const found = [...mappings(context, tvm, gpa, length)];
  const covered = found.reduce((sum, { size }) => sum + size, 0n);
  const isExact = covered === length && found.every((m) => m.state === state && m.base >= gpa);
  return isExact ? found : null;
}

/** Whether leaves of a level can be put into a range: no leaf and no table stands there. */
export function isFree(
  context: TsmContext,
  tvm: Tvm,
  gpa: bigint,
  length: bigint,
  level: number,
): boolean {
  const size = BigInt(geometryOf(context).span[level] ?? 1) * PAGE;
  for (let at = gpa; at < gpa + length; at += size) {
    const { entry } = mappingAt(context, tvm, at, level);
    if (!context.decisions.isVacant(entry)) return false;
  }
  return true;
}

/** Tables that must be made before leaves of a level can be put into a range. */
export function tablesNeeded(
  context: TsmContext,
  tvm: Tvm,
  gpa: bigint,
  length: bigint,
  level: number,
): bigint {
  const { span } = geometryOf(context);
  const step = BigInt(span[level + 1] ?? span[level] ?? 1) * PAGE;
  const missing = new Set<string>();
  for (let at = gpa - (gpa % step); at < gpa + length; at += step) {
    const reached = mappingAt(context, tvm, at, level).level;
    for (let above = reached; above > level; above--) {
      missing.add(`${above} ${at / (BigInt(span[above] ?? 1) * PAGE)}`);
    }
  }
  return BigInt(missing.size);
}

/** Maps what `isFree` and for which the pool has the tables. */
export function map(
  context: TsmContext,
  tvm: Tvm,
  gpa: bigint,
  to: bigint,
  length: bigint,
  level: number,
  content: Content,
): void {
  const g = geometryOf(context);
  const allocator: TableAllocator = {
    // The builder asks for its root first, which has always been there.
    take: (size) => (size > PAGE ? tvm.record.get('directory') : takeTable(context, tvm)),
  };
  const table = PageTable.create(g, context.port.own, allocator);
  if (typeof table === 'string') throw new Error(table);
  const leaf = BigInt(g.span[level] ?? 1) * PAGE;
  const { error } = table.map(gpa, to, length, rightsTo(context, content), { user: true, leaf });
  if (error !== null) throw new Error(error);
}

export function write(context: TsmContext, { at }: Mapping, entry: bigint): void {
  context.port.own.write(at, geometryOf(context).entrySize, entry);
}
