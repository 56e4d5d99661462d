/** The Smmtt look-up of the MTT era: L3, L2, L1. */
import type { Port } from '../access/port.ts';
import { GLOBAL } from '../cache/entry-view.ts';
import { R } from '../rules/fired.ts';
import type { Reason } from '../rules/reasons.ts';
import type { Domain } from './domain.ts';
import { keepEntry } from './keep-entry.ts';
import { L1_DIR } from './mtt-entry.ts';
import type { MttGeometry } from './mtt-geometry.ts';

const START: Record<MttGeometry['name'], number> = {
  smmtt34: R.SMMTT_LKUP_01,
  smmtt46: R.SMMTT_LKUP_02,
  smmtt56: R.SMMTT_LKUP_03,
};
const GIG = [R.SMMTT_FMT_01, R.SMMTT_FMT_02, R.SMMTT_FMT_03, R.SMMTT_FMT_04];

/** Whether the domain's table allows an access that needs `needs` to a physical page; null: allowed. */
export function lookupMtt(port: Port, domain: Domain, page: number, needs: number): Reason | null {
  const { cache, fired } = port;
  const decide = port.decide.mtt;
  const keep = port.decide.cache;
  const g = domain.geometry as MttGeometry;
  fired[START[g.name]] = 1;
  port.xwr = 0;
  if (decide.tooWide(g, page, port.checksWidth)) {
    return port.refuse('mtt.range', R.SMMPT_WIDTH_08);
  }
  let level: number = g.root;
  let table = domain.root;
  let kept = -1;
  if (cache.active) {
    kept = cache.deepest(domain.tag, page, g.scale, 1, level, GLOBAL);
    if (kept >= 0) level = cache.level;
  }
  for (;;) {
    if (kept >= 0) {
      port.useKept('mtt', level, kept, g.entrySize);
      kept = -1;
    } else {
      const at = decide.index(g, page, level) * g.entrySize;
      // An L2 table is wider than a page, and `at` may exceed a 32-bit shift for no table: 2^21 entries are 2^24 bytes.
      const tablePage = table + (at >>> 12);
      const why = port.readProtection(domain, level, tablePage, at & 4095, g.entrySize);
      if (why !== null) return why;
      if (cache.active && keep.keepsProtection(true, port.keepsInvalid)) {
        const type = decide.type(g.xlen, port.lo, port.hi);
        const isLeaf = level === 1 || (level === 2 && type !== L1_DIR);
        keepEntry(port, domain.tag, level, page, g.scale[level], isLeaf, tablePage, at & 4095);
      }
    }
    const { lo, hi } = port;

    if (level === 3) {
      const { l3Valid } = port.revision;
      if (decide.l3Invalid(hi, l3Valid)) return port.deny('mtt.invalid', R.SMMTT_FMT_20);
      if (decide.l3Reserved(hi, l3Valid)) return port.deny('mtt.reserved', R.SMMTT_FMT_12);
      if (lo === 0) fired[R.SMMTT_FMT_20] = 1;
      table = decide.l3Ppn(lo, hi);
      port.pass('next', R.SMMTT_FMT_20);
      level = 2;
      continue;
    }
    if (level === 2) {
      if (decide.l2Reserved(g.xlen, lo, hi)) return port.deny('mtt.reserved', R.SMMTT_FMT_12);
      const type = decide.type(g.xlen, lo, hi);
      if (decide.typeReserved(g, type)) {
        return port.deny('mtt.reserved', type === 7 ? R.SMMTT_FMT_09 : R.SMMTT_FMT_08);
      }
      if (type === L1_DIR) {
        port.pass('next', R.SMMTT_FMT_05);
        table = decide.l2Ppn(g.xlen, lo, hi);
        level = 1;
        continue;
      }
      if (type < L1_DIR) {
        fired[R.SMMTT_FMT_10] = 1;
        if (decide.gigInfoReserved(g.xlen, lo, hi)) {
          return port.deny('mtt.reserved', R.SMMTT_FMT_10);
        }
        fired[R.SMMTT_LKUP_11] = 1;
        fired[R.SMMTT_FMT_13] = 1;
        if (lo === 0 && hi === 0) fired[R.SMMTT_FMT_19] = 1;
        return verdict(port, decide.gigPerm(type), needs, GIG[type]);
      }
      fired[R.SMMTT_FMT_11] = 1;
      if (decide.bigInfoReserved(g.xlen, lo, hi)) {
        return port.deny('mtt.reserved', R.SMMTT_FMT_11);
      }
      fired[R.SMMTT_FMT_17] = 1;
      const perm = decide.bigPerm(lo, decide.bigIndex(g, page));
      return verdict(port, perm, needs, g.xlen === 32 ? R.SMMTT_FMT_07 : R.SMMTT_FMT_06);
    }

    const nibble = decide.nibble(lo, hi, decide.nibbleIndex(g, page));
    fired[R.SMMTT_FMT_16] = 1;
    if (decide.nibbleReserved(nibble) || (port.poisonsEntry && decide.anyNibbleReserved(lo, hi))) {
      return port.deny('mtt.reserved', R.SMMTT_FMT_15);
    }
    return verdict(port, nibble & 3, needs, R.SMMTT_FMT_14);
  }
}

/** Permission of a leaf: none at all is `disallowed`, the rest `permission`. */
function verdict(port: Port, perm: number, needs: number, rule: number): Reason | null {
  const { decide, fired } = port;
  const rights = decide.mtt.rights(perm);
  port.xwr = rights;
  fired[R.SMMTT_FMT_18] = 1;
  if (decide.mtt.permits(rights, needs)) {
    port.pass('leaf', rule);
    return null;
  }
  return port.deny(rights === 0 ? 'mtt.disallowed' : 'mtt.permission', rule);
}
