/** Harts that execute instructions, as a session drives them. */
import type { FirmwareSpec, Homecoming, Mode, Trap } from '../../emulator/index.ts';

/** `modes`: only if the hart is in one of them. */
export interface Place {
  readonly hart: number;
  readonly pc: bigint;
  readonly modes?: readonly Mode[];
}

export interface RunLimits {
  /** Instructions of all harts together. */
  readonly steps: number;
  /** A hart that comes to its pc stops the run before it executes what lies there. */
  readonly until: readonly Place[];
  /** Asked when a hart has taken a trap: true stops the run at the first instruction of the handler. */
  readonly stopAtTrap: (hart: number, trap: Trap) => boolean;
}

/** Why a run stopped. */
export interface Stop {
  /**
   * steps: the limit is used up; until, trap: as asked for; waiting: every hart waits and nothing can wake one;
   * finished: a device has switched the machine off; home: a hart whose step had left it in firmware or in a guest
   * has come back.
   */
  readonly why: 'steps' | 'until' | 'trap' | 'waiting' | 'finished' | 'home';
  /** The hart that stopped it; null: none in particular. */
  readonly hart: number | null;
  /** The mode that it stands in. */
  readonly mode: Mode;
  readonly trap: Trap | null;
  /** The exit code of `finished`: 0 is success. */
  readonly code: number | null;
  /** Instructions of this run, those that trapped too. */
  readonly steps: number;
}

/** What a back end with `capabilities.execution` offers; the others refuse at the first call. */
export interface Execution {
  /** `pc`, `x0` .. `x31`, `f0` .. `f31` (64 raw bits). */
  readRegister(hart: number, name: string): bigint;
  writeRegister(hart: number, name: string, value: bigint): void;
  /** One instruction on a parked hart, which has nothing to fetch; `pc` afterwards says where a jump went. */
  execute(
    hart: number,
    step: { readonly mode: Mode; readonly word: number },
  ): { readonly trap: Trap | null; readonly value: bigint | null };
  /** Puts a hart at `pc` in `mode`; it runs from the next `run` on. */
  start(hart: number, at: { readonly mode: Mode; readonly pc: bigint }): void;
  park(hart: number): void;
  /** Runs every hart that is not parked, in the interleaving of the seed. */
  run(limits: RunLimits): Stop;

  /**
   * Installs firmware and lets every hart boot through it; each then stands where software of its domain begins.
   * Returns why it cannot, or null. Before it there is no firmware: a trap ends a step where it is taken.
   */
  boot(spec: FirmwareSpec): string | null;
  /** Whether the last step of a hart has left it in firmware or in a guest: `run` goes on with it. */
  away(hart: number): boolean;
  /** What firmware did since it was asked last, one line each; kept while tracing is on. */
  takeFirmwareLog(): readonly { readonly hart: number; readonly text: string }[];
  /** How the last step of a hart came home; null: it is away, or needed no firmware. */
  home(hart: number): Homecoming | null;
}
