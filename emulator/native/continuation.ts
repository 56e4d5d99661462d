/** Handlers in flight: where each waits for its hart to come back, by the pc of the operation that trapped. */
import type { Mode } from '../access/context.ts';
import type { Trap } from '../access/trap.ts';
import type { Answer, Op } from '../firmware/port.ts';
import type { Installed } from './native-page.ts';
import { BOOT } from './native-page.ts';

/** One call of a handler, from its entry to its xRET. */
export interface Continuation {
  readonly at: Installed;
  readonly op: Op<void>;
  readonly clobbers: 'x' | 'xf';
  /** In which it was entered, and runs. */
  readonly mode: Mode;
  /** Registers that it wrote, a bit each. */
  writtenX: number;
  writtenF: number;
  /** A trap of its last operation that somebody above has handed back to it. */
  delivered: Trap | null;
  /** Operations that waited for somebody else in vain, in a row. */
  spins: number;
}

/** `try`: a trap of its own mode is an answer; `own`: nobody may see the operation in between; `pause`: none trapped. */
export type Waiting = 'operation' | 'try' | 'own' | 'pause';

export interface Suspension {
  readonly of: Continuation;
  /** Of the operation; the one behind it is 4 higher. */
  readonly pc: bigint;
  readonly waiting: Waiting;
}

/** Operations have 8 bytes each, to tell `again` from `done` of the one before. */
const STEP = 8;
const SLOTS = 4096 / STEP;

/** What is suspended on one hart. An operation's pc is used again after all others: what waited there is given up. */
export class Suspensions {
  readonly #held: (Suspension | undefined)[][] = [];
  readonly #last: number[] = [];

  /** The offset of the next operation of a handler. */
  next({ number }: Installed): number {
    let slot = ((this.#last[number] ?? 0) + 1) % SLOTS;
    if (slot === 0 || slot === BOOT / STEP) slot++;
    this.#last[number] = slot;
    return slot * STEP;
  }

  hold(suspension: Suspension): void {
    const slots = (this.#held[suspension.of.at.number] ??= []);
    slots[Number(suspension.pc & 4095n) / STEP] = suspension;
  }

  /** What waits for an offset in the handler's page, or for the one 4 before it. */
  find({ number }: Installed, offset: number): Suspension | undefined {
    return this.#held[number]?.[Math.floor(offset / STEP)];
  }

  answer(offset: number): Answer | null {
    if (offset % STEP === 0) return 'again';
    return offset % STEP === 4 ? 'done' : null;
  }

  clear(): void {
    this.#held.length = 0;
  }

  drop({ of, pc }: Suspension): void {
    const slots = this.#held[of.at.number];
    if (slots !== undefined) slots[Number(pc & 4095n) / STEP] = undefined;
  }
}
