/** What a hart does with an instruction that generated code does not do by itself: traps, interrupts, and the table's calls. */
import type { FenceName } from '../cache/fence-request.ts';
import type { Mode } from '../access/context.ts';
import type { Denial, Trap } from '../access/trap.ts';
import { Cell } from '../edges.ts';
import type { Decoded } from '../isa/decode.ts';
import { transformedOf, wordOf } from '../isa/transform.ts';
import { CELL } from '../memory/layout.ts';
import type { Memory } from '../memory/memory.ts';
import type { Platform } from '../platform.ts';
import { R } from '../rules/fired.ts';
import type { Reason } from '../rules/reasons.ts';
import { MNSTATUS } from './csr-nmi.ts';
import type { Hart } from './hart.ts';
import { nextInterrupt } from './interrupts.ts';
import { Nesting } from './nesting.ts';
import { Registers } from './registers.ts';
import { Reservation } from './reservation.ts';
import type { Raised } from './trap-entry.ts';
import { nmiVectors, takeNmi, trapVector } from './trap-entry.ts';

/** What became of an instruction: 0 done, pc moves on by its length; 1 pc was set; 2 pc was set, and the slice ends. */
export type Flow = 0 | 1 | 2;

/** Where a parked hart stands: outside of memory. */
export const PARKED = 0n;

/** The words of MFENCE.PA and MINVAL.PA where they are given any (rs1 and rs2 aside). */
const FENCE_MASK = 0xfe007fff;
const MFENCE_PA = 0xbc000073;
const MINVAL_PA = 0xbe000073;
/** What stands for an instruction of firmware, in its page; elsewhere it is illegal. */
export const NATIVE_WORD = 0x0000_000b;

export class Executor {
  readonly hart: Hart;
  readonly registers = new Registers();
  readonly cell = new Cell();
  readonly reservation = new Reservation();
  mode: Mode = 'M';
  parked = true;
  /** In WFI or WRS.NTO. */
  waiting = false;
  /** It came to its pc by waking up or by firmware, and has not run since. */
  isFresh = false;
  /** Whether the wait is for a reservation, too. */
  waitsForReservation = false;
  /** A non-maskable interrupt is pending. */
  nmi = false;
  /** Hears of each trap that was taken; true ends the slice. */
  onTrap: ((trap: Trap) => boolean) | null = null;
  /** Whether firmware lies at the pc, where an illegal instruction was fetched; null: there is none. */
  native: ((executor: Executor) => boolean) | null = null;
  /** Whether the slice must end: a timer is due within it, or the machine has stopped. */
  mustLeave: (() => boolean) | null = null;
  /** Whether pending interrupts are taken: not by a parked hart that executes one instruction. */
  takesInterrupts = true;
  /** Hypothetical hardware; null: there is none. */
  private nesting: Nesting | null = null;
  /** The last trap, or interrupt, of this hart. */
  trap: Trap | null = null;
  /** Rises with each fence that may change how accesses are decided, and with each FENCE.I. */
  fences = 0;
  codeFences = 0;
  /** Where `csrs.retired` will stand when the slice is used up. */
  private sliceEnd = 0;
  private inSlice = false;
  /** How, and where, the hart came below M-mode last. */
  private arrival: 'trap' | 'return' | null = null;
  private arrivalPc = 0n;
  /** 1 when the instruction in progress is done, but not yet counted down. */
  private done = 0;

  constructor(hart: Hart) {
    this.hart = hart;
  }

  /** After the reset of memory and hart. */
  reset(platform: Platform, memory: Memory): void {
    this.registers.attach(memory, this.hart.id, platform.xlen);
    this.mode = 'M';
    this.parked = true;
    this.reservation.reset(platform.knobs.reservation_set, this.hart.decisions.reservation);
    this.waiting = false;
    this.isFresh = false;
    this.waitsForReservation = false;
    this.nmi = false;
    this.native = null;
    this.nesting = platform.nesting === true ? new Nesting(this) : null;
    this.trap = null;
    this.inSlice = false;
    this.arrival = null;
  }

  /** A slice of `budget` instructions begins; the engine counts it down in `CELL.remaining`. */
  begin(budget: number): void {
    this.sliceEnd = this.hart.csrs.retired + budget;
    this.remaining = budget;
    this.inSlice = true;
    const { cache } = this.hart;
    cache.tick();
    if (!cache.isFull) return;
    cache.clear('all');
    this.fences++;
  }

  /** The slice is over after so many instructions. */
  end(steps: number, budget: number): void {
    this.inSlice = false;
    this.hart.csrs.retired = this.sliceEnd - budget + steps;
  }

  /** Brings the counters up to the instruction in progress, which does not count yet. */
  sync(): void {
    if (this.inSlice) this.hart.csrs.retired = this.sliceEnd - this.remaining + this.done;
  }

  /** Instructions left of the slice behind the one in progress. */
  get left(): number {
    return this.sliceEnd - this.hart.csrs.retired;
  }

  get remaining(): number {
    const { words, base } = this.registers;
    return words[base + CELL.remaining / 4];
  }

  set remaining(count: number) {
    const { words, base } = this.registers;
    words[base + CELL.remaining / 4] = count;
  }

  /** A fence has been executed: what generated code knows may be stale. */
  fenced(name: FenceName): void {
    if (name !== 'fence_i') this.fences++;
    else if (this.hart.decisions.fence.fencesCode()) this.codeFences++;
  }

  /** After an instruction that may have made an interrupt pending or due: takes it, or ends the slice. */
  attend(length: number, flow: Flow): Flow {
    const { csrs } = this.hart;
    csrs.attention = false;
    // For whoever asks the time now.
    this.done = 1;
    this.sync();
    const interrupted = flow !== 2 && this.isInterrupted();
    if (interrupted) {
      if (flow === 0) this.advance(length);
      this.interrupt();
    }
    const leaves = flow === 2 || (this.mustLeave !== null && this.mustLeave());
    this.done = 0;
    this.sync();
    if (!leaves) return interrupted ? 1 : flow;
    if (flow === 0 && !interrupted) this.advance(length);
    return 2;
  }

  /** No instruction is encoded so, or this machine lacks it. */
  illegal(word: number): Flow {
    // The slice ends before it: whoever runs the hart goes on there.
    if (this.native !== null && word === NATIVE_WORD && this.native(this)) return 2;
    if ((word & FENCE_MASK) >>> 0 === MFENCE_PA || (word & FENCE_MASK) >>> 0 === MINVAL_PA) {
      this.hart.csrs.fired[R.SMSD_FENCE_23] = 1;
    }
    return this.refuse({ cause: 2, because: 'instruction.absent', rule: null }, word);
  }

  /** An instruction that may not execute here. */
  refuse(denial: Denial, word: number): Flow {
    const bits = this.hart.decisions.trap.instructionBits(word >>> 0);
    return this.exception(denial.cause, this.tval(BigInt(bits)), denial.because, false);
  }

  refuseDecoded(denial: Denial, decoded: Decoded): Flow {
    return this.refuse(denial, wordOf(decoded));
  }

  /** The access denied last, made by `decoded` at a virtual page and offset. */
  deny(because: Reason, page: number, offset: number, decoded: Decoded): Flow {
    const transformed = this.hart.csrs.has('mtinst') ? transformedOf(decoded) : 0;
    return this.raise(this.hart.fault(because, page, offset, this.registers.pc, transformed));
  }

  /** A fetch that was denied; `page`, `offset`: of the instruction. */
  fetchFault(because: Reason, page: number, offset: number): Flow {
    this.markArrival(because);
    return this.raise(this.hart.fault(because, page, offset, this.registers.pc, 0));
  }

  /** A jump to where no instruction can begin: IALIGN is 32 without compressed instructions. */
  misalignedTarget(target: bigint): Flow {
    return this.exception(0, this.tval(target), 'instruction.target', this.isVirtual);
  }

  /** An exception that is no denied access; `gva`: tval is an address, in a guest that of the guest. */
  exception(cause: number, tval: bigint, because: Reason, gva: boolean): Flow {
    const epc = this.registers.pc;
    return this.raise({ cause, tval, gpa: null, tinst: 0n, gva, epc, because, rule: null });
  }

  /** Takes a trap: mode and pc are those of its handler. */
  raise(raised: Raised): Flow {
    this.sync();
    const instead = this.nesting === null ? null : this.nesting.instead(raised);
    if (instead !== null) return instead;
    return this.enter(this.hart.take(this.mode, raised)) ? 2 : 1;
  }

  /** Whether an interrupt is pending that this hart would take now. */
  isInterrupted(): boolean {
    if (!this.takesInterrupts) return false;
    const { csrs } = this.hart;
    if (csrs.has('mnstatus')) {
      // While a non-maskable interrupt is served, no other is taken.
      if ((csrs.raw('mnstatus') & MNSTATUS.NMIE) === 0n) return false;
      if (this.nmi) return true;
    }
    return nextInterrupt(csrs, this.mode) !== null;
  }

  /** Takes the interrupt that comes first, if any is pending and enabled. */
  interrupt(): boolean {
    if (!this.isInterrupted()) return false;
    const { hart, mode, registers } = this;
    const { csrs } = hart;
    if (this.nmi && csrs.has('mnstatus')) {
      this.nmi = false;
      takeNmi(csrs, hart.decisions.trap, mode, registers.pc);
      hart.counts.trapped('M');
      this.goTo('M', nmiVectors(csrs).interrupt);
      return true;
    }
    const next = nextInterrupt(csrs, mode);
    if (next === null) return false;
    this.enter(hart.interrupted(mode, next, registers.pc));
    return true;
  }

  /** A trap has been taken in a way of its own: mode and pc are those of its handler. */
  arrive(trap: Trap): Flow {
    return this.enter(trap) ? 2 : 1;
  }

  /** An instruction that would have trapped has been done by other means. */
  completed(): Flow {
    this.trap = null;
    this.advance(4);
    return 1;
  }

  /** The return from a trap. */
  returned(mode: Mode, pc: bigint): Flow {
    this.hart.counts.xret++;
    this.hart.csrs.attention = true;
    this.arrival = mode === 'M' ? null : 'return';
    this.goTo(mode, pc);
    this.arrivalPc = this.registers.pc;
    return 1;
  }

  isReserved(): boolean {
    return this.reservation.isHeld;
  }

  /** SC, or a store of somebody else to the reservation set; ends a wait for it. */
  unreserve(): void {
    this.reservation.clear();
    if (!this.waitsForReservation) return;
    this.waiting = false;
    this.isFresh = true;
    this.waitsForReservation = false;
  }

  /** To the next instruction. */
  advance(length: number): void {
    const { registers } = this;
    registers.pc = BigInt.asUintN(registers.xlen, registers.pc + BigInt(length));
  }

  get isVirtual(): boolean {
    return this.mode === 'VS' || this.mode === 'VU';
  }

  /** What xtval holds of a value: platforms may leave it out. */
  tval(value: bigint): bigint {
    return this.hart.csrs.platform.tval === 'zero' ? 0n : value;
  }

  /** True: the slice ends. */
  private enter(trap: Trap): boolean {
    const { hart } = this;
    this.trap = trap;
    this.arrival = trap.takenIn === 'M' ? null : 'trap';
    this.goTo(trap.takenIn, trapVector(hart.csrs, hart.decisions.trap, trap));
    this.arrivalPc = this.registers.pc;
    return this.onTrap !== null && this.onTrap(trap);
  }

  /** A fetch denied by the table right behind a return or a trap. */
  private markArrival(because: Reason): void {
    if (this.arrival === null || this.registers.pc !== this.arrivalPc) return;
    if (!because.startsWith('mpt.')) return;
    const rule = this.arrival === 'trap' ? R.SMMPT_ACC_29 : R.SMMPT_ACC_30;
    this.hart.csrs.fired[rule] = 1;
  }

  private goTo(mode: Mode, pc: bigint): void {
    this.mode = mode;
    this.registers.pc = pc;
    this.waiting = false;
    this.waitsForReservation = false;
  }
}
