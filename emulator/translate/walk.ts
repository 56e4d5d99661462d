/** One translation stage: the numbered steps of the manual. Stages compose, because each table read is translated below. */
import type { Kind } from '../access/kinds.ts';
import type { Port } from '../access/port.ts';
import { GLOBAL } from '../cache/entry-view.ts';
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
  // 1. Canonical, or as narrow as the mode.
  if (stage.isGuest) {
    port.enterGuest(page, offset, implicit, kind);
    port.guest = stage;
    if (!decide.fitsGuestWidth(g, page)) return port.refuseStage('pte.guest_width', stage.name);
  } else if (!decide.isCanonical(g, page)) {
    return port.refuseStage('pte.canonical', stage.name);
  }

  let level = g.levels - 1;
  let table = stage.root;
  let global = false;
  let ownPage = 0;
  let ownOffset = 0;
  /** The kept entry that stands in `port`, or -1: then it is one from memory, if `isRead`. */
  let kept = -1;
  let isRead = false;
  if (cache.active) {
    kept = cache.deepest(stage.tag, page, g.scale, 0, level, stage.tags.asid);
    if (kept >= 0) {
      level = cache.level;
      port.useKept(stage.name, level, kept, g.entrySize);
    }
  }
  if (kept >= 0 && decide.isLeaf(port.lo)) port.counts.tlb_hit++;
  else port.counts.tlb_miss++;
  for (;;) {
    if (kept < 0 && !isRead) {
      // 2. The entry at root + index * size, an access of its own.
      const at = field(page, g.scale[level], g.mask[level]) * g.entrySize;
      ownPage = table + (at >>> 12);
      ownOffset = at & 4095;
      const why = port.readEntry(stage, level, ownPage, ownOffset);
      if (why !== null) return why;
      if (cache.active) {
        global = global || keep.isGlobal((port.lo & G) !== 0 && !decide.isInvalid(port.lo));
        keepEntry(port, stage, page, level, global, ownPage, ownOffset);
      }
    }
    const { lo, hi } = port;

    // 3. V=0, a reserved bit or a reserved encoding.
    const isLeaf = decide.isLeaf(lo);
    const malformed = decideFormat(port, stage, level, isLeaf, lo, hi);
    if (malformed !== null) return port.denyStage(malformed, stage.name);
    const ppn = decide.ppn(g.xlen, lo, hi);
    // 4. A pointer: go down.
    if (!isLeaf) {
      if (level === 0) return port.denyStage('pte.depth', stage.name);
      port.pass('next', -1);
      if (kept >= 0) global = cache.isGlobal(kept);
      kept = -1;
      isRead = false;
      table = ppn;
      level--;
      continue;
    }
    // 5. A leaf: aligned, and allowed for this privilege and this access.
    if (level > 0 && decide.isMisaligned(ppn, g.span[level])) {
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
      if (kept >= 0) {
        // The update compares with memory, so what is kept must be read again first.
        ownPage = cache.ownPage(kept);
        ownOffset = cache.ownOffset(kept);
        global = cache.isGlobal(kept);
        const why = port.readEntry(stage, level, ownPage, ownOffset);
        if (why !== null) return why;
        kept = -1;
        isRead = true;
        keepEntry(port, stage, page, level, global, ownPage, ownOffset);
        continue;
      }
      const physicalPage = port.entryPage;
      const why = setAccessed(port, stage, ownPage, ownOffset, lo, hi, kind.writes);
      if (why !== null) return why;
      port.entryPage = physicalPage;
      if (cache.active) keepEntry(port, stage, page, level, global, ownPage, ownOffset);
    } else {
      if (!isClear) port.markAccessed();
      port.pass('leaf', -1);
    }

    // 7. The output page.
    if (level > 0) port.page = ppn + within(page, g.span[level]);
    else if (decide.isNapot(hi)) port.page = ppn - 8 + (page & 15);
    else port.page = ppn;
    if (stage.after === undefined) return null;
    return translate(port, stage.after, port.page, offset, kind, implicit);
  }
}

/** Step 3: what is wrong with an entry by itself, whoever asks. */
function decideFormat(
  port: Port,
  stage: Stage,
  level: number,
  isLeaf: boolean,
  lo: number,
  hi: number,
): Reason | null {
  const decide = port.decide.pte;
  if (decide.isInvalid(lo)) return 'pte.invalid';
  const shadowStack = port.context.shadowStack && !stage.isGuest;
  if (decide.isReservedEncoding(lo, shadowStack)) return 'pte.reserved';
  // Of what lies above the PPN (in Sv32 nothing does) every bit that is set needs a reason.
  if (hi >>> 22 !== 0) {
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
  const { isGuest } = stage;
  const isFetch = kind.origin === 'fetch';
  if (kind.shadowStack && !implicit && !(isGuest && port.memoryType !== 0)) {
    port.memoryType = decide.memoryType(port.hi);
  }
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

/** Keeps the entry in `port.lo`, `port.hi`, where policy and revision allow. */
function keepEntry(
  port: Port,
  stage: Stage,
  page: number,
  level: number,
  global: boolean,
  ownPage: number,
  ownOffset: number,
): void {
  const { cache, decide, lo, hi } = port;
  const isValid = !decide.pte.isInvalid(lo);
  if (!decide.cache.keepsTranslation(isValid, port.svvptc)) return;
  // Where V=0 the walk ended: a fence by address orders the store that makes a leaf of it.
  const isLeaf = !isValid || decide.pte.isLeaf(lo);
  const unit = stage.geometry.span[level];
  const isNapot = isValid && isLeaf && level === 0 && decide.pte.isNapot(hi);
  const span = isNapot ? 16 : unit;
  const e = cache.put(
    stage.tag | (level << 20),
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
