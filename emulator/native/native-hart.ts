/** One hart as firmware has it: what is in flight on it, and how what it executes traps. */
import type { Mode } from '../access/context.ts';
import { Tally } from '../access/tally.ts';
import type { Denial, Trap } from '../access/trap.ts';
import type { FirmwareSpec } from '../firmware/spec.ts';
import type { Answer } from '../firmware/port.ts';
import { isVirtual } from '../hart/csr-access.ts';
import { delegate } from '../hart/delegate.ts';
import type { Executor } from '../hart/executor.ts';
import type { Raised } from '../hart/trap-entry.ts';
import type { Reason } from '../rules/reasons.ts';
import type { Continuation } from './continuation.ts';
import { Suspensions } from './continuation.ts';
import { FirmwareFault } from './firmware-fault.ts';
import type { FirmwareLog } from './firmware-log.ts';
import type { Homecoming, Refusal } from './homecoming.ts';
import type { NativePages } from './native-page.ts';
import type { Step } from './steps.ts';
import type { Words } from './words.ts';

/** What the harts of one machine share. */
export interface Firm {
  readonly spec: FirmwareSpec;
  readonly pages: NativePages;
  readonly words: Words;
  /** Null: nobody wants to know. */
  log: FirmwareLog | null;
  /** Handlers are interleaved with what other harts do. */
  readonly isInterleaved: boolean;
  /** The next number of the schedule, 32 bits. */
  random(): number;
  /** Runs what a trap has led to until the hart comes back to the operation at `pc`. */
  settle(hart: NativeHart, pc: bigint): Answer;
}

export class NativeHart {
  readonly executor: Executor;
  readonly firm: Firm;
  readonly suspensions = new Suspensions();
  /** The handler that runs; null: none. */
  current: Continuation | null = null;
  /** Where the references of firmware are counted, until they are added up. */
  readonly references = new Tally();

  /** The last step of the scenario here. */
  step: Step | null = null;
  isAway = false;
  home: Homecoming | null = null;
  /** It came home, and nobody knows yet. */
  isNews = false;
  via: Trap[] = [];
  /** The last check that has refused a call of the step. */
  refusal: Refusal | null = null;
  /** The first trap of the step. */
  first: Trap | null = null;
  /** How often the step has been made. */
  tries = 0;
  /** Firmware has written cause registers: it may have made up a trap. */
  injects = false;
  /** Firmware has left it; nobody has looked where. */
  hasLanded = false;
  /** Its handler has paused because it waits for somebody else. */
  idles = false;
  /** Somebody runs it right now. */
  isBusy = false;
  /** The engine has fetched firmware behind a page table. */
  isMapped = false;

  constructor(executor: Executor, firm: Firm) {
    this.executor = executor;
    this.firm = firm;
  }

  get id(): number {
    return this.executor.hart.id;
  }

  get label(): string {
    return this.current?.at.label ?? 'firmware';
  }

  fault(what: string, trap: Trap | null = null): FirmwareFault {
    return new FirmwareFault(this.current?.at.label ?? null, this.id, what, trap);
  }

  /** What the access denied last raises at the pc; `word`: its instruction. */
  denied(because: Reason, page: number, offset: number, word: number): Raised {
    const { executor, firm } = this;
    const transformed = firm.words.transformed(word);
    return executor.hart.fault(because, page, offset, executor.registers.pc, transformed);
  }

  /** What an instruction that may not execute raises at the pc. */
  refused({ cause, because, rule }: Denial, word: number): Raised {
    const { executor } = this;
    const bits = executor.hart.decisions.trap.instructionBits(word >>> 0);
    const tval = executor.tval(BigInt(bits));
    const epc = executor.registers.pc;
    return { cause, tval, gpa: null, tinst: 0n, gva: false, epc, because, rule };
  }

  /** The trap as it would be taken. */
  untaken(raised: Raised): Trap {
    const { csrs, decisions } = this.executor.hart;
    const { mode } = this.executor;
    const decide = decisions.trap;
    const takenIn: Mode = delegate(csrs, decide, mode, raised.cause);
    return { ...raised, mpv: decide.previousVirtual(isVirtual(mode)), takenIn };
  }
}
