/** The Smmpt look-up: the seven numbered steps of the specification. */
import type { Port } from '../access/port.ts';
import { R } from '../rules/fired.ts';
import { GLOBAL } from '../cache/entry-view.ts';
import type { Reason } from '../rules/reasons.ts';
import type { Domain } from './domain.ts';
import { keepEntry } from './keep-entry.ts';
import type { MptGeometry } from './mpt-geometry.ts';
import { MPT_RULES as MARK } from './mpt-rules.ts';

/**
 * Whether the domain's table allows an access that needs `needs` (READ | WRITE | EXECUTE) to a physical page.
 * Leaves the tuple in `port.xwr`. Null: allowed.
 */
export function lookupMpt(port: Port, domain: Domain, page: number, needs: number): Reason | null {
  const { cache, fired } = port;
  const decide = port.decide.mpt;
  const keep = port.decide.cache;
  const g = domain.geometry as MptGeometry;
  fired[R.SMMPT_LKUP_01] = 1;
  fired[g.rule] = 1;
  port.xwr = 0;
  port.isNapot = false;
  if (decide.tooWide(g, page)) {
    fired[R.SMMPT_WIDTH_06] = 1;
    return port.refuse('mpt.range', MARK.width[g.name]);
  }
  if (page >= 2 ** 20) MARK.wide(fired, g, page);

  let level = g.levels - 1;
  let table = domain.root; // 1.
  let kept = -1;
  if (cache.active) {
    kept = cache.deepest(domain.tag, page, g.scale, 0, level, GLOBAL);
    if (kept >= 0) level = cache.level;
  }
  for (;;) {
    if (kept >= 0) {
      port.useKept('mpt', level, kept, g.entrySize);
      kept = -1;
    } else {
      const at = decide.index(g, page, level) * g.entrySize;
      const tablePage = table + (at >>> 12);
      const why = port.readProtection(domain, level, tablePage, at & 4095, g.entrySize); // 2.
      if (why !== null) return why;
      if (cache.active) {
        const isValid = !decide.isInvalid(port.lo);
        if (keep.keepsProtection(isValid, port.keepsInvalid)) {
          const isLeaf = !isValid || decide.isLeaf(port.lo);
          keepEntry(port, domain.tag, level, page, g.scale[level], isLeaf, tablePage, at & 4095);
        }
      }
    }
    const { lo, hi } = port;

    // 3. V=0, a reserved bit or a reserved encoding.
    if (decide.isInvalid(lo)) {
      if (lo !== 0 || hi !== 0) fired[R.SMMPT_LKUP_05] = fired[R.SMMPT_RSV_11] = 1;
      MARK.keptInvalid(fired, level, port.keepsInvalid);
      return port.deny('mpt.invalid', MARK.invalid(g, level));
    }
    if (!decide.isLeaf(lo)) {
      if (decide.isNapotPointer(lo)) {
        fired[R.SMMPT_NAPOT_14] = 1;
        return port.deny('mpt.reserved', R.SMMPT_LKUP_07);
      }
      if (decide.pointerReserved(lo, hi)) {
        return port.deny('mpt.reserved', MARK.pointerReserved(g, lo));
      }
      // 4. A pointer: go down.
      if (decide.endsWalk(level)) return port.deny('mpt.depth', R.SMMPT_LKUP_06);
      const next = decide.ppn(lo, hi);
      MARK.pointer(fired);
      port.pass('next', R.SMMPT_LKUP_08);
      table = next;
      level--;
      continue;
    }

    let xwr: number;
    if (decide.isNapot(lo)) {
      if (decide.napotReserved(lo, hi)) {
        return port.deny('mpt.reserved', MARK.napotReserved(g, lo));
      }
      if (decide.groupReserved(g, lo)) {
        return port.deny('mpt.napot', MARK.group(g));
      }
      if (!decide.napotAllowed(level, port.napotAllLevels)) {
        return port.deny('mpt.napot', R.SMMPT_NAPOT_05);
      }
      xwr = decide.napotTuple(lo); // 6.
      port.isNapot = true;
      MARK.napot(fired, g, level);
      if (decide.tupleReserved(xwr)) {
        fired[R.SMMPT_NAPOT_09] = 1;
        return port.deny('mpt.reserved', xwr === 2 ? R.SMMPT_XWR_03 : R.SMMPT_XWR_07);
      }
    } else {
      if (decide.leafReserved(lo, hi)) return port.deny('mpt.reserved', MARK.leafReserved(g, lo));
      const slot = decide.tupleIndex(g, page, level); // 5.
      xwr = decide.tuple(lo, hi, slot);
      MARK.leaf(fired, g, level);
      if (decide.tupleReserved(xwr)) {
        fired[R.SMMPT_RSV_12] = 1;
        return port.deny('mpt.reserved', xwr === 2 ? R.SMMPT_XWR_03 : R.SMMPT_XWR_07);
      }
      if (port.poisonsEntry && decide.anyTupleReserved(lo, hi)) {
        return port.deny('mpt.reserved', R.SMMPT_RSV_12);
      }
    }

    // 7. Every permission that the access needs.
    port.xwr = xwr;
    const rule = MARK.xwr[xwr];
    if (xwr === 0) fired[R.SMMPT_XWR_09] = 1;
    if (!decide.permits(xwr, needs)) return port.deny('mpt.permission', rule);
    port.pass('leaf', rule);
    return null;
  }
}
