/**
 * Physical memory as one hart reaches it: PMP, PMA and poison in front of the bytes. What holds for a whole page is
 * remembered, so that most accesses cost one look at it.
 */
import type { Memory } from '../memory/memory.ts';
import { swap } from '../memory/page.ts';
import type { Pma } from '../memory/pma.ts';
import type { Pmp } from '../protect/pmp.ts';
import type { Reason } from '../rules/reasons.ts';
import type { Kind } from './kinds.ts';

/** By page: bits 0-2 rights below M (READ | WRITE | EXECUTE), 3-5 rights of M, then these. */
const MACHINE = 3;
/** M-mode reads of protection-table entries are allowed. */
export const TABLE = 64;
/** Ordinary main memory: no alias, no poison, no device, no listener. */
export const PLAIN = 128;
/** In place of a frame: a device answers for some of the page, or somebody listens to it. */
export const ATTENDED = -1;

export class Physical {
  readonly memory: Memory;
  readonly pma: Pma;
  readonly pmp: Pmp;
  /** Rises whenever that is forgotten: who remembers more than this file must forget it too. */
  epoch = 0;
  private rights = new Uint8Array(512);

  constructor(memory: Memory, pma: Pma, pmp: Pmp) {
    this.memory = memory;
    this.pma = pma;
    this.pmp = pmp;
  }

  /** Forgets what PMP and PMA said of whole pages: after a change of PMP, a fence, new poison, a reset. */
  forget(): void {
    this.epoch++;
    this.rights.fill(0);
  }

  /** The bits of PMP rights below M, or of M. */
  rightsOf(needs: number, machine: boolean): number {
    return machine ? needs << MACHINE : needs;
  }

  /** The frame of a page of which all these bits are known to hold; -1: ask. */
  ready(page: number, bits: number): number {
    const frame = this.frame(page);
    return (this.rights[frame] & bits) === bits ? frame : -1;
  }

  /** PMP on an access within a page; null: allowed. */
  protect(
    page: number,
    offset: number,
    size: number,
    needs: number,
    machine: boolean,
  ): Reason | null {
    const bits = this.rightsOf(needs, machine);
    if (this.ready(page, bits) >= 0) return null;
    const why = this.pmp.check(page, offset, size, needs, machine);
    if (why === null && this.pmp.check(page, 0, 4096, needs, machine) === null) {
      this.learn(page, bits);
    }
    return why;
  }

  /** PMP on the read of a protection-table entry, as M-mode; null: allowed. */
  protectTable(page: number, offset: number, size: number): Reason | null {
    if (this.ready(page, TABLE) >= 0) return null;
    const why = this.pmp.checkTableRead(page, offset, size);
    if (why === null && this.pmp.checkTableRead(page, 0, 4096) === null) this.learn(page, TABLE);
    return why;
  }

  /** Whether the whole page is ordinary main memory: nothing to ask of PMA, no poison. */
  isPlain(page: number): boolean {
    if (this.ready(page, PLAIN) >= 0) return true;
    if (this.pma.kindOf(page) !== 'memory' || this.pma.resolve(page) !== page) return false;
    if (this.memory.poison.has(page) || this.pma.isAttended(page)) return false;
    this.learn(page, PLAIN);
    return true;
  }

  /** PMA on an access within a page; null: supported. */
  support(kind: Kind, page: number, offset: number, size: number): Reason | null {
    return this.isPlain(page) ? null : this.pma.check(kind, page, offset, size);
  }

  /** Whether reading these bytes would fail. */
  isPoisoned(page: number, offset: number, size: number): boolean {
    if (this.isPlain(page)) return false;
    return this.memory.poison.hits(this.pma.resolve(page), offset, size);
  }

  /** Poison goes where something is written over it. */
  heal(page: number, offset: number, size: number): void {
    const { poison } = this.memory;
    if (!poison.isEmpty) poison.mark(this.pma.resolve(page), offset, size, 0);
  }

  /** The frame whose memory answers for a page. */
  frameOf(page: number): number {
    const frame = this.ready(page, PLAIN);
    return frame >= 0 ? frame : this.memory.frame(this.pma.resolve(page));
  }

  /** The frame whose memory answers for a page, or ATTENDED. */
  targetOf(page: number): number {
    return this.pma.isAttended(page) ? ATTENDED : this.frameOf(page);
  }

  /** Loads from an attended page what its device, or else its memory holds; left in `memory`, like any load. */
  loadAttended(page: number, offset: number, size: number): void {
    const { memory, pma } = this;
    const at = pma.resolve(page);
    if (pma.bus.hasDevice(at)) pma.bus.load(at, offset, size, memory);
    else memory.load(memory.frame(at), offset, size);
  }

  /** Stores to the device of an attended page, or to its memory, which is announced to who listens. */
  storeAttended(page: number, offset: number, size: number, lo: number, hi: number): void {
    const { memory, pma } = this;
    const at = pma.resolve(page);
    if (pma.bus.hasDevice(at)) {
      pma.bus.store(at, offset, size, lo, hi);
      return;
    }
    memory.store(memory.frame(at), offset, size, lo, hi);
    pma.bus.announce(at, offset, size);
  }

  /** Stores a table entry. */
  storeEntry(
    frame: number,
    offset: number,
    size: number,
    bigEndian: boolean,
    lo: number,
    hi: number,
  ): void {
    if (!bigEndian) this.memory.store(frame, offset, size, lo, hi);
    else if (size === 4) this.memory.store(frame, offset, size, swap(lo), 0);
    else this.memory.store(frame, offset, size, swap(hi), swap(lo));
  }

  private learn(page: number, bits: number): void {
    const frame = this.frame(page);
    this.rights[frame] = this.rights[frame] | bits;
  }

  private frame(page: number): number {
    const frame = this.memory.frame(page);
    if (frame >= this.rights.length) {
      const rights = new Uint8Array(Math.max(frame + 1, this.rights.length * 2));
      rights.set(this.rights);
      this.rights = rights;
    }
    return frame;
  }
}
