/** The reservation of one hart (LR and SC): which bytes, and which stores of others break it. */
import type { Knobs } from '../knobs.ts';

/** Bytes of a reservation set, a naturally aligned block, by the words of the knob; 0: those of the LR alone. */
const SETS: Readonly<Record<Knobs['reservation_set'], number>> = {
  b64: 64,
  b128: 128,
  b16: 16,
  exact: 0,
  page: 4096,
};

export const reservationDecisions = {
  /** An SC that must fail is checked only as the open point says. */
  checksFailing: (asKnob: boolean) => asKnob,
  /** SC succeeds for the bytes of the last LR only. */
  covers: (isSame: boolean) => isSame,
  /** Stores of others to the reservation set break it. */
  isBroken: (isInSet: boolean) => isInSet,
  /** Every SC that does not trap ends it. */
  endsWithSc: () => true,
};

export type ReservationDecisions = typeof reservationDecisions;

export class Reservation {
  decide: ReservationDecisions = reservationDecisions;
  #set = SETS.b64;
  #isHeld = false;
  #frame = 0;
  #offset = 0;
  #size = 0;

  /** Forgets everything; sets are of this size from now on. */
  reset(size: Knobs['reservation_set'], decide: ReservationDecisions): void {
    this.#set = SETS[size];
    this.#isHeld = false;
    this.decide = decide;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** LR of `size` bytes at an offset of a frame of memory. */
  reserve(frame: number, offset: number, size: number): void {
    this.#isHeld = true;
    this.#frame = frame;
    this.#offset = offset;
    this.#size = size;
  }

  /** Whether an SC of these bytes succeeds: those of the last LR, no more and no fewer. */
  covers(frame: number, offset: number, size: number): boolean {
    const isSame = frame === this.#frame && offset === this.#offset && size === this.#size;
    return this.#isHeld && this.decide.covers(isSame);
  }

  /** Somebody else stored bytes: gone if they lie in the set. True: it was held until now. */
  stored(frame: number, offset: number, size: number): boolean {
    if (!this.#isHeld || frame !== this.#frame) return false;
    const bytes = this.#set === 0 ? this.#size : this.#set;
    const first = this.#offset - (this.#offset % bytes);
    if (!this.decide.isBroken(offset < first + bytes && offset + size > first)) return false;
    this.#isHeld = false;
    return true;
  }

  clear(): void {
    this.#isHeld = false;
  }
}
