/** What a device is, and what stands around devices: time, interrupt lines, a terminal, the power switch. */
import type { Answering } from '../memory/bus.ts';

/** A device on the physical bus. */
export interface Device extends Answering {
  readonly name: string;
  /** Bytes that it answers for, from its base. */
  readonly size: number;
}

/** Interrupt lines that devices drive: bits of mip. */
export const LINES = { MSIP: 3, MTIP: 7 } as const;
export type Line = (typeof LINES)[keyof typeof LINES];

/** How a run ended by a device. */
export type End =
  | { readonly kind: 'pass' }
  | { readonly kind: 'fail'; readonly code: number }
  | { readonly kind: 'reset' }
  /** Software asked for something that is not modelled; `why` names it and says what to do. */
  | { readonly kind: 'refused'; readonly why: string };

export interface Terminal {
  /** A byte for the reader of the terminal. */
  write(byte: number): void;
  /** The next byte that was typed; -1: none yet. */
  read(): number;
}

/** What the devices of a machine are connected to. Nothing here may read a clock: runs repeat exactly. */
export interface Surroundings extends Terminal {
  /** Ticks since reset: an integer below 2^53 that never falls. */
  ticks(): number;
  /** A line of a hart has changed its level. */
  raise(hart: number, line: Line, level: boolean): void;
  /** The first call ends the run; later ones mean nothing. */
  halt(end: End): void;
}

/** No time, nobody listening. */
export const NOWHERE: Surroundings = {
  ticks: () => 0,
  raise: () => undefined,
  write: () => undefined,
  read: () => -1,
  halt: () => undefined,
};
