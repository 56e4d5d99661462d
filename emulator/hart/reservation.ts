/** The reservation of one hart (LR and SC): which bytes, and which stores of others break it. */

/** Bytes of a reservation set: naturally aligned blocks. */
const SET = 64;

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
  #isHeld = false;
  #frame = 0;
  #offset = 0;
  #size = 0;

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
    const first = this.#offset - (this.#offset % SET);
    if (!this.decide.isBroken(offset < first + SET && offset + size > first)) return false;
    this.#isHeld = false;
    return true;
  }

  clear(): void {
    this.#isHeld = false;
  }
}
