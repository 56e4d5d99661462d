/** The executed half of a machine: its harts as programs run on them, their time, and the engine. */
import type { Mode } from './access/context.ts';
import type { FenceRequest } from './cache/fence-request.ts';
import type { Result, Trap } from './access/trap.ts';
import type { Board } from './devices/board.ts';
import type { Terminal } from './devices/device.ts';
import { NOWHERE } from './devices/device.ts';
import type { Witness } from './engine/commit.ts';
import { Engine } from './engine/run.ts';
import type { Decisions } from './decisions.ts';
import type { Handlers } from './native/driver.ts';
import { Firmware } from './native/firmware.ts';
import type { Ground } from './native/firmware.ts';
import type { FirmwareStep } from './native/firmware-log.ts';
import type { Step } from './native/steps.ts';
import { fenceStep, wordStep } from './native/steps.ts';
import { Clock } from './hart/clock.ts';
import { Executor, PARKED } from './hart/executor.ts';
import type { FirmwareSpec } from './firmware/spec.ts';
import type { Hart } from './hart/hart.ts';
import type { Limits, Stop } from './hart/schedule.ts';
import { Schedule } from './hart/schedule.ts';
import { decoderOf } from './isa/decode.ts';
import type { Homecoming } from './native/homecoming.ts';
import { isaOf } from './isa/machine-isa.ts';
import type { Memory } from './memory/memory.ts';
import type { Platform } from './platform.ts';

export class Execution {
  /** Where UARTs and HTIF read and write. */
  terminal: Terminal = NOWHERE;
  /** Sees every instruction of the next runs; each takes about ten times as long. */
  witness: Witness | null = null;
  private readonly memory: Memory;
  private readonly board: Board;
  private readonly clock: Clock;
  private readonly schedule: Schedule;
  private readonly all: Executor[] = [];
  private executors: readonly Executor[] = [];
  private platform!: Platform;
  /** Made at the first instruction; whether it knows of the last reset. */
  private engine: Engine | null = null;
  private isCurrent = false;
  private isObserved = false;
  private firmware: Firmware | null = null;

  constructor(memory: Memory, board: Board) {
    this.memory = memory;
    this.board = board;
    this.clock = new Clock(board);
    this.schedule = new Schedule(this.clock, board);
    board.surroundings = {
      ticks: () => {
        // Whoever looks at the time may have set a timer.
        this.attend();
        return this.clock.ticks();
      },
      raise: (hart, line, level) => {
        const { csrs } = this.executor(hart).hart;
        csrs.lines = level ? csrs.lines | (1 << line) : csrs.lines & ~(1 << line);
        this.attend();
      },
      write: (byte) => this.terminal.write(byte),
      read: () => this.terminal.read(),
      // The run ends because the board tells so.
      halt: () => this.attend(),
    };
  }

  /** After the reset of memory and harts. */
  reset(platform: Platform, harts: readonly Hart[]): void {
    this.platform = platform;
    this.isCurrent = false;
    this.isObserved = false;
    this.firmware = null;
    while (this.all.length < harts.length) this.all.push(new Executor(harts[this.all.length]));
    if (this.executors.length !== harts.length) this.executors = this.all.slice(0, harts.length);
    for (const executor of this.executors) executor.reset(platform, this.memory);
    this.clock.reset(this.executors, platform.tick ?? 1);
    this.schedule.reset(this.executors, platform.seed);
  }

  /** `pc`, `x0` to `x31`, `f0` to `f31` (64 raw bits). */
  readRegister(hart: number, name: string): bigint {
    const { registers } = this.executor(hart);
    if (name === 'pc') return registers.pc;
    const number = numberOf(name);
    return name.startsWith('x') ? registers.x(number) : registers.f(number);
  }

  writeRegister(hart: number, name: string, value: bigint): void {
    const { registers } = this.executor(hart);
    if (name === 'pc') registers.pc = value;
    else if (name.startsWith('x')) registers.setX(numberOf(name), value);
    else registers.setF(numberOf(name), value);
  }

  /**
   * One instruction on a parked hart, which has nothing to fetch: `pc` afterwards says where a jump went. The value is
   * that of its destination register, 0 if it has none. Interrupts wait for a program.
   */
  execute(hart: number, step: { readonly mode: Mode; readonly word: number }): Result {
    const executor = this.executor(hart);
    const { mode, word } = step;
    const passed = this.passes(hart, mode, () =>
      wordStep(
        word,
        (one, instruction) => this.ready().execute(one, instruction),
        (one, instruction) => this.resultOf(one, instruction),
      ),
    );
    if (passed !== null) return passed;
    if (!executor.parked) throw new Error(`hart ${hart} runs a program: it takes no steps`);
    let taken: Trap | null = null;
    executor.onTrap = (trap) => {
      taken = trap;
      return true;
    };
    executor.mustLeave = null;
    executor.takesInterrupts = false;
    executor.mode = step.mode;
    executor.registers.pc = PARKED;
    this.ready().execute(executor, step.word);
    executor.takesInterrupts = true;
    executor.onTrap = null;
    executor.waiting = false;
    const trap = taken as Trap | null;
    if (trap !== null) {
      executor.registers.pc = PARKED;
      return { trap, value: null };
    }
    return { trap: null, value: this.resultOf(executor, step.word) };
  }

  /** One fence instruction of a step: what programs of this hart have read is given up as if they had executed it. */
  fence(hart: number, request: FenceRequest): Result {
    const passed = this.passes(hart, request.mode, () => fenceStep(request));
    if (passed !== null) return passed;
    const executor = this.executor(hart);
    const result = executor.hart.fence(request);
    if (result.trap === null) executor.fenced(request.fence);
    return result;
  }

  /** Puts a hart at `pc` in `mode`; it runs from the next `run` on. */
  start(hart: number, at: { readonly mode: Mode; readonly pc: bigint }): void {
    const executor = this.executor(hart);
    executor.mode = at.mode;
    executor.registers.pc = at.pc;
    executor.parked = false;
    executor.waiting = false;
    executor.waitsForReservation = false;
    this.firmware?.start(hart);
  }

  park(hart: number): void {
    const executor = this.executor(hart);
    executor.parked = true;
    executor.waiting = false;
    executor.registers.pc = PARKED;
    this.firmware?.park(hart);
  }

  /** Runs every hart that is not parked, in the interleaving of the seed. */
  run(limits: Limits): Stop {
    return this.schedule.run(this.firmware ?? this.ready(), limits);
  }

  /** Installs firmware, and lets every hart boot through it. Why it cannot, or null. */
  boot(spec: FirmwareSpec, handlers: Handlers): string | null {
    const [{ hart }] = this.executors;
    this.firmware = new Firmware(spec, this.ground(hart.decisions), handlers);
    this.firmware.observe(this.isObserved);
    this.schedule.passage = this.firmware;
    return this.firmware.boot();
  }

  /** Whether the last step of a hart has left it in firmware or in a guest. */
  away(hart: number): boolean {
    return this.firmware?.away(hart) ?? false;
  }

  /** How the last step of a hart came home; null: it is away, or needed no firmware. */
  home(hart: number): Homecoming | null {
    return this.firmware?.home(hart) ?? null;
  }

  /** What firmware did since it was asked last, while harts are observed. */
  takeFirmwareLog(): readonly FirmwareStep[] {
    return this.firmware?.takeLog() ?? [];
  }

  get hasFirmware(): boolean {
    return this.firmware !== null;
  }

  /** What a step of a parked hart comes to on a machine with firmware; null: nothing stands between. */
  passes(hart: number, mode: Mode, step: () => Step): Result | null {
    if (this.firmware === null || !this.mayPass(hart)) return null;
    return this.firmware.step(hart, mode, step());
  }

  private mayPass(hart: number): boolean {
    return this.executor(hart).parked || this.away(hart);
  }

  private ground(decisions: Decisions): Ground {
    const { clock, executors, memory, board } = this;
    return {
      memory,
      executors,
      decisions,
      engine: () => this.ready(),
      pass: (until) => {
        const ticks = until === 'tick' ? 1 : clock.untilEvent();
        if (ticks === Infinity) return false;
        clock.skip(ticks);
        board.update();
        return true;
      },
    };
  }

  /** The pin of Smrnmi: a non-maskable interrupt, taken when mnstatus.NMIE allows it. */
  nmi(hart: number): void {
    this.executor(hart).nmi = true;
  }

  /** The mode of a hart: where its program is. */
  mode(hart: number): Mode {
    return this.executor(hart).mode;
  }

  /** Whether a hart is in WFI or WRS.NTO, its pc behind it. */
  isWaiting(hart: number): boolean {
    return this.executor(hart).waiting;
  }

  /** Ticks since reset. */
  ticks(): number {
    return this.clock.ticks();
  }

  /** What two machines in equal states share; for tests. */
  digest(): string {
    return this.executors
      .map(({ registers, mode, parked, hart }) => {
        const numbers = [...Array(32).keys()];
        const values = numbers.flatMap((n) => [registers.x(n), registers.f(n)]);
        return [
          mode,
          parked,
          registers.pc,
          hart.csrs.retired,
          ...values,
          ...hart.csrs.cells,
        ].join();
      })
      .join(';');
  }

  /** Whether every access of programs must be seen: traced, counted. Steps of a scenario always are. */
  observe(isObserved: boolean): void {
    this.isObserved = isObserved;
    this.firmware?.observe(isObserved);
    if (this.isCurrent) this.engine?.observe(isObserved || this.witness !== null);
  }

  /** Whoever runs looks whether it may go on. */
  private attend(): void {
    for (const { hart } of this.executors) hart.csrs.attention = true;
  }

  private executor(index: number): Executor {
    const executor = this.executors[index];
    if (executor === undefined) throw new RangeError(`the machine has no hart ${index}`);
    return executor;
  }

  /** The engine, which costs nothing until an instruction is executed. */
  private ready(): Engine {
    this.engine ??= new Engine(this.memory);
    if (!this.isCurrent) {
      this.engine.reset(this.platform, this.executors, this.platform.ways !== 'off');
      this.isCurrent = true;
      if (this.isObserved) this.engine.observe(true);
      if (this.witness !== null) this.engine.showTo(this.witness);
    }
    return this.engine;
  }

  private resultOf({ registers }: Executor, word: number): bigint {
    const { platform } = this;
    const decoded = decoderOf(isaOf(platform), platform.knobs.fence_encoding).decode(word);
    if (decoded === null) return 0n;
    const { op, operands } = decoded;
    const names = op.pieces.map(({ text }) => text);
    if (names.includes('fd')) return registers.f(operands.rd);
    return names.includes('rd') ? registers.x(operands.rd) : 0n;
  }
}

/** Of `x5` or `f31`. */
function numberOf(name: string): number {
  const number = /^[xf](\d|[12]\d|3[01])$/.exec(name)?.[1];
  if (number === undefined) throw new RangeError(`a hart has no register ${name}`);
  return Number(number);
}
