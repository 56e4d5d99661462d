/** The firmware of a machine: what lies where, and how the steps of parked harts and the runs of others go through it. */
import type { Mode } from '../access/context.ts';
import type { Result, Trap } from '../access/trap.ts';
import type { FirmwareSpec } from '../firmware/spec.ts';
import type { Executor } from '../hart/executor.ts';
import { isWoken, nextInterrupt } from '../hart/interrupts.ts';
import type { Passage, Runner } from '../hart/schedule.ts';
import type { Memory } from '../memory/memory.ts';
import type { Decisions } from '../decisions.ts';
import type { Handlers } from './driver.ts';
import { Driver } from './driver.ts';
import { FirmwareFault } from './firmware-fault.ts';
import { FirmwareLog } from './firmware-log.ts';
import type { FirmwareStep } from './firmware-log.ts';
import type { Homecoming } from './homecoming.ts';
import { NativeHart } from './native-hart.ts';
import type { Firm } from './native-hart.ts';
import { BOOT, HOME, NativePages, pageOfPc } from './native-page.ts';
import { NATIVE_WORD } from '../hart/executor.ts';
import { REST } from './steps.ts';
import type { Step } from './steps.ts';
import { isAtVector, lastTrap, whereabouts } from './whereabouts.ts';
import { Words } from './words.ts';

/** How often a step may be made again. */
const MOST_TRIES = 64;
/** Calls of handlers in a row. */
const LONGEST_CHAIN = 1_000_000;
/** Traps of a step that are remembered. */
const MOST_VIA = 4096;
/** Rounds in which others may wake a hart that waits in the midst of a step; beyond, it is away. */
const ROUNDS = 64;
/** Instructions that another hart runs when a handler pauses: a power of two at most. */
const TURN_BITS = 5;

/** What firmware needs of its machine. */
export interface Ground {
  readonly memory: Memory;
  readonly executors: readonly Executor[];
  readonly decisions: Decisions;
  /** Runs what is no firmware. */
  engine(): Runner;
  /** Time passes while nobody can do anything; false: nothing will ever happen. */
  pass(): boolean;
}

/** Where the hart's step stands when it has left: software of the scenario goes on by itself. */
const AWAY: Result = { trap: null, value: 0n };

export class Firmware implements Passage, Runner {
  readonly #ground: Ground;
  readonly #firm: Firm;
  readonly #driver: Driver;
  readonly #cores: readonly NativeHart[];
  #state: number;

  constructor(spec: FirmwareSpec, ground: Ground, handlers: Handlers) {
    this.#ground = ground;
    this.#driver = new Driver(handlers, ground.decisions);
    this.#state = ((spec.schedule ?? 0) ^ 0x1f12_3bb5) | 0 || 1;
    const [executor] = ground.executors;
    this.#firm = {
      spec,
      pages: new NativePages(),
      words: new Words(executor.hart.csrs.platform),
      log: null,
      isInterleaved: spec.schedule !== null,
      random: () => this.#random(),
      settle: (core, pc) => this.#driver.settle(core, pc),
    };
    this.#cores = ground.executors.map((one) => new NativeHart(one, this.#firm));
  }

  /** Lets every hart run through the boot code, one after the other. Why it cannot, or null. */
  boot(): string | null {
    const { spec, pages } = this.#firm;
    const { memory } = this.#ground;
    if (spec.rdsm.size > 0n) pages.add('rdsm', 0, 'rdsm', spec.rdsm);
    if (spec.root !== null) pages.add('root', 0, 'root', spec.root);
    for (const { name, sdid, kind, memory: area } of spec.domains) {
      if (kind === 'tsm' && area !== null) pages.add('tsm', sdid, `tsm of ${name}`, area);
    }
    const [first] = pages.all;
    if (first === undefined) return null;
    for (const { base } of pages.all) {
      memory.fillPages(Number(base >> 12n), 1, NATIVE_WORD, NATIVE_WORD, 1);
    }
    for (const core of this.#cores) {
      const { executor } = core;
      executor.native = () => (core.isMapped = this.#driver.at(core, true) !== null);
      executor.hart.csrs.firmware = first.base;
      executor.mode = 'M';
      executor.registers.pc = first.base + BigInt(BOOT);
      executor.registers.setX(10, BigInt(core.id));
      executor.registers.setX(12, HOME);
      core.step = REST;
      this.#recording(core, () => this.#chain(core, true));
      const { pc } = executor.registers;
      if (pc !== HOME) {
        const why = this.#driver.deniesFetch(core);
        const fetched = why === null ? 'what lies there is no firmware' : `its fetch: ${why}`;
        const where = `0x${pc.toString(16)} in ${executor.mode}`;
        throw new FirmwareFault(null, core.id, `leaves its boot code at ${where}, ${fetched}`);
      }
    }
    return null;
  }

  /** One step of a parked hart. A result without a trap of a hart that is away then says nothing. */
  step(hart: number, mode: Mode, step: Step): Result {
    const core = this.#cores[hart];
    const { executor } = core;
    if (core.isAway) throw new Error(`hart ${hart} is away: it takes no steps`);
    core.step = REST;
    forget(core);
    return this.#recording(core, () => {
      executor.mode = mode;
      executor.registers.pc = HOME;
      this.#attend(core);
      if (core.isAway) return AWAY;
      forget(core);
      core.step = step;
      executor.registers.pc = step.pc;
      return this.#make(core, true);
    });
  }

  away(hart: number): boolean {
    return this.#cores[hart].isAway;
  }

  home(hart: number): Homecoming | null {
    const core = this.#cores[hart];
    core.isNews = false;
    return core.isAway ? null : core.home;
  }

  /** The hart is parked: what was in flight on it is given up. */
  park(hart: number): void {
    const core = this.#cores[hart];
    forget(core);
    core.suspensions.clear();
    core.step = null;
    core.isAway = false;
    core.executor.registers.pc = HOME;
  }

  /** A program runs on the hart. */
  start(hart: number): void {
    const core = this.#cores[hart];
    forget(core);
    core.step = null;
    core.isAway = false;
  }

  observe(isObserved: boolean): void {
    this.#firm.log = isObserved ? (this.#firm.log ?? new FirmwareLog()) : null;
  }

  takeLog(): readonly FirmwareStep[] {
    return this.#firm.log?.take() ?? [];
  }

  // Of runs.

  /** Runs a hart: its firmware, if it stands there. */
  run(executor: Executor, budget: number): number {
    const core = this.#cores[executor.hart.id];
    if (!core.isMapped && this.#driver.at(core) === null) {
      return this.#ground.engine().run(executor, budget);
    }
    core.hasLanded = true;
    return this.#chain(core, false);
  }

  absorbs({ hart, registers }: Executor, trap: Trap): boolean {
    if (this.#firm.pages.at(pageOfPc(registers)) === undefined) return false;
    const core = this.#cores[hart.id];
    if (core.via.length < MOST_VIA) core.via.push(trap);
    core.first ??= trap;
    this.#firm.log?.trap(hart.id, trap);
    return true;
  }

  hasLanded({ hart }: Executor): boolean {
    return this.#cores[hart.id].hasLanded;
  }

  news(): Executor | null {
    const core = this.#cores.find(({ isNews }) => isNews);
    if (core === undefined) return null;
    core.isNews = false;
    return core.executor;
  }

  after(executor: Executor): 'home' | Trap | null {
    const core = this.#cores[executor.hart.id];
    if (!core.hasLanded) return null;
    core.hasLanded = false;
    if (core.isAway && this.#settle(core, false)) {
      core.isNews = false;
      return 'home';
    }
    const { injects } = core;
    core.injects = false;
    if (!injects || executor.waiting || this.#driver.at(core) !== null) return null;
    const trap = lastTrap(executor, null);
    if (!isAtVector(executor, trap)) return null;
    executor.trap = trap;
    return trap;
  }

  /** A hart that was away: whether it is home now. */
  #settle(core: NativeHart, isStep: boolean): boolean {
    const where = whereabouts(core);
    if (where === 'away') return false;
    if (where === 'again') this.#recording(core, () => this.#make(core, isStep));
    else this.#arrived(core, where);
    return !core.isAway;
  }

  /** Makes the step that the hart stands at, until it is done or the hart is away. */
  #make(core: NativeHart, isStep: boolean): Result {
    const { executor } = core;
    for (;;) {
      if (core.step === null) throw core.fault('has no step to go on with');
      if (++core.tries > MOST_TRIES) {
        throw core.fault(`sends the step back more than ${MOST_TRIES} times`, core.first);
      }
      const trap = core.step.perform(core);
      if (trap === null) return this.#comesHome(core, null, core.step.value(core));
      core.first ??= trap;
      if (this.#driver.at(core) === null) {
        // Nobody has absorbed it, though its vector may look like it.
        if (core.via.at(-1) === trap) core.via.pop();
        return this.#comesHome(core, trap, null);
      }
      this.#chain(core, isStep);
      const where = whereabouts(core);
      if (where === 'away') {
        core.isAway = true;
        executor.parked = false;
        return AWAY;
      }
      if (where !== 'again') return this.#arrived(core, where);
    }
  }

  #arrived(core: NativeHart, where: 'done' | 'delivered'): Result {
    const { executor, first, step } = core;
    if (where === 'delivered') return this.#comesHome(core, lastTrap(executor, first), null);
    return this.#comesHome(core, null, step?.emulated(core) ?? 0n);
  }

  #comesHome(core: NativeHart, trap: Trap | null, value: bigint | null): Result {
    const { executor, via } = core;
    core.home = via.length === 0 && !core.isAway ? null : { trap, value, via };
    core.isNews = core.isAway;
    core.isAway = false;
    executor.parked = true;
    executor.waiting = false;
    if (trap !== null || via.length > 0) executor.registers.pc = HOME;
    return trap === null ? { trap, value: value ?? 0n } : { trap, value: null };
  }

  /** Runs firmware until the hart stands elsewhere; returns how often a handler ran. */
  #chain(core: NativeHart, isStep: boolean): number {
    const { executor } = core;
    let count = 0;
    for (;;) {
      const at = this.#driver.at(core, core.isMapped);
      core.isMapped = false;
      if (at === null) return count;
      if (++count > LONGEST_CHAIN) throw new FirmwareFault(at.label, core.id, 'runs for ever');
      if (this.#driver.arrive(core, at) !== 'paused') continue;
      if (!isStep) {
        this.#attendParked(core);
        return count;
      }
      if (!this.#others(core)) this.#ground.pass();
      for (let round = 0; executor.waiting; round++) {
        if (executor.nmi || isWoken(executor.hart.csrs)) executor.waiting = false;
        else if (round === ROUNDS || !(this.#others(core) || this.#ground.pass())) return count;
      }
      executor.interrupt();
    }
  }

  /** Lets every other hart that is away do a little, and those at home take their interrupts; whether any did. */
  #others(core: NativeHart): boolean {
    let moved = false;
    for (const other of this.#cores) {
      const { executor } = other;
      if (other === core) continue;
      if (executor.parked) moved = this.#attends(other) || moved;
      else if (other.isAway && this.#mayRun(other)) {
        this.#recording(other, () => {
          executor.interrupt();
          this.run(executor, 2 ** (this.#random() % TURN_BITS));
        });
        if (other.hasLanded) {
          other.hasLanded = false;
          if (this.#settle(other, false)) other.isNews = true;
        }
        moved = true;
      }
    }
    return moved;
  }

  #mayRun({ executor }: NativeHart): boolean {
    if (!executor.waiting) return true;
    if (!executor.nmi && !isWoken(executor.hart.csrs)) return false;
    executor.waiting = false;
    return true;
  }

  #attendParked(core: NativeHart): void {
    for (const other of this.#cores)
      if (other !== core && other.executor.parked) this.#attends(other);
  }

  #attends(core: NativeHart): boolean {
    if (!this.#hasInterrupt(core)) return false;
    // What its last step came to stays as it is.
    const { step, home, via, first, tries } = core;
    core.step = REST;
    this.#recording(core, () => this.#attend(core));
    if (!core.isAway) Object.assign(core, { step, home, via, first, tries });
    return true;
  }

  /** A parked hart takes the interrupts that firmware handles; those of others wait for a program. */
  #attend(core: NativeHart): void {
    const { executor } = core;
    while (this.#hasInterrupt(core)) {
      executor.interrupt();
      this.#chain(core, true);
      const where = whereabouts(core);
      if (where === 'away') {
        core.isAway = true;
        executor.parked = false;
        return;
      }
      executor.registers.pc = HOME;
      if (where !== 'again') return;
    }
  }

  #hasInterrupt({ executor }: NativeHart): boolean {
    const { csrs } = executor.hart;
    if (!executor.isInterrupted()) return false;
    if (executor.nmi) return true;
    const next = nextInterrupt(csrs, executor.mode);
    return next !== null && this.#firm.pages.holds(csrs.raw(VECTORS[next.to]) & ~3n);
  }

  /** Hears of the traps that a hart takes meanwhile. */
  #recording<T>(core: NativeHart, run: () => T): T {
    const { executor } = core;
    const { onTrap, mustLeave } = executor;
    executor.onTrap = (trap) => {
      this.absorbs(executor, trap);
      return true;
    };
    executor.mustLeave = null;
    try {
      return run();
    } finally {
      executor.onTrap = onTrap;
      executor.mustLeave = mustLeave;
    }
  }

  #random(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }
}

const VECTORS = { M: 'mtvec', S: 'stvec', VS: 'vstvec' } as const;

function forget(core: NativeHart): void {
  core.home = null;
  core.isNews = false;
  core.via = [];
  core.first = null;
  core.tries = 0;
  core.injects = false;
  core.hasLanded = false;
}
