/** Kept entries as fences and readers see them. */
import type { StageName } from '../translate/stage.ts';

/** The ASID of an entry that matches every ASID of its SDID and VMID. */
export const GLOBAL = -1;

/** What a kept entry is, and for whom. Pages are input pages: VA, GPA or SPA. */
export interface Described {
  readonly stage: StageName;
  readonly level: number;
  readonly isLeaf: boolean;
  readonly sdid: number;
  readonly vmid: number;
  readonly asid: number;
  /** First input page that the entry covers, and how many. */
  readonly page: number;
  readonly span: number;
}

/** One entry as a fence sees it; the object is reused, so do not keep it. */
export interface EntryView extends Described {
  /** G was set in the entry or on the way to it: it matches any ASID. */
  readonly global: boolean;
  covers(page: number): boolean;
}

/** An entry with where it was read and what it says. */
export interface KeptEntry extends Described {
  /** Physical page and offset. */
  readonly entryPage: number;
  readonly entryOffset: number;
  readonly lo: number;
  readonly hi: number;
}

/** The cursor of a fence over the entries. */
export class View implements EntryView {
  stage: StageName = 's';
  level = 0;
  isLeaf = false;
  sdid = 0;
  vmid = 0;
  asid = 0;
  global = false;
  page = 0;
  span = 1;

  at(entry: Described): this {
    Object.assign(this, entry);
    this.global = entry.asid === GLOBAL;
    return this;
  }

  covers(page: number): boolean {
    return page >= this.page && page < this.page + this.span;
  }
}
