/** Protection tables of domains: what they say of pages, and edits of them, from memory alone. */
import type { IsolationTable } from '../../isolate/build.ts';
import type { Change } from '../../isolate/build-edit.ts';
import { MptTable } from '../../isolate/build-mpt.ts';
import { MttTable } from '../../isolate/build-mtt.ts';
import { MPT_GEOMETRIES } from '../../isolate/mpt-geometry.ts';
import { MTT_GEOMETRIES } from '../../isolate/mtt-geometry.ts';
import type { TableAllocator } from '../../isolate/table-memory.ts';
import type { Grant } from './ground.ts';
import type { Monitor } from './monitor.ts';

export const PAGE = 4096n;

/** Pages for new tables, one after the other; how far it has come stands in memory. */
function allocatorOf({ port, spec, store }: Monitor): TableAllocator {
  return {
    take(size, alignment) {
      const next = store.shared.get('tables');
      const at = ((next + alignment - 1n) / alignment) * alignment;
      if (at + size > spec.tables.base + spec.tables.size) return null;
      store.shared.set('tables', at + size);
      for (let k = 0n; k < size; k += 8n) port.own.write(at + k, 8, 0n);
      return at;
    },
  };
}

const geometryOf = (name: string) =>
  Object.values({ ...MPT_GEOMETRIES, ...MTT_GEOMETRIES }).find((row) => row.name === name);

/** The table of a domain; null: it has none. */
export function tableOf(monitor: Monitor, sdid: number): IsolationTable | null {
  const { port, spec, store } = monitor;
  const geometry = spec.mpt === null ? undefined : geometryOf(spec.mpt);
  const mmpt = store.domain(sdid).get('mmpt');
  if (geometry === undefined || mmpt === 0n) return null;
  const ppn = mmpt & (port.xlen === 64 ? (1n << 44n) - 1n : (1n << 22n) - 1n);
  const allocator = allocatorOf(monitor);
  return 'tuples' in geometry
    ? new MptTable(geometry, port.own, allocator, ppn * PAGE)
    : new MttTable(geometry, port.own, allocator, ppn * PAGE, { l3Valid: spec.l3Valid });
}

/** Tables that one edit may need: at both ends of its range one for each level below the root. */
const MOST_TABLES = 8n;
const NOTHING = { error: null, change: null };

/** All edits or none: what changed, or null where the pool may not have pages enough. */
export function edit(
  monitor: Monitor,
  base: bigint,
  pages: bigint,
  grants: readonly Grant[],
): Change[] | null {
  const { spec, store } = monitor;
  const left = spec.tables.base + spec.tables.size - store.shared.get('tables');
  if (left < BigInt(grants.length) * MOST_TABLES * PAGE) return null;
  const changes: Change[] = [];
  for (const { sdid, xwr } of grants) {
    const { error, change } = tableOf(monitor, sdid)?.set(base, pages * PAGE, xwr) ?? NOTHING;
    if (error !== null) throw new RangeError(error);
    if (change !== null) changes.push(change);
  }
  return changes;
}
