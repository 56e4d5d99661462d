/** Physical memory protection of one hart: registers, and one verdict per access. */
import { READ } from '../access/kinds.ts';
import type { Platform } from '../platform.ts';
import type { Fired } from '../rules/fired.ts';
import { newFired, R } from '../rules/fired.ts';
import type { Reason } from '../rules/reasons.ts';
import type { PmpProgram } from './pmp-compile.ts';
import {
  BY_BELOW_ONLY,
  BY_DEFAULT,
  BY_ENTRY,
  BY_LOCKED,
  BY_UNLOCKED,
  compilePmp,
  RIGHTS,
} from './pmp-compile.ts';
import type { PmpDecisions } from './pmp-decisions.ts';
import { pmpDecisions } from './pmp-decisions.ts';
import { addsMachineCode, MML, MMWP, RLB } from './smepmp.ts';

export const PMP_ENTRIES = 64;
const L = 0x80;
/** For a page: its bytes may get different verdicts, ask for the access. For an access: the deciding entry covers only part. */
const MIXED = 0x40;
const BY = 0x38;
const SLOTS = 512;

/** Verdicts of pages for one privilege class: direct-mapped, -1 is empty. */
class Memo {
  readonly pages = new Float64Array(SLOTS).fill(-1);
  readonly verdicts = new Uint8Array(SLOTS);
  #used = false;

  put(page: number, verdict: number): void {
    this.#used = true;
    this.pages[page & (SLOTS - 1)] = page;
    this.verdicts[page & (SLOTS - 1)] = verdict;
  }

  clear(): void {
    if (this.#used) this.pages.fill(-1);
    this.#used = false;
  }
}

/** What is kept of a whole page for modes below M, and what the registers say by now: READ | WRITE | EXECUTE. */
export interface KeptVerdict {
  /** Page number. */
  readonly page: number;
  readonly rights: number;
  readonly now: number;
}

export class Pmp {
  readonly config = new Uint8Array(PMP_ENTRIES);
  readonly address = new BigUint64Array(PMP_ENTRIES);
  mseccfg = 0;
  entries = 0;
  xlen: 32 | 64 = 64;
  #smepmp = false;
  /** Policy `retain`: verdicts below M outlive register writes until a fence. */
  #retains = false;
  #decide: PmpDecisions = pmpDecisions;
  #fired: Fired = newFired();
  #stale = true;
  #program: PmpProgram = { ranges: [], machineDefault: RIGHTS, belowDefault: RIGHTS };
  readonly #machine = new Memo();
  readonly #below = new Memo();

  /** All entries off, nothing locked. */
  reset(platform: Platform, fired: Fired, decide: PmpDecisions = pmpDecisions): void {
    this.config.fill(0);
    this.address.fill(0n);
    this.mseccfg = 0;
    this.entries = platform.features.has('pmp') ? platform.pmpEntries : 0;
    this.xlen = platform.xlen;
    this.#smepmp = platform.features.has('Smepmp');
    this.#retains = platform.caching === 'retain';
    this.#decide = decide;
    this.#fired = fired;
    this.synchronise();
  }

  /** SFENCE.VMA x0, x0 and HFENCE.GVMA x0, x0: verdicts kept with translations end here. */
  synchronise(): void {
    this.#stale = true;
    this.#machine.clear();
    this.#below.clear();
  }

  /**
   * Whether bytes `offset` to `offset + size` of a physical page (within it) may be accessed; `needs` is
   * READ | WRITE | EXECUTE. M-mode asks with `machineMode`, and so do reads of protection tables.
   */
  check(
    page: number,
    offset: number,
    size: number,
    needs: number,
    machineMode: boolean,
  ): Reason | null {
    const verdict = this.#verdict(page, offset, size, machineMode);
    if ((verdict & needs) === needs) return null;
    if (verdict === MIXED) return 'pmp.partial';
    return (verdict & BY) === BY_DEFAULT ? 'pmp.none' : 'pmp.permission';
  }

  /** The read of an entry of a protection table: an implicit M-mode read, whatever MPRV says. SMMPT-PMP-01..05 */
  checkTableRead(page: number, offset: number, size: number): Reason | null {
    const why = this.check(page, offset, size, READ, true);
    const by = this.#verdict(page, offset, size, true) & BY;
    const fired = this.#fired;
    if (why === null) {
      if (by === BY_UNLOCKED) fired[R.SMMPT_PMP_02] = 1;
      if (by === BY_LOCKED) fired[R.SMMPT_PMP_05] = 1;
    } else {
      if (by === BY_ENTRY || by === BY_LOCKED) fired[R.SMMPT_PMP_01] = 1;
      if (by === BY_DEFAULT) fired[R.SMMPT_PMP_03] = 1;
      if (by === BY_BELOW_ONLY) fired[R.SMMPT_PMP_04] = 1;
    }
    return why;
  }

  /** Writes one configuration byte as a pmpcfg write does: locked entries keep theirs, illegal values are legalised. */
  writeConfig(index: number, value: number): void {
    if (index >= this.entries) return;
    const decide = this.#decide;
    const bypass = (this.mseccfg & RLB) !== 0;
    const old = this.config[index];
    if (decide.ignoresLocked((old & L) !== 0, bypass)) return;
    // Bits 6:5 are read-only zero.
    let config = value & 0x9f;
    if ((this.mseccfg & MML) === 0) config = decide.dropsReservedWrite(config);
    else if (addsMachineCode(config) && !bypass) return;
    this.config[index] = config;
    this.#changed();
  }

  /** Writes pmpaddr; ignored while the entry, or the TOR entry above it, is locked. */
  writeAddress(index: number, value: bigint): void {
    if (index >= this.entries) return;
    const decide = this.#decide;
    const bypass = (this.mseccfg & RLB) !== 0;
    if (decide.ignoresLocked((this.config[index] & L) !== 0, bypass)) return;
    const next = index + 1 < this.entries ? this.config[index + 1] : 0;
    const locksBase = decide.locksBase((next & L) !== 0, ((next >> 3) & 3) === 1);
    if (decide.ignoresLocked(locksBase, bypass)) return;
    this.address[index] = value & (this.xlen === 64 ? (1n << 54n) - 1n : 0xffff_ffffn);
    this.#changed();
  }

  /** Writes mseccfg: MML and MMWP only rise; RLB stays 0 once it is 0 and an entry is locked. */
  writeSecurity(value: number): void {
    if (!this.#smepmp) return;
    const sticky = this.#decide.keepsSticky() ? this.mseccfg & (MML | MMWP) : 0;
    let next = (value & (MML | MMWP | RLB)) | sticky;
    if ((this.mseccfg & RLB) === 0 && this.config.some((config) => (config & L) !== 0)) {
      next &= ~RLB;
    }
    this.mseccfg = next;
    this.#changed();
  }

  /** The verdicts that outlive register writes; none where the policy keeps none. */
  kept(): readonly KeptVerdict[] {
    if (!this.#retains) return [];
    if (this.#stale) this.#compile();
    const { pages, verdicts } = this.#below;
    const found: KeptVerdict[] = [];
    pages.forEach((page, slot) => {
      const verdict = verdicts[slot];
      if (page < 0 || verdict === MIXED) return;
      const now = this.#judge(page, 0, 4096, false, false);
      found.push({ page, rights: verdict & RIGHTS, now: now === MIXED ? 0 : now & RIGHTS });
    });
    return found;
  }

  #changed(): void {
    this.#stale = true;
    this.#machine.clear();
    if (!this.#retains) this.#below.clear();
  }

  /** Rights and their source; MIXED alone: the deciding entry matches only some of the bytes. */
  #verdict(page: number, offset: number, size: number, machineMode: boolean): number {
    const memo = machineMode ? this.#machine : this.#below;
    const slot = page & (SLOTS - 1);
    if (memo.pages[slot] === page && memo.verdicts[slot] !== MIXED) return memo.verdicts[slot];
    if (this.#stale) this.#compile();
    if (memo.pages[slot] !== page) memo.put(page, this.#judge(page, 0, 4096, machineMode, false));
    const verdict = memo.verdicts[slot];
    if (verdict !== MIXED) return verdict;
    return this.#judge(page, offset, offset + size, machineMode, this.#decide.acceptsPart());
  }

  #compile(): void {
    this.#program = compilePmp(this, this.#decide);
    this.#stale = false;
  }

  /** The first entry that matches any of the bytes decides, if it matches all of them. */
  #judge(
    page: number,
    offset: number,
    end: number,
    machineMode: boolean,
    acceptsPart: boolean,
  ): number {
    const { ranges, machineDefault, belowDefault } = this.#program;
    for (let i = 0; i < ranges.length; i++) {
      const range = ranges[i];
      if (page < range.firstPage || page > range.endPage) continue;
      const from = page === range.firstPage ? range.firstOffset : 0;
      const to = page === range.endPage ? range.endOffset : 4096;
      if (from >= end || to <= offset) continue;
      if (!acceptsPart && (from > offset || to < end)) return MIXED;
      return machineMode ? range.machine : range.below;
    }
    return (machineMode ? machineDefault : belowDefault) | BY_DEFAULT;
  }
}
