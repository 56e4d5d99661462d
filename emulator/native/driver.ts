/** Runs handlers: from a hart's arrival in a page of firmware to where it leaves it, or traps. */
import { OPERATIONS } from '../access/kinds.ts';
import { Tally } from '../access/tally.ts';
import type { FirmwareDecisions } from '../firmware/decisions.ts';
import type { Handler, HandlerFactory, HandlerName } from '../firmware/handler.ts';
import type { Answer } from '../firmware/port.ts';
import { cellOf } from '../hart/csr-cells.ts';
import { NATIVE_WORD } from '../hart/executor.ts';
import type { Reason } from '../rules/reasons.ts';
import type { Continuation, Suspension } from './continuation.ts';
import { FirmwareFault } from './firmware-fault.ts';
import type { NativeHart } from './native-hart.ts';
import type { Installed } from './native-page.ts';
import { BOOT, HANDLE, offsetOfPc, pageOfPc } from './native-page.ts';
import { PortOfHart } from './port.ts';
import { lastTrap } from './whereabouts.ts';

export type Handlers = Readonly<Partial<Record<HandlerName, HandlerFactory>>>;

/** Why firmware stops running for now. */
export type Departure = 'left' | 'trapped' | 'paused';

/** What it takes to fetch firmware is nobody's: its instructions are not counted either. */
const NOBODYS = new Tally();

const EPC = { M: cellOf('mepc'), S: cellOf('sepc'), VS: cellOf('vsepc') } as const;

/** Exceptions of the architecture; firmware has causes of its own for its calls. */
const CUSTOM_CAUSE = 24;

export class Driver {
  readonly #handlers: Handlers;
  readonly #decide: FirmwareDecisions;
  readonly #made: Handler[] = [];
  readonly #ports = new Map<NativeHart, PortOfHart>();

  constructor(handlers: Handlers, decide: FirmwareDecisions) {
    this.#handlers = handlers;
    this.#decide = decide;
  }

  /** The firmware at a hart's pc, if a fetch succeeds there and finds it. `anywhere`: also behind a page table. */
  at(core: NativeHart, anywhere = false): Installed | null {
    const { executor, firm } = core;
    const { hart, registers } = executor;
    if (!anywhere && firm.pages.at(pageOfPc(registers)) === undefined) return null;
    const why = this.deniesFetch(core);
    if (why !== null || hart.path.value.lo !== NATIVE_WORD) return null;
    return firm.pages.at(hart.port.page) ?? null;
  }

  /** Why the word at a hart's pc cannot be fetched, or null: it is `path.value` then. */
  deniesFetch({ executor: { hart, mode, registers } }: NativeHart): Reason | null {
    const { port } = hart;
    const { counts, trace, inProgram } = port;
    port.counts = NOBODYS;
    port.trace = null;
    port.inProgram = true;
    const page = pageOfPc(registers);
    const why = hart.perform(mode, OPERATIONS.fetch, page, offsetOfPc(registers), 4);
    port.counts = counts;
    port.trace = trace;
    port.inProgram = inProgram;
    return why;
  }

  /** Runs the firmware that a hart stands in. */
  arrive(core: NativeHart, at: Installed): Departure {
    const { port } = core.executor.hart;
    const { current } = core;
    const { counts, trace, inProgram } = port;
    port.counts = core.references;
    port.trace = null;
    port.inProgram = true;
    try {
      return this.#run(core, at);
    } finally {
      port.counts = counts;
      port.trace = trace;
      port.inProgram = inProgram;
      core.current = current;
      if (current === null) addUp(core);
    }
  }

  /** Goes on until the hart is back at the operation at `pc`, which traps in the midst of a handler. */
  settle(core: NativeHart, pc: bigint): Answer {
    const { registers } = core.executor;
    for (;;) {
      const at = this.at(core);
      if (at === null) throw core.fault('has left for good in the midst of an operation');
      const suspension = core.suspensions.find(at, offsetOfPc(registers));
      if (suspension?.pc === pc && suspension.waiting === 'own') {
        core.suspensions.drop(suspension);
        return registers.pc === pc ? 'again' : 'done';
      }
      this.arrive(core, at);
    }
  }

  #run(core: NativeHart, at: Installed): Departure {
    const { executor } = core;
    const offset = offsetOfPc(executor.registers);
    let continuation: Continuation;
    let answer: Answer = 'again';
    const back = offset === HANDLE ? handedBack(core, at) : null;
    if (back !== null) {
      continuation = back.of;
      answer = 'done';
    } else if (offset === HANDLE || offset === BOOT) {
      continuation = this.#begin(core, at, offset);
    } else {
      const suspension = core.suspensions.find(at, offset);
      const which = core.suspensions.answer(offset);
      if (suspension === undefined || which === null || suspension.of.mode !== executor.mode) {
        const raised = core.refused(
          { cause: 2, because: 'instruction.absent', rule: null },
          NATIVE_WORD,
        );
        executor.raise(raised);
        return 'trapped';
      }
      core.suspensions.drop(suspension);
      continuation = suspension.of;
      answer = which;
    }
    core.current = continuation;
    const { value, done } = continuation.op.next(answer);
    if (done === true) throw core.fault('ends without an mret or sret');
    return value.kind === 'left' ? 'left' : value.kind === 'trapped' ? 'trapped' : 'paused';
  }

  #begin(core: NativeHart, at: Installed, offset: number): Continuation {
    const handler = this.#handler(core, at);
    let port = this.#ports.get(core);
    if (port === undefined) {
      port = new PortOfHart(core);
      this.#ports.set(core, port);
    }
    return {
      at,
      op: offset === BOOT ? handler.boot(port) : handler.handle(port),
      clobbers: handler.clobbers,
      mode: core.executor.mode,
      writtenX: 0,
      writtenF: 0,
      delivered: null,
      spins: 0,
    };
  }

  /** Made once, or anew for each call: a handler has no state. */
  #handler({ firm: { spec }, id }: NativeHart, at: Installed): Handler {
    const known = this.#made[at.number];
    if (known !== undefined && !spec.amnesia) return known;
    const factory = this.#handlers[at.name];
    if (factory === undefined) throw new FirmwareFault(at.label, id, 'has no code');
    return (this.#made[at.number] = factory(spec, at.sdid, this.#decide));
  }
}

/** The operation whose trap somebody above has handed back to the handler's own vector. */
function handedBack(core: NativeHart, at: Installed): Suspension | null {
  const { executor } = core;
  const { mode } = executor;
  if (mode === 'U' || mode === 'VU') return null;
  const epc = executor.hart.csrs.cells[EPC[mode]];
  const offset = Number(epc & 4095n);
  if (epc - BigInt(offset) !== executor.registers.pc) return null;
  const suspension = core.suspensions.find(at, offset);
  if (suspension === undefined || suspension.pc !== epc) return null;
  if (suspension.waiting === 'pause' || suspension.of.mode !== mode) return null;
  const trap = lastTrap(executor, core.first);
  if (trap === null || trap.interrupt === true || trap.cause >= CUSTOM_CAUSE) return null;
  core.current = suspension.of;
  if (suspension.waiting === 'own') throw core.fault('must not trap in its own memory', trap);
  core.suspensions.drop(suspension);
  suspension.of.delivered = trap;
  return suspension;
}

/** References of firmware, as counters of their own. */
function addUp({ executor, references }: NativeHart): void {
  const { counts } = executor.hart;
  const { data, s, vs, g, mpt, io, ad } = references;
  counts.fw += data;
  counts.fw_walk += s + vs + g + mpt + io + ad;
  references.reset();
}
