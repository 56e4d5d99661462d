/** The G-stage of a domain (GPA = SPA): what the root looks up in it, and how it edits it. */
import { PageTable } from '../../translate/build.ts';
import { STAGE_GEOMETRIES } from '../../translate/geometry.ts';
import type { TableAllocator } from '../../isolate/table-memory.ts';
import type { Root } from './context.ts';
import { domainOf } from './context.ts';
import { PAGE } from './memory-map.ts';

const PPN = (1n << 44n) - 1n;
const V = 1n;
const RWX = 7n;

/** Where an address lies, and with which rights (bit 0 R, 1 W, 2 X). */
export interface HostPage {
  /** Number of the physical page. */
  readonly page: bigint;
  readonly level: number;
  readonly rights: number;
}

/** What a walk found, and how many entries it read. */
export interface Found<T> {
  readonly found: T;
  readonly references: number;
}

/** Levels of a MODE of hgatp. */
export const levelsOf = (mode: bigint): number => Number(mode) - 5;
export const modeOf = (hgatp: bigint): bigint => hgatp >> 60n;
export const rootOf = (hgatp: bigint): bigint => (hgatp & PPN) * PAGE;

/** Index of a page in a table of that level; the root of an x4 mode has two bits more. */
export function indexOf(page: bigint, level: number, levels: number): bigint {
  const bits = level === levels - 1 ? 11n : 9n;
  return (page >> BigInt(9 * level)) & ((1n << bits) - 1n);
}

/** A software walk of a domain's table; null: not its memory. */
export function findPage(
  { port, spec }: Root,
  domain: number,
  page: bigint,
): Found<HostPage | null> {
  const { mmpt: hgatp } = spec.domains[domain];
  const levels = levelsOf(modeOf(hgatp));
  let references = 0;
  if (page >> BigInt(9 * levels + 2) !== 0n) return { found: null, references };
  let table = rootOf(hgatp);
  for (let level = levels - 1; level >= 0; level--) {
    const entry = port.own.read(table + 8n * indexOf(page, level, levels), 8);
    references++;
    if ((entry & V) === 0n) break;
    const ppn = (entry >> 10n) & PPN;
    const rights = Number((entry >> 1n) & RWX);
    if (rights !== 0) {
      const within = page & ((1n << BigInt(9 * level)) - 1n);
      return { found: { page: ppn + within, level, rights }, references };
    }
    table = ppn * PAGE;
  }
  return { found: null, references };
}

/** In the table of the present domain. */
export const findHostPage = (root: Root, page: bigint): Found<HostPage | null> =>
  findPage(root, domainOf(root), page);

/** Pages for new tables, one after the other; how far it has come stands in memory. */
function allocatorOf(root: Root): TableAllocator {
  const { shared } = root.monitor.store;
  return {
    take(size, alignment) {
      if (size + alignment > tableRoom(root)) return null;
      const next = shared.get('tables');
      const at = ((next + alignment - 1n) / alignment) * alignment;
      shared.set('tables', at + size);
      for (let done = 0n; done < size; done += 8n) root.port.own.write(at + done, 8, 0n);
      return at;
    },
  };
}

/** Bytes left for tables. */
export function tableRoom({ monitor, spec: { tables } }: Root): bigint {
  return tables.base + tables.size - monitor.store.shared.get('tables');
}

/** The table of a domain, for edits: entries are read and written by the root. */
export function domainTable(root: Root, domain: number): PageTable {
  const { port, spec } = root;
  const { mmpt: hgatp } = spec.domains[domain];
  const geometry = STAGE_GEOMETRIES[spec.gstage];
  return PageTable.at(geometry, port.own, allocatorOf(root), rootOf(hgatp));
}
