/** Shadow G-stage tables: from the addresses of a domain's guest straight to physical ones, walked by the hardware. */
import type { Op } from '../port.ts';
import { hasThirdStage, prepareStage } from './accel/third-stage.ts';
import type { Root } from './context.ts';
import { domainOf, guestVmid, recordOf } from './context.ts';
import { indexOf, levelsOf, modeOf } from './domain-table.ts';
import { PAGE } from './memory-map.ts';
import {
  addressOf,
  dropTables,
  fenceGuest,
  indexOfPage,
  poolPage,
  release,
  takeRoot,
  takeTable,
} from './shadow-pool.ts';

const V = 1n;
const RWX = 7n << 1n;
const PPN = (1n << 44n) - 1n;
/** U, A and D: the rights of the leaf decide. */
const LEAF = V | (1n << 4n) | (1n << 6n) | (1n << 7n);
const VMID = 0x3fffn << 44n;
/** MODE and VMID of hgatp. */
const TAG = ~PPN;

const isLeaf = (entry: bigint) => (entry & RWX) !== 0n;

/** What a leaf shall say. */
export interface ShadowLeaf {
  /** Any page of the guest that it covers, and where that lies. */
  readonly page: bigint;
  readonly host: bigint;
  readonly level: number;
  readonly rights: number;
  readonly memoryType: bigint;
}

/** Before the guest runs: a shadow table for the MODE and VMID of its hgatp, empty if they are new. */
export function* prepareShadow(root: Root): Op<void> {
  const hgatp = root.hart.get('hgatp');
  if (hasThirdStage(root)) return yield* prepareStage(root);
  if (modeOf(hgatp) === 0n) return;
  const domain = domainOf(root);
  const record = recordOf(root);
  const { decide } = root;
  if (decide.dropsShadow(record.get('shadowFor'), hgatp)) {
    yield* dropTables(root, domain, 'flush');
    record.set('shadowFor', hgatp & TAG);
    // The guest of the new VMID runs under the same one of the hart: nothing of the old one's may be left.
    if (decide.fencesNewGuest()) yield* fenceFirst(root);
  }
  if (record.get('shadow') !== 0n) return;
  const at = yield* takeRoot(root, domain, levelsOf(modeOf(hgatp)) - 1);
  if (at === null) throw new Error('the shadow pool has no room for a root');
  record.set('shadow', at);
}

/** Everything that the hart has cached of the first stage of the present domain's guest. */
function* fenceFirst(root: Root): Op<void> {
  const { port } = root;
  const hgatp = yield* port.csrr('hgatp');
  yield* port.csrw('hgatp', (hgatp & ~VMID) | (guestVmid(root, domainOf(root)) << 44n));
  yield* port.fence('hfence_vvma', null, null);
  yield* port.csrw('hgatp', hgatp);
}

/** Enters a leaf, with the tables above it; a table that stands where a large leaf would go is filled below. */
export function* fillShadow(root: Root, leaf: ShadowLeaf): Op<number> {
  const { port } = root;
  const domain = domainOf(root);
  const levels = levelsOf(modeOf(root.hart.get('hgatp')));
  let table = recordOf(root).get('shadow');
  const path = new Set<number>();
  let references = 0;
  // A new table has nothing to look at.
  let isNew = poolEntries(root, table, leaf.page, levels) === 0n;
  for (let level = levels - 1; ; level--) {
    const at = table + 8n * indexOf(leaf.page, level, levels);
    const old = isNew ? 0n : port.own.read(at, 8);
    if (!isNew) references++;
    const isTable = (old & V) !== 0n && !isLeaf(old);
    if (level <= leaf.level && !isTable) {
      put(root, at, old, entryOf(leaf, level), leaf, level);
      yield* port.fence('hfence_gvma', (leaf.page * PAGE) >> 2n, guestVmid(root, domain));
      return references + (isNew ? 1 : 0);
    }
    path.add(indexOfPage(root, at));
    if (isTable) {
      table = ((old >> 10n) & PPN) * PAGE;
      path.add(indexOfPage(root, table));
      continue;
    }
    if ((old & V) !== 0n) yield* removeAt(root, at);
    const made = yield* takeTable(root, { domain, level: level - 1, parent: at }, path);
    if (made === null) throw new Error('the shadow pool is too small for one path');
    path.add(indexOfPage(root, made));
    port.own.write(at, 8, ((made / PAGE) << 10n) | V);
    count(root, at, 1n);
    references++;
    table = made;
    isNew = true;
  }
}

/** Entries of the page of a table in which the entry for a guest page lies. */
function poolEntries(root: Root, table: bigint, page: bigint, levels: number): bigint {
  const at = table + 8n * indexOf(page, levels - 1, levels);
  return poolPage(root, indexOfPage(root, at)).get('entries');
}

/** A leaf at `level`, which may be lower than that of the translation. */
function entryOf({ page, host, rights, memoryType }: ShadowLeaf, level: number): bigint {
  const within = page & ((1n << BigInt(9 * level)) - 1n);
  return ((host - within) << 10n) | (BigInt(rights) << 1n) | LEAF | memoryType;
}

function count({ ...root }: Root, at: bigint, by: bigint): void {
  const page = poolPage(root, indexOfPage(root, at));
  page.set('entries', page.get('entries') + by);
}

/** Writes a leaf; the page remembers which host pages it maps. */
function put(
  root: Root,
  at: bigint,
  old: bigint,
  entry: bigint,
  { page, host }: ShadowLeaf,
  level: number,
): void {
  root.port.own.write(at, 8, entry);
  if ((old & V) === 0n) count(root, at, 1n);
  const span = 1n << BigInt(9 * level);
  const first = host - (page & (span - 1n));
  const table = poolPage(root, indexOfPage(root, at));
  const [low, high] = [table.get('low'), table.get('high')];
  if (high === 0n || first < low) table.set('low', first);
  if (first + span > high) table.set('high', first + span);
}

/** Clears one entry, and frees what hangs below it; the number of entries that went. */
function* removeAt(root: Root, at: bigint): Op<number> {
  const { port } = root;
  const old = port.own.read(at, 8);
  if ((old & V) === 0n) return 0;
  port.own.write(at, 8, 0n);
  count(root, at, -1n);
  let entries = 1;
  if (!isLeaf(old)) entries += release(root, indexOfPage(root, ((old >> 10n) & PPN) * PAGE));
  yield* fenceGuest(root, domainOf(root));
  return entries;
}

/** Drops the leaf for one guest page on this hart, or the whole table. */
export function* flushShadow(root: Root, page: bigint | null): Op<void> {
  const domain = domainOf(root);
  const record = recordOf(root);
  if (record.get('shadow') === 0n) return;
  if (page === null) return yield* dropTables(root, domain, 'flush');
  const levels = levelsOf(modeOf(record.get('shadowFor')));
  if (page >> BigInt(9 * levels + 2) !== 0n) return;
  let table = record.get('shadow');
  for (let level = levels - 1; level >= 0; level--) {
    const at = table + 8n * indexOf(page, level, levels);
    const entry = root.port.own.read(at, 8);
    if ((entry & V) === 0n) return;
    if (isLeaf(entry)) {
      const entries = yield* removeAt(root, at);
      return root.port.note({ what: 'shadow', event: 'flush', entries });
    }
    table = ((entry >> 10n) & PPN) * PAGE;
  }
}

/**
 * Takes pages that a domain loses out of the shadow tables of every hart, by where the leaves point. The caller fences
 * its own hart; the others do when they pass the root.
 */
export function flushHostPages(root: Root, base: bigint, pages: bigint): void {
  const { port, spec } = root;
  let gone = 0;
  for (let index = 0; index < spec.shadowPages; index++) {
    const page = poolPage(root, index);
    if (page.get('owner') === 0n || page.get('high') <= base) continue;
    if (page.get('low') >= base + pages) continue;
    const span = 1n << BigInt(9 * Number(page.get('level')));
    for (let at = addressOf(root, index); at < addressOf(root, index + 1); at += 8n) {
      const entry = port.own.read(at, 8);
      if ((entry & V) === 0n || !isLeaf(entry)) continue;
      const first = (entry >> 10n) & PPN;
      if (first >= base + pages || first + span <= base) continue;
      port.own.write(at, 8, 0n);
      count(root, at, -1n);
      gone++;
    }
  }
  if (gone === 0) return;
  port.fired('ISO-14');
  port.note({ what: 'shadow', event: 'flush', entries: gone });
}
