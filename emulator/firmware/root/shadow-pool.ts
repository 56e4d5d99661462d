/** Pages for shadow tables: each hart has its share; when that is used up, the oldest table gives way. */
import type { BoundTo } from '../layouts/record.ts';
import { recordAt } from '../layouts/record.ts';
import { POOL_PAGE } from '../layouts/root-pool.ts';
import type { Op } from '../port.ts';
import type { Root } from './context.ts';
import { guestVmid, recordOf } from './context.ts';
import { PAGE } from './memory-map.ts';

/** Pages of a root of an x4 mode. */
const ROOT_PAGES = 4;

export type PoolPage = BoundTo<typeof POOL_PAGE>;

/** First page of a hart's share, and the one behind its last. Shares begin where a root may. */
export function shareOf({ spec, port }: Root): readonly [number, number] {
  const share = Math.floor(spec.shadowPages / spec.harts / ROOT_PAGES) * ROOT_PAGES;
  return [port.hart * share, (port.hart + 1) * share];
}

export const poolPage = ({ port, map }: Root, index: number): PoolPage =>
  recordAt(port.own, POOL_PAGE, map.poolPage(index));

export const addressOf = ({ map }: Root, index: number): bigint =>
  map.pool.base + BigInt(index) * PAGE;

/** Of the page that an address lies in. */
export const indexOfPage = ({ map }: Root, at: bigint): number =>
  Number((at - map.pool.base) / PAGE);

/** What a page is taken for. */
interface Use {
  readonly domain: number;
  readonly level: number;
  /** Address of the entry that will point to it; 0: none. */
  readonly parent: bigint;
}

/**
 * A cleared page for a table; null: all pages are those of `path`, which must stay. `fences` gets the domains whose
 * guests lost entries: the hart must fence their VMIDs before one of them runs.
 */
export function* takeTable(root: Root, use: Use, path: ReadonlySet<number>): Op<bigint | null> {
  const [first, end] = shareOf(root);
  for (let index = first; index < end; index++) {
    if (poolPage(root, index).get('owner') === 0n) return yield* claim(root, index, use, false);
  }
  let oldest: number | null = null;
  for (let index = first; index < end; index++) {
    const page = poolPage(root, index);
    if (path.has(index) || page.get('isRoot') === 1n) continue;
    if (oldest === null || page.get('taken') < poolPage(root, oldest).get('taken')) oldest = index;
  }
  if (oldest === null) return null;
  yield* evict(root, oldest);
  return yield* claim(root, oldest, use, false);
}

/** Four cleared pages for the root of a domain's shadow table; null: the share has no room for one. */
export function* takeRoot(root: Root, domain: number, level: number): Op<bigint | null> {
  const [first, end] = shareOf(root);
  let chosen: number | null = null;
  for (let group = first; group < end && chosen === null; group += ROOT_PAGES) {
    if (pagesOf(group).every((index) => poolPage(root, index).get('owner') === 0n)) chosen = group;
  }
  for (let group = first; group < end && chosen === null; group += ROOT_PAGES) {
    if (pagesOf(group).every((index) => poolPage(root, index).get('isRoot') === 0n)) chosen = group;
  }
  // Every group holds a root: that of another domain gives way.
  if (chosen === null && end > first) {
    const owner = Number(poolPage(root, first).get('owner')) - 1;
    yield* dropTables(root, owner, 'evict');
    chosen = first;
  }
  if (chosen === null) return null;
  for (const index of pagesOf(chosen)) {
    if (poolPage(root, index).get('owner') !== 0n) yield* evict(root, index);
    yield* claim(root, index, { domain, level, parent: 0n }, true);
  }
  return addressOf(root, chosen);
}

const pagesOf = (group: number) => [0, 1, 2, 3].map((k) => group + k);

function* claim(root: Root, index: number, use: Use, isRoot: boolean): Op<bigint> {
  const page = poolPage(root, index);
  const clock = root.hart.get('clock') + 1n;
  root.hart.set('clock', clock);
  page.set('owner', BigInt(use.domain + 1));
  page.set('level', BigInt(use.level));
  page.set('isRoot', isRoot ? 1n : 0n);
  page.set('parent', use.parent);
  page.set('taken', clock);
  clear(page);
  yield* root.port.zero(addressOf(root, index), Number(PAGE));
  return addressOf(root, index);
}

function clear(page: PoolPage): void {
  page.set('entries', 0n);
  page.set('low', 0n);
  page.set('high', 0n);
}

/** Takes a table, and what hangs below it, out of the tree it stands in; its guest's VMID is fenced. */
function* evict(root: Root, index: number): Op<void> {
  const page = poolPage(root, index);
  const domain = Number(page.get('owner')) - 1;
  const parent = page.get('parent');
  root.port.own.write(parent, 8, 0n);
  const above = poolPage(root, indexOfPage(root, parent));
  above.set('entries', above.get('entries') - 1n);
  const entries = release(root, index);
  root.port.note({ what: 'shadow', event: 'evict', entries });
  yield* fenceGuest(root, domain);
}

/** Frees a table and those below it; the number of entries that went. */
export function release(root: Root, index: number): number {
  const page = poolPage(root, index);
  let entries = Number(page.get('entries'));
  const at = addressOf(root, index);
  const [first, end] = shareOf(root);
  for (let other = first; other < end; other++) {
    const child = poolPage(root, other);
    const parent = child.get('parent');
    if (child.get('owner') !== 0n && parent >= at && parent < at + PAGE) {
      entries += release(root, other);
    }
  }
  page.set('owner', 0n);
  page.set('parent', 0n);
  clear(page);
  return entries;
}

/** Gives up the whole shadow table of a domain's guest on this hart. */
export function* dropTables(root: Root, domain: number, event: 'flush' | 'evict'): Op<void> {
  const record = recordOf(root, domain);
  if (record.get('shadow') === 0n) return;
  const [first, end] = shareOf(root);
  let entries = 0;
  for (let index = first; index < end; index++) {
    const page = poolPage(root, index);
    if (Number(page.get('owner')) !== domain + 1) continue;
    entries += Number(page.get('entries'));
    page.set('owner', 0n);
    page.set('isRoot', 0n);
    page.set('parent', 0n);
    clear(page);
  }
  record.set('shadow', 0n);
  root.port.note({ what: 'shadow', event, entries });
  yield* fenceGuest(root, domain);
}

/** Nothing that this hart has cached for the guest of a domain stays. */
export function* fenceGuest(root: Root, domain: number): Op<void> {
  yield* root.port.fence('hfence_gvma', null, guestVmid(root, domain));
}
