/** The G-stage that a domain has built for its guest: walked in software, each entry found through the domain's own table. */
import type { Op } from '../port.ts';
import type { Root } from './context.ts';
import type { Found } from './domain-table.ts';
import { findHostPage, indexOf, levelsOf, modeOf, rootOf } from './domain-table.ts';
import { PAGE } from './memory-map.ts';
import type { Need } from './need.ts';
import { permits } from './need.ts';

const V = 1n;
const W = 2;
const PPN = (1n << 44n) - 1n;
const A = 1n << 6n;
const N = 1n << 63n;
const U = 1n << 4n;
const D = 1n << 7n;
const RESERVED = 0x7fn << 54n;
const PBMT = 3n << 61n;
/** D, A and U of a pointer are reserved. */
const POINTER_RESERVED = D | A | U;

export interface GuestPage {
  /** Page in the domain's address space. */
  readonly page: bigint;
  readonly level: number;
  readonly rights: number;
  readonly dirty: boolean;
  /** PBMT, in place. */
  readonly memoryType: bigint;
}

/** `missing`: the domain's table has no leaf there, one whose A or D bit the hart does not set, or a malformed one; `denied`: part of the table is not the domain's memory. */
export type GuestLookup = GuestPage | 'missing' | 'denied';

/** Walks the table that the virtual hgatp names (not Bare) for a guest page. */
export function* findGuestPage(root: Root, page: bigint, need: Need): Op<Found<GuestLookup>> {
  const { port, hart } = root;
  const hgatp = hart.get('hgatp');
  const levels = levelsOf(modeOf(hgatp));
  let references = 0;
  const end = (found: GuestLookup) => ({ found, references });
  if (page >> BigInt(9 * levels + 2) !== 0n) return end('missing');
  let table = rootOf(hgatp);
  for (let level = levels - 1; level >= 0; level--) {
    const at = table + 8n * indexOf(page, level, levels);
    const host = findHostPage(root, at / PAGE);
    references += host.references;
    if (host.found === null || (host.found.rights & 1) === 0) return end('denied');
    const entry = yield* port.tryLoad(host.found.page * PAGE + (at % PAGE), 8);
    references++;
    if (typeof entry !== 'bigint') return end('denied');
    const next = readEntry(root, entry, level, page);
    if (next === 'missing') return end(next);
    if (typeof next === 'bigint') {
      table = next * PAGE;
      continue;
    }
    const marks = wanted(entry, need);
    if (marks === 0n || !permits(next.rights, need)) return end(next);
    // As the hart would do it in a table of its own, or not.
    if (hart.get('updates') === 0n) return end('missing');
    if ((host.found.rights & W) === 0) return end('denied');
    references++;
    const trap = yield* port.tryStore(host.found.page * PAGE + (at % PAGE), entry | marks, 8);
    return end(trap === null ? { ...next, dirty: next.dirty || (marks & D) !== 0n } : 'denied');
  }
  return end('missing');
}

/** A, and D for a store, where they are clear. */
function wanted(entry: bigint, { rights }: Need): bigint {
  return (A | ((rights & W) !== 0 ? D : 0n)) & ~entry;
}

/** The table that an entry points to, or what the walk ends with. */
function readEntry(
  { spec, hart }: Root,
  entry: bigint,
  level: number,
  page: bigint,
): bigint | GuestPage | 'missing' {
  const rights = Number((entry >> 1n) & 7n);
  if ((entry & V) === 0n || (rights & 3) === 2 || (entry & RESERVED) !== 0n) return 'missing';
  const ppn = (entry >> 10n) & PPN;
  if (rights === 0) {
    return level === 0 || (entry & (POINTER_RESERVED | PBMT | N)) !== 0n ? 'missing' : ppn;
  }
  const memoryType = entry & PBMT;
  if (memoryType === PBMT) return 'missing';
  // The guest's stage has memory types where the machine gives the domain any.
  if (memoryType !== 0n && !hasMemoryTypes({ hart })) return 'missing';
  if ((entry & U) === 0n) return 'missing';
  const dirty = (entry & D) !== 0n;
  if ((entry & N) !== 0n) {
    const isGroup = level === 0 && (ppn & 15n) === 8n && spec.features.has('Svnapot');
    return isGroup
      ? { page: ppn - 8n + (page & 15n), level, rights, dirty, memoryType }
      : 'missing';
  }
  const within = (1n << BigInt(9 * level)) - 1n;
  if ((ppn & within) !== 0n) return 'missing';
  return { page: ppn + (page & within), level, rights, dirty, memoryType };
}

/** PBMTE, found at boot among the bits of henvcfg. */
const hasMemoryTypes = ({ hart }: Pick<Root, 'hart'>) => (hart.get('memoryTypes') & 1n) === 1n;
