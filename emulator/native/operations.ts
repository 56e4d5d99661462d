/** What every operation of a port is made of: accesses, traps that somebody else takes, and waiting. */
import type { Operation } from '../access/kinds.ts';
import { OPERATIONS, READ, WRITE } from '../access/kinds.ts';
import type { Trap } from '../access/trap.ts';
import type { Answer, Op, Request } from '../firmware/port.ts';
import { delegate } from '../hart/delegate.ts';
import type { Executor } from '../hart/executor.ts';
import type { Raised } from '../hart/trap-entry.ts';
import type { Reason } from '../rules/reasons.ts';
import type { Continuation, Waiting } from './continuation.ts';
import type { NativeHart } from './native-hart.ts';
import { QuickPages } from './quick-pages.ts';
import { RS1, RS2 } from './words.ts';

export const PAUSE: Request = { kind: 'yield' };
const TRAPPED: Request = { kind: 'trapped' };

/** Loads of one place, this often and without anything else being done: others must run for it to change. */
const SPINS = 1000;
/** From then on they run each time that so many more were made, */
const EVERY = 16;
/** and so often in all. */
const MOST_SPINS = 1_000_000;
/** A place that was not looked at in so many loads is none that anybody waits for. */
const WINDOW = 64;

/** Of an interleaved handler every so many'th operation lets others run, on average. */
const INTERLEAVE = 7;

/** `again`: make the operation once more; `done`: somebody has made it; a trap: of a `try`, not taken or handed back. */
export type Met = 'again' | 'done' | Trap;

export class Operations {
  protected readonly core: NativeHart;
  /** Of the last access. */
  protected page = 0;
  protected offset = 0;
  /** What somebody else left in rd. */
  protected result = 0n;
  readonly #loads: QuickPages;
  readonly #stores: QuickPages;
  #spinPage = -1;
  #spinOffset = -1;
  #since = 0;
  #idles = false;

  constructor(core: NativeHart) {
    this.core = core;
    this.#loads = new QuickPages(core.executor, READ);
    this.#stores = new QuickPages(core.executor, WRITE);
  }

  /** The handler that runs. */
  protected get running(): Continuation {
    const { current } = this.core;
    if (current === null) throw this.core.fault('uses its port behind its end');
    return current;
  }

  /** One access; null: done. */
  protected access(operation: Operation, at: bigint, size: number): Reason | null {
    const { cell, hart, mode, registers } = this.core.executor;
    cell.value = registers.xlen === 64 ? at : at & 0xffff_ffffn;
    this.page = cell.page;
    this.offset = cell.offset;
    const why = hart.perform(mode, operation, this.page, this.offset, size);
    if (why !== null) return why;
    if (operation === OPERATIONS.load) this.#loads.learn(this.page);
    else if (operation === OPERATIONS.store) this.#stores.learn(this.page);
    return null;
  }

  /** A load that needs no decision: its value; null: ask the access path. */
  protected quickLoad(at: bigint, size: number): bigint | null {
    const { cell, hart, registers } = this.core.executor;
    cell.value = registers.xlen === 64 ? at : at & 0xffff_ffffn;
    const { page, offset } = cell;
    const frame = this.#loads.find(page);
    if (frame < 0 || offset % size !== 0) return null;
    this.page = page;
    this.offset = offset;
    const { memory } = hart.port.physical;
    memory.load(frame, offset, size);
    this.core.references.data++;
    return cell.join(memory.lo, memory.hi);
  }

  /** The same of a store: whether it is done. */
  protected quickStore(at: bigint, size: number, value: bigint): boolean {
    const { cell, hart, registers } = this.core.executor;
    cell.value = registers.xlen === 64 ? at : at & 0xffff_ffffn;
    const { page, offset } = cell;
    const frame = this.#stores.find(page);
    if (frame < 0 || offset % size !== 0) return false;
    cell.value = value;
    hart.port.physical.memory.store(frame, offset, size, cell.lo, cell.hi);
    this.core.references.data++;
    return true;
  }

  protected loaded(): bigint {
    const { cell, hart } = this.core.executor;
    return cell.join(hart.path.value.lo, hart.path.value.hi);
  }

  protected storing(value: bigint): void {
    const { cell, hart } = this.core.executor;
    cell.value = value;
    hart.path.value.set(cell.lo, cell.hi);
  }

  /**
   * An operation traps. What another mode takes is taken, and the handler waits; what its own mode would take is the
   * answer of a `try`, and else a fault. `rs1`, `rs2`: its operands; null: it has none.
   */
  protected *trap(
    raised: Raised,
    isTry: boolean,
    what: string,
    rs1: bigint | null,
    rs2: bigint | null,
  ): Op<Met> {
    const { core, running } = this;
    if (takesItself(core.executor, raised.cause)) {
      const untaken = core.untaken(raised);
      if (isTry) return untaken;
      throw core.fault(`must not trap: ${what}`, untaken);
    }
    const { registers } = core.executor;
    const [first, second] = [registers.x(RS1), registers.x(RS2)];
    this.#leave(raised, isTry ? 'try' : 'operation', rs1, rs2);
    const answer = yield TRAPPED;
    if (rs1 !== null) {
      this.result = registers.x(RS2);
      registers.setX(RS1, first);
      registers.setX(RS2, second);
    }
    const { delivered } = running;
    if (delivered === null) return answer;
    running.delivered = null;
    if (isTry) return delivered;
    throw core.fault(`must not trap: ${what}`, delivered);
  }

  /** The same of an operation that nobody may interrupt: what the trap leads to is over when it returns. */
  protected settled(raised: Raised, what: string, rs1: bigint, rs2: bigint | null): Answer {
    const { core } = this;
    if (takesItself(core.executor, raised.cause)) {
      throw core.fault(`must not trap: ${what}`, core.untaken(raised));
    }
    const { registers } = core.executor;
    const [first, second] = [registers.x(RS1), registers.x(RS2)];
    const pc = this.#leave(raised, 'own', rs1, rs2);
    const answer = core.firm.settle(core, pc);
    this.result = registers.x(RS2);
    registers.setX(RS1, first);
    registers.setX(RS2, second);
    return answer;
  }

  #leave(raised: Raised, waiting: Waiting, rs1: bigint | null, rs2: bigint | null): bigint {
    const { executor } = this.core;
    const pc = this.#stand(waiting);
    if (rs1 !== null) executor.registers.setX(RS1, rs1);
    if (rs2 !== null) executor.registers.setX(RS2, rs2);
    executor.hart.csrs.retired++;
    const { cause, tval, gpa, tinst, gva, because, rule } = raised;
    executor.raise({ cause, tval, gpa, tinst, gva, epc: pc, because, rule });
    return pc;
  }

  /** Puts the pc to where the hart will come back to. */
  #stand(waiting: Waiting): bigint {
    const { core, running } = this;
    const { registers } = core.executor;
    const offset = core.suspensions.next(running.at);
    const pc = (registers.pc & ~4095n) | BigInt(offset);
    registers.pc = pc;
    core.suspensions.hold({ of: running, pc, waiting });
    return pc;
  }

  /** Somebody else may run now. */
  protected *paused(): Op<void> {
    this.#stand('pause');
    this.core.idles = this.#idles;
    this.#idles = false;
    yield PAUSE;
  }

  /** Whether the handler pauses behind an operation because its schedule says so. */
  protected interleaved(): boolean {
    const { firm } = this.core;
    return firm.isInterleaved && firm.random() % INTERLEAVE === 0;
  }

  /** The same behind one that changed something. */
  protected progressed(): boolean {
    this.running.spins = 0;
    return this.interleaved();
  }

  /** The same behind a load: or because the handler waits for what it loads to change. */
  protected waitsAt(): boolean {
    if (this.page === this.#spinPage && this.offset === this.#spinOffset) {
      this.#since = 0;
      if (this.spin()) return true;
    } else if (++this.#since > WINDOW) {
      this.#spinPage = this.page;
      this.#spinOffset = this.offset;
      this.#since = 0;
      this.running.spins = 0;
    }
    return this.interleaved();
  }

  /** It says that it waits for somebody else. */
  protected waits(): void {
    this.spin();
    this.#idles = true;
  }

  /** It waits in vain; whether others should run. */
  protected spin(): boolean {
    const { running } = this;
    if (++running.spins > MOST_SPINS) throw this.core.fault('waits for ever');
    return (this.#idles = running.spins >= SPINS && running.spins % EVERY === 0);
  }
}

/** Whether the hart's own mode would take an exception. */
function takesItself({ hart, mode }: Executor, cause: number): boolean {
  return delegate(hart.csrs, hart.decisions.trap, mode, cause) === mode;
}
