/** How a scenario's step came back from firmware. */
import type { Trap } from '../access/trap.ts';

/** Which check of a call has refused it, and the error that it stands for. */
export interface Refusal {
  readonly check: string;
  readonly error: bigint;
}

export interface Homecoming {
  /** The trap that reached software of the scenario; null: the instruction completed. */
  readonly trap: Trap | null;
  /** Its destination register (of an ECALL: a0); null after a trap. */
  readonly value: bigint | null;
  /** Traps that firmware absorbed on the way, in order. */
  readonly via: readonly Trap[];
  /** The last check that refused a call on the way; null: none did. */
  readonly refusal: Refusal | null;
}
