/** The firmware of a machine: what lies where, and how the steps of parked harts and the runs of others go through it. */
import type { Mode } from '../access/context.ts';
import type { Result, Trap } from '../access/trap.ts';
import type { FirmwareSpec } from '../firmware/spec.ts';
import type { Executor } from '../hart/executor.ts';
import type { Passage, Runner } from '../hart/schedule.ts';
import type { Memory } from '../memory/memory.ts';
import type { Decisions } from '../decisions.ts';
import { Company, departs } from './company.ts';
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
/** Traps of a step that are remembered. */
const MOST_VIA = 4096;

/** What firmware needs of its machine. */
export interface Ground {
  readonly memory: Memory;
  readonly executors: readonly Executor[];
  readonly decisions: Decisions;
  /** Runs what is no firmware. */
  engine(): Runner;
  /** Time passes while nobody can do anything, up to the next event; false: nothing will ever happen. */
  pass(until: 'tick' | 'event'): boolean;
}

/** Where the hart's step stands when it has left: software of the scenario goes on by itself. */
const AWAY: Result = { trap: null, value: 0n };

export class Firmware implements Passage, Runner {
  readonly #ground: Ground;
  readonly #firm: Firm;
  readonly #driver: Driver;
  readonly #cores: readonly NativeHart[];
  readonly #company: Company;
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
    this.#company = new Company(this.#driver, this.#cores, {
      engine: () => ground.engine(),
      pass: (until) => ground.pass(until),
      absorbs: (one, trap) => this.absorbs(one, trap),
      settle: (core) => this.#settle(core, false),
    });
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
      this.#company.recording(core, () => this.#company.chain(core, true));
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
    return this.#company.recording(core, () => {
      executor.mode = mode;
      executor.registers.pc = HOME;
      this.#company.attend(core);
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
    return this.#company.advance(this.#cores[executor.hart.id], budget);
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
    if (where === 'again') this.#company.recording(core, () => this.#make(core, isStep));
    else this.#arrived(core, where);
    return !core.isAway;
  }

  /** Makes the step that the hart stands at, until it is done or the hart is away. */
  #make(core: NativeHart, isStep: boolean): Result {
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
      this.#company.chain(core, isStep);
      const where = whereabouts(core);
      if (where === 'away') {
        departs(core);
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
    const { executor, via, refusal } = core;
    core.home = via.length === 0 && !core.isAway ? null : { trap, value, via, refusal };
    core.isNews = core.isAway;
    core.isAway = false;
    executor.parked = true;
    executor.waiting = false;
    if (trap !== null || via.length > 0) executor.registers.pc = HOME;
    return trap === null ? { trap, value: value ?? 0n } : { trap, value: null };
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

function forget(core: NativeHart): void {
  core.home = null;
  core.isNews = false;
  core.via = [];
  core.refusal = null;
  core.first = null;
  core.tries = 0;
  core.injects = false;
  core.hasLanded = false;
}
