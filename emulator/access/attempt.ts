/** The one access path: alignment, parts, translation, isolation, PMP, PMA, memory. */
import { isolate } from '../isolate/isolation.ts';
import { nextPage, virtualPages } from '../memory/page.ts';
import type { Reason } from '../rules/reasons.ts';
import { translate } from '../translate/walk.ts';
import { markExplicit, markRegion, markSplit, markWhole } from './explicit-rules.ts';
import type { Kind, Operation } from './kinds.ts';
import { KINDS } from './kinds.ts';
import { Value } from './parts.ts';
import { PLAIN } from './physical.ts';
import type { Port } from './port.ts';

/** Bytes of a cache block. */
const BLOCK = 64;

export const attemptDecisions = {
  isAligned: (offset: number, size: number): boolean => offset % size === 0,
  straddles: (offset: number, size: number): boolean => offset + size > 4096,
  /** The page of the second part; addresses wrap at 2^XLEN. */
  second: nextPage,
  /** Whether the second part is decided too, */
  decidesSecond: (): boolean => true,
  /** Whether a page of this memory type (PBMT) is not idempotent. */
  isUnfit: (memoryType: number): boolean => memoryType === 2,
  /** and before the first is written. */
  decidesFirst: (writesFirstPart: boolean): boolean => !writesFirstPart,
  /** M-mode alone is not isolated. */
  isolates: (_kind: Kind): boolean => true,
  asksPmp: (): boolean => true,
  /** PMP sees the effective mode. */
  asMachine: (mode: string): boolean => mode === 'M',
  asksPma: (): boolean => true,
  seesPoison: (): boolean => true,
  /** A prefetch never traps. */
  prefetchTraps: (): boolean => false,
  /** Stages of the translation that apply. */
  translatesGuest: (): boolean => true,
};

/** An attempt, and where it was denied. One per hart; reused. */
export class Attempt {
  readonly port: Port;
  /** What is stored, and after success what was loaded. */
  readonly value = new Value();
  /** The part that was denied: virtual page and offset. */
  page = 0;
  offset = 0;
  private readonly other = new Value();
  /** The frame of the part decided last. */
  private frame = 0;
  /** Whether the access lies in two pages: then neither part is aligned. */
  private isSplit = false;

  constructor(port: Port) {
    this.port = port;
  }

  /**
   * Makes the access of `operation`, `size` bytes at a virtual page and offset, in `port.context`.
   * Null: done, the value loaded is in `value`. Nothing is written unless every part is allowed.
   */
  run(operation: Operation, page: number, offset: number, size: number): Reason | null {
    const { port } = this;
    const { kind } = port;
    const decide = port.decide.attempt;
    this.page = page;
    this.offset = offset;
    this.isSplit = false;
    if (operation.widths[0] === BLOCK) {
      return this.block(operation, page, offset - (offset % BLOCK));
    }
    if (!decide.isAligned(offset, size) && this.refusesMisaligned(kind, offset)) {
      return port.refuse('align.address', -1);
    }
    if (decide.straddles(offset, size)) return this.straddle(operation, page, offset, size);
    const why = this.decide(page, offset, size);
    if (why !== null) return why;
    markWhole(port, offset, size);
    this.perform(operation, this.frame, offset, size);
    return null;
  }

  private refusesMisaligned(kind: Kind, offset: number): boolean {
    if (kind.origin === 'fetch') return offset % 2 !== 0;
    return kind.aligned || !this.port.misalignedAccess;
  }

  /**
   * CBO and prefetch: the whole block around the address, which lies in one page. What is reported is the address
   * itself. A prefetch never traps.
   */
  private block(operation: Operation, page: number, offset: number): Reason | null {
    const { port } = this;
    const why = this.decide(page, offset, BLOCK);
    this.value.set(0, 0);
    if (port.kind === KINDS.prefetch && !port.decide.attempt.prefetchTraps()) {
      if (why === null) port.counts.data++;
      return null;
    }
    if (why !== null) return why;
    port.counts.data++;
    if (operation.effect !== 'zero') return null;
    port.counts.stored += BLOCK;
    port.physical.heal(port.page, offset, BLOCK);
    port.physical.memory.zero(port.physical.frameOf(port.page), offset, BLOCK);
    return null;
  }

  /**
   * Whether bytes within one virtual page may be accessed; the physical page is left in `port.page`. What the
   * stages report is `this.offset`: of a cache block, that of the address in it.
   */
  private decide(page: number, offset: number, size: number): Reason | null {
    const { port } = this;
    const { context, kind, physical } = port;
    const decide = port.decide.attempt;
    port.stage = null;
    // Translate: nothing, one stage or two.
    let at = page;
    if (context.first !== null) {
      const why = translate(port, context.first, page, this.offset, kind, false);
      if (why !== null) return why;
      at = port.page;
    } else if (kind.shadowStack) {
      return port.refuse('pte.shadow_stack', -1);
    }
    if (context.second !== null && decide.translatesGuest()) {
      const why = translate(port, context.second, at, this.offset, kind, false);
      if (why !== null) return why;
      at = port.page;
    }
    port.stage = null;
    port.page = at;
    // Isolate.
    const { domain } = context;
    let why: Reason | null = null;
    if (domain !== null && decide.isolates(kind)) {
      why = isolate(port, domain, at, this.needs(kind));
    }
    markExplicit(port, at, why);
    if (why !== null) return why;
    // PMP, then PMA.
    const machine = decide.asMachine(context.mode);
    this.frame = physical.ready(at, physical.rightsOf(kind.pmpNeeds, machine) | PLAIN);
    const denied = this.frame >= 0 ? null : this.decidePhysical(at, offset, size, machine);
    // Shadow stacks need idempotent memory, which a page of type I/O is not.
    if (denied !== null || !kind.shadowStack || !decide.isUnfit(port.memoryType)) return denied;
    return port.refuse('pma.io', -1);
  }

  /** PMP and PMA where the page as a whole does not settle them. */
  private decidePhysical(
    page: number,
    offset: number,
    size: number,
    machine: boolean,
  ): Reason | null {
    const { port } = this;
    const { kind, physical } = port;
    const decide = port.decide.attempt;
    if (decide.asksPmp()) {
      const denied = physical.protect(page, offset, size, kind.pmpNeeds, machine);
      if (denied !== null) return port.refuse(denied, -1);
    }
    if (!physical.isPlain(page)) {
      markRegion(port, page);
      const denied = decide.asksPma() ? physical.support(kind, page, offset, size) : null;
      if (denied !== null) return port.refuse(denied, -1);
      if (this.isSplit && decide.asksPma() && physical.pma.kindOf(page) === 'io') {
        return port.refuse('pma.misaligned', -1);
      }
      if (kind.reads && decide.seesPoison() && physical.isPoisoned(page, offset, size)) {
        return port.refuse('memory.poison', -1);
      }
    }
    this.frame = physical.targetOf(page);
    return null;
  }

  /** What the access needs in the protection table; two kinds hang on open points. */
  private needs(kind: Kind): number {
    const { port } = this;
    const needs =
      kind === KINDS.hlvx ? port.hlvxNeeds : kind === KINDS.cbo ? port.cboNeeds : kind.needs;
    return port.decide.isolation.needs(needs, port.context.mxr || port.context.vsmxr);
  }

  /** An access in two pages: both parts are decided before either is performed. */
  private straddle(
    operation: Operation,
    page: number,
    offset: number,
    size: number,
  ): Reason | null {
    const { port, value, other } = this;
    const decide = port.decide.attempt;
    this.isSplit = true;
    const head = 4096 - offset;
    const tail = size - head;
    const first = this.decide(page, offset, head);
    if (first !== null) return first;
    const firstPage = port.page;
    const firstFrame = this.frame;
    const firstNapot = port.isNapot;
    this.page = decide.second(page, virtualPages(port.xlen));
    this.offset = 0;
    let why: Reason | null = null;
    if (decide.decidesSecond()) {
      why = this.decide(this.page, 0, tail);
      markSplit(port, firstPage, firstNapot, why);
    } else this.frame = port.physical.frameOf(firstPage + 1);
    const isWrite = operation.effect === 'write';
    if (why !== null && (!isWrite || decide.decidesFirst(port.writesFirstPart))) return why;

    port.counts.data += why === null ? 2 : 1;
    // Bytes in the order of memory: the first part holds the lower ones.
    const { bigEndian } = port.context;
    if (isWrite) {
      if (bigEndian) value.reverse(size);
      this.store(firstPage, firstFrame, offset, head, value.lo, value.hi);
      if (why !== null) return why;
      value.right(head);
      this.store(port.page, this.frame, 0, tail, value.lo, value.hi);
      value.set(0, 0);
      return null;
    }
    this.load(firstPage, firstFrame, offset, head);
    other.set(value.lo, value.hi);
    this.load(port.page, this.frame, 0, tail);
    value.left(head);
    value.set(value.lo | other.lo, value.hi | other.hi);
    if (bigEndian && port.kind.origin !== 'fetch') value.reverse(size);
    return null;
  }

  /** The access itself, within one physical page. */
  private perform(operation: Operation, frame: number, offset: number, size: number): void {
    const { port, value, other } = this;
    const bigEndian = port.context.bigEndian && port.kind.origin !== 'fetch';
    port.counts.data++;
    switch (operation.effect) {
      case 'read':
        this.load(port.page, frame, offset, size);
        if (bigEndian) value.reverse(size);
        return;
      case 'write':
      case 'conditional':
        // An SC is modelled as one whose reservation holds: it succeeds and returns 0.
        if (bigEndian) value.reverse(size);
        this.store(port.page, frame, offset, size, value.lo, value.hi);
        value.set(0, 0);
        return;
      case 'swap':
      case 'add': {
        other.set(value.lo, value.hi);
        this.load(port.page, frame, offset, size);
        if (bigEndian) value.reverse(size);
        const { lo, hi } = value;
        if (operation.effect === 'add') {
          const sum = (lo + other.lo) | 0;
          const carry = sum >>> 0 < lo >>> 0 ? 1 : 0;
          other.set(sum, (hi + other.hi + carry) | 0);
        }
        if (bigEndian) other.reverse(size);
        this.store(port.page, frame, offset, size, other.lo, other.hi);
        return;
      }
      case 'zero':
      case 'none':
        value.set(0, 0);
        return;
    }
  }

  private load(page: number, frame: number, offset: number, size: number): void {
    const { physical } = this.port;
    const { memory } = physical;
    if (frame < 0) physical.loadAttended(page, offset, size);
    else memory.load(frame, offset, size);
    this.value.set(memory.lo, memory.hi);
  }

  /** Stores within a physical page; poison goes where something is written over it. */
  private store(
    page: number,
    frame: number,
    offset: number,
    size: number,
    lo: number,
    hi: number,
  ): void {
    const { physical, counts } = this.port;
    counts.stored += size;
    physical.heal(page, offset, size);
    if (frame < 0) physical.storeAttended(page, offset, size, lo, hi);
    else physical.memory.store(frame, offset, size, lo, hi);
  }
}
