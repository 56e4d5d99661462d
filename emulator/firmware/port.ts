/**
 * What firmware can do: instructions of the hart that it runs on, at its privilege, V and SDID, through the access path
 * and the CSR rules. Each is counted and may trap. `emulator/native` executes them; handlers know nothing else of the
 * machine.
 */
import type { FenceName } from '../cache/fence-request.ts';
import type { Trap } from '../access/trap.ts';
import type { RuleId } from '../rules/fired.ts';
import type { TableMemory } from '../isolate/table-memory.ts';

/** A part of a handler: what it yields is for whoever drives it, which may let others run in between. */
export type Op<T> = Generator<Request, T, Answer>;

/** What a handler waits for; made by the port, never by a handler. */
export type Request =
  /** The operation is done; somebody else may run now, an interrupt may be taken. */
  | { readonly kind: 'yield' }
  /** The operation trapped: the handler goes on when the hart returns to it. */
  | { readonly kind: 'trapped' }
  /** The hart has left the handler for good (mret, sret). */
  | { readonly kind: 'left' };

/** `again`: the pc came back to the operation itself; `done`: to the next one, the result in its register. */
export type Answer = 'again' | 'done';

/** Bytes of one access. */
export type Width = 1 | 2 | 4 | 8;

export interface Port {
  readonly xlen: 32 | 64;
  /** mhartid of the hart that it runs on; firmware is told so at boot. */
  readonly hart: number;

  /** Register x0 .. x31 as the hart holds it: the trapped context's, until the handler writes it. */
  x(number: number): bigint;
  setX(number: number, value: bigint): void;
  /** f0 .. f31, 64 raw bits. Reading and writing needs FS of the mode to be on: else a firmware fault. */
  f(number: number): bigint;
  setF(number: number, value: bigint): void;

  /** Loads and stores that must not fault: a fault is a firmware fault, which ends the case as an error. */
  load(at: bigint, size?: Width): Op<bigint>;
  store(at: bigint, value: bigint, size?: Width): Op<void>;
  /** Accesses to addresses that somebody else named: the trap instead of the value. It is not taken. */
  tryLoad(at: bigint, size?: Width): Op<bigint | Trap>;
  tryStore(at: bigint, value: bigint, size?: Width): Op<Trap | null>;
  /** amoadd, amoswap, amoor, amoand of 4 or 8 bytes: the old value. */
  amo(what: 'add' | 'swap' | 'or' | 'and', at: bigint, value: bigint, size?: 4 | 8): Op<bigint>;

  /** Loops of loads and stores of XLEN bits (bytes at ragged ends), counted one by one; stop at the first trap. */
  tryReadBytes(at: bigint, count: number): Op<Uint8Array | Trap>;
  tryWriteBytes(at: bigint, bytes: Uint8Array): Op<Trap | null>;
  /** Scrubs with cbo.zero or stores: whole 64-byte blocks, counted. */
  zero(at: bigint, count: number): Op<void>;

  /**
   * Memory of the firmware itself, for table builders and records: loads and stores at once, without yields, counted
   * as any. A fault is a firmware fault.
   */
  readonly own: TableMemory;

  csrr(name: string): Op<bigint>;
  csrw(name: string, value: bigint): Op<void>;
  /** Sets and clears bits; the old value. */
  csrs(name: string, bits: bigint): Op<bigint>;
  csrc(name: string, bits: bigint): Op<bigint>;

  /** rs1 is the address, rs2 the identifier; null is x0. */
  fence(name: FenceName, rs1?: bigint | null, rs2?: bigint | null): Op<void>;

  /** HLV, HLVX (4 or 2 bytes) and HSV: the trap, untaken, or the value. */
  tryGuestLoad(at: bigint, size: Width, execute?: boolean): Op<bigint | Trap>;
  tryGuestStore(at: bigint, value: bigint, size: Width): Op<Trap | null>;

  /** ECALL with a0 .. a7 as written by `setX`; comes back with a0 and a1 in `x(10)`, `x(11)`. */
  ecall(): Op<void>;
  wfi(): Op<void>;
  /** PAUSE, in a loop that waits for other harts: they run here, whatever the schedule. */
  pause(): Op<void>;
  /** Returns from the trap and leaves the handler: registers that it did not write hold canaries. Never comes back. */
  mret(): Op<never>;
  sret(): Op<never>;

  /** A rule has been decided here. */
  fired(rule: RuleId): void;
  /** What no instruction shows: `explain` and counters hear of it. */
  note(event: Note): void;
}

/** What firmware counts beside instructions. */
export type Note =
  | { readonly what: 'world switch'; readonly from: number; readonly to: number }
  | { readonly what: 'exit' }
  | { readonly what: 'ipi'; readonly to: number }
  | { readonly what: 'scrubbed'; readonly bytes: number }
  | {
      readonly what: 'shadow';
      readonly event: 'fill' | 'flush' | 'evict';
      readonly entries: number;
      /** Of a fill: entries read and written in the tables of the domain, of the root and of the shadow. */
      readonly references?: number;
    }
  /** A call is refused: by which of its checks, and with what. */
  | { readonly what: 'refused'; readonly check: string; readonly error: bigint }
  /** One line for `explain`: a table edit, a state transition. */
  | { readonly what: 'step'; readonly text: string };
