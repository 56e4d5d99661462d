/** One translation stage: the numbered steps of the manual. Stages compose, because each table read is translated below. */
import type { Kind } from '../access/kinds.ts';
import type { Port } from '../access/port.ts';
import { GLOBAL, STAGE_CODE, tagOf } from '../cache/entry-cache.ts';
import { field, within } from '../memory/page.ts';
import type { Reason } from '../rules/reasons.ts';
import { setAccessed } from './accessed-dirty.ts';
import { G, shadowStackVerdict } from './pte.ts';
import type { Stage } from './stage.ts';

/**
 * Translates an input page of the stage for an access of this kind; leaves the output page in `port.page`.
 * `offset` is reported where the access is denied. `implicit`: on behalf of a table access of the stage above.
 */
export function translate(
  port: Port,
  stage: Stage,
  page: number,
  offset: number,
  kind: Kind,
  implicit: boolean,
): Reason | null {
  const { cache } = port;
  const decide = port.decide.pte;
  const keep = port.decide.cache;
  const g = stage.geometry;
  const isGuest = stage.name === 'g';
  if (isGuest) port.enterGuest(page, offset, implicit, kind);
  // 1. Canonical, or as narrow as the mode.
  if (isGuest) {
    if (!decide.fitsGuestWidth(g, page)) return port.refuseStage('pte.guest_width', stage.name);
  } else if (!decide.isCanonical(g, page)) {
    return port.refuseStage('pte.canonical', stage.name);
  }

  let level = g.levels - 1;
  let table = stage.root;
  let kept = -1;
  let global = false;
  const { asid } = stage.tags;
  const tag = tagOf(
    isGuest ? STAGE_CODE.g : stage.name === 'vs' ? STAGE_CODE.vs : STAGE_CODE.s,
    0,
    keep.sdidTag(stage.tags.sdid),
    keep.vmidTag(stage.tags.vmid),
  );
  if (cache.active && keep.mayUse()) {
    kept = cache.deepest(tag, page, g.scale, 0, level, asid);
    if (kept >= 0) level = cache.level;
  }
  let ownPage = 0;
  let ownOffset = 0;
  let lo = 0;
  let hi = 0;
  let fromCache = false;
  let have = false;
  for (;;) {
    if (have) have = false;
    else if (kept >= 0) {
      port.useKept(stage.name, level, kept, g.entrySize);
      lo = port.lo;
      hi = port.hi;
      ownPage = cache.ownPage[kept];
      ownOffset = cache.ownOffset[kept];
      global = cache.asid[kept] === GLOBAL;
      fromCache = true;
      kept = -1;
    } else {
      // 2. The entry at root + index * size, an access of its own.
      const at = field(page, g.scale[level], g.mask[level]) * g.entrySize;
      ownPage = table + (at >>> 12);
      ownOffset = at & 4095;
      const why = port.readEntry(stage, level, ownPage, ownOffset);
      if (why !== null) return why;
      lo = port.lo;
      hi = port.hi;
      fromCache = false;
      if (cache.active) {
        global = global || keep.isGlobal((lo & G) !== 0 && !decide.isInvalid(lo));
        keepEntry(port, stage, page, level, tag, global, lo, hi, ownPage, ownOffset);
      }
    }

    // 3. V=0, a reserved bit or a reserved encoding.
    const malformed = decideFormat(port, stage, level, lo, hi);
    if (malformed !== null) return port.denyStage(malformed, stage.name);
    const ppn = decide.ppn(g.xlen, lo, hi);
    // 4. A pointer: go down.
    if (!decide.isLeaf(lo)) {
      if (level === 0) return port.denyStage('pte.depth', stage.name);
      port.pass('next', -1);
      table = ppn;
      level--;
      continue;
    }
    // 5. A leaf: aligned, and allowed for this privilege and this access.
    const span = g.span[level];
    if (level > 0 && decide.isMisaligned(ppn, span)) {
      return port.denyStage('pte.misaligned', stage.name);
    }
    const denied = decideLeaf(port, stage, lo, kind, implicit);
    if (denied !== null) return port.denyStage(denied, stage.name);

    // 6. A, and D for a write: a fault, or an update in memory. A prefetch passes by, in every stage.
    const isClear = decide.needsAccessed(lo) || decide.needsDirty(lo, kind.writes);
    if (isClear && decide.marksPages(port.kind)) {
      if (!stage.updatesAccessed) {
        port.markSvade();
        const clear = decide.needsAccessed(lo) ? 'pte.accessed' : 'pte.dirty';
        return port.denyStage(clear, stage.name);
      }
      if (fromCache) {
        // The update compares with memory, so what is kept must be read again first.
        const why = port.readEntry(stage, level, ownPage, ownOffset);
        if (why !== null) return why;
        lo = port.lo;
        hi = port.hi;
        fromCache = false;
        have = true;
        keepEntry(port, stage, page, level, tag, global, lo, hi, ownPage, ownOffset);
        continue;
      }
      const physicalPage = port.entryPage;
      const why = setAccessed(port, stage, ownPage, ownOffset, lo, hi, kind.writes);
      if (why !== null) return why;
      lo = port.lo;
      port.entryPage = physicalPage;
      if (cache.active) {
        keepEntry(port, stage, page, level, tag, global, lo, hi, ownPage, ownOffset);
      }
    } else {
      if (!isClear) port.markAccessed();
      port.pass('leaf', -1);
    }

    // 7. The output page.
    if (level > 0) port.page = ppn + within(page, span);
    else if (g.entrySize === 8 && decide.isNapot(hi)) port.page = ppn - 8 + (page & 15);
    else port.page = ppn;
    return null;
  }
}

/** Step 3: what is wrong with an entry by itself, whoever asks. */
function decideFormat(
  port: Port,
  stage: Stage,
  level: number,
  lo: number,
  hi: number,
): Reason | null {
  const decide = port.decide.pte;
  if (decide.isInvalid(lo)) return 'pte.invalid';
  const shadowStack = port.context.shadowStack && stage.name !== 'g';
  if (decide.isReservedEncoding(lo, shadowStack)) return 'pte.reserved';
  const isLeaf = decide.isLeaf(lo);
  if (stage.geometry.entrySize === 8) {
    if (decide.hasReservedBits(hi)) return 'pte.reserved';
    if (decide.isReservedMemoryType(hi, stage.pbmt, isLeaf)) return 'pte.pbmt';
    if (decide.isNapot(hi)) {
      if (!port.svnapot) return 'pte.reserved';
      if (!isLeaf || decide.isReservedNapot(lo, level)) return 'pte.napot';
    }
  }
  return !isLeaf && decide.isReservedPointer(lo) ? 'pte.reserved' : null;
}

/** Step 5: U, then R, W and X against the access. */
function decideLeaf(
  port: Port,
  stage: Stage,
  lo: number,
  kind: Kind,
  implicit: boolean,
): Reason | null {
  const { context } = port;
  const decide = port.decide.pte;
  const isGuest = stage.name === 'g';
  const isFetch = kind.origin === 'fetch';
  if (!decide.userAllows(lo, isGuest || context.user, context.sum && !isGuest, isFetch)) {
    return 'pte.user';
  }
  if (!isGuest && (context.shadowStack || kind.shadowStack)) {
    const verdict = shadowStackVerdict(lo, kind);
    if (verdict !== 'other') return verdict === 'ok' ? null : verdict;
  }
  // MXR is for explicit loads: the walker's own reads need R.
  const mxr = !implicit && decide.mxr(context, stage.name === 'vs');
  return decide.allows(lo, kind, mxr) ? null : 'pte.permission';
}

/** Keeps the entry just read, where policy and revision allow. */
function keepEntry(
  port: Port,
  stage: Stage,
  page: number,
  level: number,
  tag: number,
  global: boolean,
  lo: number,
  hi: number,
  ownPage: number,
  ownOffset: number,
): void {
  const { cache, decide } = port;
  const isValid = !decide.pte.isInvalid(lo);
  if (!decide.cache.keepsTranslation(isValid, port.svvptc)) return;
  // Where V=0 the walk ended: a fence by address orders the store that makes a leaf of it.
  const isLeaf = !isValid || decide.pte.isLeaf(lo);
  const unit = stage.geometry.span[level];
  const isNapot =
    isValid && isLeaf && level === 0 && stage.geometry.entrySize === 8 && decide.pte.isNapot(hi);
  const span = isNapot ? 16 : unit;
  const e = cache.put(
    tag | (level << 20),
    Math.floor(page / unit),
    global ? GLOBAL : stage.tags.asid,
    Math.floor(page / span) * span,
    span,
    isLeaf,
    decide.cache.remembered(lo),
    decide.cache.rememberedHigh(hi),
  );
  cache.locate(e, ownPage, ownOffset, port.entryPage);
}
