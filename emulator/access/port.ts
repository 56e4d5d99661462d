/**
 * A hart's port to memory: every physical access of the hart and of its walkers, and the record of the denial, if any.
 * Tables are read here and nowhere else. Success allocates nothing.
 */
import type { EntryCache } from '../cache/entry-cache.ts';
import type { Decisions } from '../decisions.ts';
import type { Domain } from '../isolate/domain.ts';
import { isolate } from '../isolate/isolation.ts';
import type { Platform } from '../platform.ts';
import type { Revision } from '../revision.ts';
import { REVISIONS } from '../revision.ts';
import type { Fired } from '../rules/fired.ts';
import { R } from '../rules/fired.ts';
import type { Reason } from '../rules/reasons.ts';
import type { Stage, StageName } from '../translate/stage.ts';
import { swap } from '../memory/page.ts';
import { translate } from '../translate/walk.ts';
import type { Context, Mode } from './context.ts';
import type { Kind } from './kinds.ts';
import { IDLE } from './context.ts';
import { markImplicit } from './implicit-rules.ts';
import { KINDS, READ, WRITE } from './kinds.ts';
import type { Physical } from './physical.ts';
import { PLAIN, TABLE } from './physical.ts';
import { IMPLICIT, isUnreadable, UNREADABLE, UPDATE_RULE } from './read-entry.ts';
import type { Tally } from './tally.ts';
import { Verdicts } from './verdicts.ts';

export class Port extends Verdicts {
  readonly physical: Physical;
  readonly cache: EntryCache;
  /** Of whom the references are: firmware's are counted apart. */
  counts: Tally;
  decide: Decisions;

  // Of the platform.
  xlen: 32 | 64 = 64;
  revision: Revision = REVISIONS.smmpt_0_9;
  svnapot = false;
  svvptc = false;
  /** A protection-table entry with V=0 may be kept until a fence. */
  keepsInvalid = false;
  /** An MTT-era look-up denies an address beyond the mode's width. */
  checksWidth = true;
  /** A reserved tuple denies its whole entry. */
  poisonsEntry = true;
  napotAllLevels = true;
  /** What HLVX, and CBO.CLEAN, FLUSH and INVAL, need in the protection table: open points. */
  hlvxNeeds = READ;
  cboNeeds = READ;
  /** A store that straddles writes its allowed first part although the second is denied. */
  writesFirstPart = false;
  misalignedAccess = true;

  // Of the attempt.
  context: Context = IDLE;
  kind: Kind = KINDS.load;
  /** The mode that executes; the context is another one's with MPRV, or in a hypervisor load or store. */
  executing: Mode = 'M';
  borrowed = false;
  /** mstatus.MPRV, while M-mode executes. */
  mprv = false;
  /** A program makes the access, not a step of a scenario. */
  inProgram = false;

  // Results.
  /** Output page of a translation. */
  page = 0;
  /** PBMT of a shadow-stack access: that of the first stage, or of the G-stage where that one says nothing. */
  memoryType = 0;
  /** Physical page of the page-table entry read last. */
  entryPage = 0;
  /** The frame of the page-table access that was allowed last. */
  private frame = 0;
  /** The tuple that decided the last look-up in the protection table, and whether a NAPOT leaf held it. */
  xwr = 0;
  isNapot = false;

  constructor(
    physical: Physical,
    cache: EntryCache,
    counts: Tally,
    decide: Decisions,
    fired: Fired,
  ) {
    super(fired);
    this.physical = physical;
    this.cache = cache;
    this.counts = counts;
    this.decide = decide;
  }

  reset(platform: Platform, decide: Decisions, fired: Fired): void {
    const { features, knobs } = platform;
    this.decide = decide;
    this.fired = fired;
    this.xlen = platform.xlen;
    this.revision = REVISIONS[platform.revision];
    this.svnapot = features.has('Svnapot');
    this.svvptc = features.has('Svvptc');
    this.keepsInvalid = this.revision.cachesInvalid || knobs.v_visible_after === 'fence';
    this.checksWidth = this.revision.widthCheck || knobs.mtt_too_wide === 'fault';
    this.poisonsEntry = knobs.reserved_tuple === 'entry';
    this.napotAllLevels = knobs.napot_levels === 'all';
    this.hlvxNeeds = decide.isolation.hlvxNeeds(knobs.hlvx_needs_x === 'yes');
    this.cboNeeds = decide.isolation.cboNeeds(knobs.cbo_needs);
    this.writesFirstPart = knobs.straddle_store === 'first_part';
    this.misalignedAccess = features.has('misaligned_access');
    this.physical.forget();
    this.trace = null;
  }

  /** Before an attempt. */
  begin(context: Context, kind: Kind, executing: Mode): void {
    this.context = context;
    this.kind = kind;
    this.executing = executing;
    this.borrowed = executing !== context.mode;
    this.clear();
  }

  /** Reads the entry of a translation stage at a page and offset of the stage's own address space into `lo`, `hi`. */
  readEntry(stage: Stage, level: number, page: number, offset: number): Reason | null {
    const size = stage.geometry.entrySize;
    let at = page;
    if (stage.below !== null) {
      const { guestPage, guestOffset, implicit, wrote } = this;
      this.depth++;
      const why = translate(this, stage.below, page, offset, KINDS.pteRead, true);
      this.depth--;
      if (why !== null) return why;
      at = this.page;
      // A stage within another one reports what came into it.
      if (stage.isGuest) this.backTo(stage, guestPage, guestOffset, implicit, wrote);
    }
    const why = this.checkPageTable(stage, at, offset, size, KINDS.pteRead);
    if (why !== null) {
      if (this.trace !== null) this.noteUnread(stage.name, level, at, offset, size);
      return this.deny(why, this.rule);
    }
    if (stage.name === 'g') this.counts.g += this.decide.table.guestReads();
    else if (stage.name === 'vs') this.counts.vs++;
    else this.counts.s++;
    const bigEndian = this.decide.table.pageTableBigEndian(stage.bigEndian);
    this.load(this.frame, offset, size, bigEndian);
    this.entryPage = at;
    if (this.trace !== null) this.note(stage.name, level, at, offset, size, 'memory');
    return null;
  }

  /** Writes a page-table entry after A or D was set; leaves the new low half in `lo`. */
  writeEntry(
    stage: Stage,
    page: number,
    offset: number,
    lo: number,
    hi: number,
    dirty: boolean,
  ): Reason | null {
    const { decide, fired } = this;
    const size = stage.geometry.entrySize;
    const { step } = this;
    let at = page;
    if (this.context.domain !== null) {
      fired[UPDATE_RULE[stage.name]] = 1;
      fired[dirty ? R.SMMPT_PTW_08 : R.SMMPT_PTW_07] = 1;
    }
    if (stage.below !== null) {
      this.depth++;
      const why = translate(this, stage.below, page, offset, KINDS.pteWrite, true);
      this.depth--;
      if (why !== null) return why;
      at = this.page;
    }
    if (decide.table.checksUpdate()) {
      const why = this.checkPageTable(stage, at, offset, size, KINDS.pteWrite);
      this.step = step;
      if (why !== null) {
        fired[R.SMMPT_PTW_11] = 1;
        return this.deny(why, this.rule);
      }
    }
    this.step = step;
    this.counts.ad++;
    const bigEndian = decide.table.pageTableBigEndian(stage.bigEndian);
    const { physical } = this;
    physical.storeEntry(physical.frameOf(at), offset, size, bigEndian, lo, hi);
    this.lo = lo;
    this.hi = hi;
    if (step !== null) step.lo = lo;
    return null;
  }

  /** Reads an entry of the protection table into `lo`, `hi`: an M-mode access that no table checks. */
  readProtection(
    domain: Domain,
    level: number,
    page: number,
    offset: number,
    size: number,
  ): Reason | null {
    const { physical } = this;
    let frame = physical.ready(page, TABLE | PLAIN);
    if (frame < 0) {
      const why = this.checkProtection(domain, page, offset, size);
      if (why !== null) {
        if (this.trace !== null) this.noteUnread(stageOf(domain), level, page, offset, size);
        return this.deny(why, this.rule);
      }
      frame = physical.frameOf(page);
    }
    if (this.decide.table.countsProtection()) this.counts.mpt++;
    this.load(frame, offset, size, this.protectionBigEndian(domain));
    if (this.trace !== null) this.note(stageOf(domain), level, page, offset, size, 'memory');
    return null;
  }

  /** Uses the kept entry that the cache found last in place of one in memory: into `lo`, `hi`, and the trace. */
  useKept(stage: StageName, level: number, kept: number, size: number): void {
    const { cache } = this;
    this.lo = cache.lo;
    this.hi = cache.hi;
    if (this.trace === null) return;
    this.note(stage, level, cache.physicalPage(kept), cache.ownOffset(kept), size, 'cache');
  }

  /** Svade: a clear bit is a page fault, without any write. */
  markSvade(): void {
    if (this.context.domain !== null) this.fired[R.SMMPT_PTW_10] = 1;
  }

  /** A and D stand already: nothing is written. */
  markAccessed(): void {
    if (this.context.domain !== null) this.fired[R.SMMPT_PTW_09] = 1;
  }

  /** The isolation, PMP and PMA of a page-table access: null and its `frame`, or why not, and the rule in `rule`. */
  private checkPageTable(
    stage: Stage,
    page: number,
    offset: number,
    size: number,
    kind: Kind,
  ): Reason | null {
    const { decide, physical } = this;
    const { domain } = this.context;
    const needs =
      kind === KINDS.pteRead
        ? decide.table.readNeeds(READ, this.kind.needs)
        : decide.table.writeNeeds(WRITE);
    if (domain !== null && decide.table.isolatesPageTables()) {
      this.depth++;
      const why = isolate(this, domain, page, needs);
      this.depth--;
      markImplicit(this, stage.name, domain, why);
      if (why !== null) return isUnreadable(why) ? why : IMPLICIT[domain.isolation][stage.name];
    }
    this.rule = -1;
    this.frame = physical.ready(page, needs | PLAIN);
    if (this.frame >= 0) return null;
    this.frame = physical.frameOf(page);
    if (decide.table.asksPmp() && physical.protect(page, offset, size, needs, false) !== null) {
      return 'pte.table_pmp';
    }
    if (physical.isPlain(page)) return null;
    if (decide.table.asksPma() && physical.support(kind, page, offset, size) !== null) {
      return 'pte.table_pma';
    }
    const isRead = kind === KINDS.pteRead;
    if (isRead && decide.table.seesPoison() && physical.isPoisoned(page, offset, size)) {
      return 'pte.table_poison';
    }
    return null;
  }

  private protectionBigEndian(domain: Domain): boolean {
    const sbe = this.context.tablesBigEndian;
    return this.decide.table.protectionBigEndian(domain.bigEndian, sbe);
  }

  /** A table entry into `lo`, `hi`. */
  private load(frame: number, offset: number, size: number, bigEndian: boolean): void {
    const { memory } = this.physical;
    memory.loadEntry(frame, offset, size);
    if (!bigEndian) {
      this.lo = memory.lo;
      this.hi = memory.hi;
    } else {
      this.lo = swap(size === 8 ? memory.hi : memory.lo);
      this.hi = size === 8 ? swap(memory.lo) : 0;
    }
  }

  private checkProtection(
    domain: Domain,
    page: number,
    offset: number,
    size: number,
  ): Reason | null {
    const { decide, physical } = this;
    const reasons = UNREADABLE[domain.isolation];
    const isCurrent = domain.isolation === 'smmpt';
    this.rule = isCurrent ? R.SMMPT_PMP_01 : R.SMMTT_LKUP_04;
    this.fired[this.rule] = 1;
    this.fired[isCurrent ? R.SMMPT_PMP_10 : R.SMMTT_LKUP_08] = 1;
    if (this.borrowed) this.fired[R.SMMPT_PMP_09] = 1;
    this.fired[R.SMMPT_PMP_13] = 1;
    if (this.protectionBigEndian(domain) !== this.context.tablesBigEndian) {
      this.fired[R.SMMPT_PMP_14] = 1;
    }
    const denied = decide.table.protectionIsMachine()
      ? physical.protectTable(page, offset, size)
      : physical.protect(page, offset, size, READ, false);
    if (denied !== null) return reasons.pmp;
    if (physical.isPlain(page)) return null;
    if (decide.table.asksPma() && physical.support(KINDS.mptRead, page, offset, size) !== null) {
      this.rule = isCurrent ? R.SMMPT_PMP_06 : R.SMMTT_LKUP_04;
      return reasons.pma;
    }
    this.rule = -1;
    return decide.table.seesPoison() && physical.isPoisoned(page, offset, size)
      ? reasons.poison
      : null;
  }
}

/** The name of the domain's table in traces. */
function stageOf(domain: Domain): 'mpt' | 'mtt' {
  return domain.isolation === 'smmpt' ? 'mpt' : 'mtt';
}
