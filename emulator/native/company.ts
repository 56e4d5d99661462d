/** Harts beside each other in firmware: who runs while another one waits, and who takes his interrupts meanwhile. */
import type { Trap } from '../access/trap.ts';
import type { Executor } from '../hart/executor.ts';
import { isWoken, nextInterrupt } from '../hart/interrupts.ts';
import type { Runner } from '../hart/schedule.ts';
import type { Driver } from './driver.ts';
import { FirmwareFault } from './firmware-fault.ts';
import type { NativeHart } from './native-hart.ts';
import { HOME } from './native-page.ts';
import { REST } from './steps.ts';
import { whereabouts } from './whereabouts.ts';

/** Calls of handlers in a row. */
const LONGEST_CHAIN = 1_000_000;
/** Rounds in which others may wake a hart that waits in the midst of a step; beyond, it is away. */
const ROUNDS = 64;
/** Instructions that another hart runs when a handler pauses: a power of two below this one's. */
const TURN_BITS = 5;

/** What firmware needs around it. */
export interface Surroundings {
  /** Runs what is no firmware. */
  engine(): Runner;
  /** Time passes while nobody can do anything, up to the next event; false: nothing will ever happen. */
  pass(until: 'tick' | 'event'): boolean;
  /** A trap that may have led into firmware. */
  absorbs(executor: Executor, trap: Trap): boolean;
  /** A hart that was away has left firmware: whether it is home now. */
  settle(core: NativeHart): boolean;
}

export class Company {
  readonly #driver: Driver;
  readonly #cores: readonly NativeHart[];
  readonly #around: Surroundings;

  constructor(driver: Driver, cores: readonly NativeHart[], around: Surroundings) {
    this.#driver = driver;
    this.#cores = cores;
    this.#around = around;
  }

  /** Runs a hart, at most `budget` instructions of what is no firmware; returns what it did. */
  advance(core: NativeHart, budget: number): number {
    const { executor } = core;
    if (!core.isMapped && this.#driver.at(core) === null) {
      return this.#around.engine().run(executor, budget);
    }
    core.hasLanded = true;
    return this.#busy(core, () => this.chain(core, false));
  }

  /** Runs firmware until the hart stands elsewhere; returns how often a handler ran. */
  chain(core: NativeHart, isStep: boolean): number {
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
      const moved = this.#others(core);
      if (!moved && core.idles) this.#around.pass('tick');
      for (let round = 0; executor.waiting; round++) {
        if (executor.nmi || isWoken(executor.hart.csrs)) executor.waiting = false;
        else if (round === ROUNDS || !(this.#others(core) || this.#around.pass('event')))
          return count;
      }
      executor.interrupt();
    }
  }

  /** Lets every other hart that is away do a little, and those at home take their interrupts; whether any did. */
  #others(core: NativeHart): boolean {
    let moved = false;
    for (const other of this.#cores) {
      const { executor } = other;
      if (other === core || other.isBusy) continue;
      if (executor.parked) moved = this.#attends(other) || moved;
      else if (other.isAway && this.#mayRun(other)) {
        this.recording(other, () => {
          executor.interrupt();
          this.advance(other, 2 ** (core.firm.random() % TURN_BITS));
        });
        if (other.hasLanded) {
          other.hasLanded = false;
          if (this.#around.settle(other)) other.isNews = true;
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
    for (const other of this.#cores) {
      if (other !== core && !other.isBusy && other.executor.parked) this.#attends(other);
    }
  }

  #attends(core: NativeHart): boolean {
    if (!this.#hasInterrupt(core)) return false;
    // What its last step came to stays as it is.
    const { step, home, via, first, tries } = core;
    core.step = REST;
    this.recording(core, () => this.attend(core));
    if (!core.isAway) Object.assign(core, { step, home, via, first, tries });
    return true;
  }

  /** A parked hart takes the interrupts that firmware handles; those of others wait for a program. */
  attend(core: NativeHart): void {
    const { executor } = core;
    while (this.#hasInterrupt(core)) {
      executor.interrupt();
      this.chain(core, true);
      const where = whereabouts(core);
      if (where === 'away') {
        departs(core);
        return;
      }
      executor.registers.pc = HOME;
      if (where !== 'again') return;
    }
  }

  #hasInterrupt({ executor, firm }: NativeHart): boolean {
    const { csrs } = executor.hart;
    if (!executor.isInterrupted()) return false;
    if (executor.nmi) return true;
    const next = nextInterrupt(csrs, executor.mode);
    return next !== null && firm.pages.holds(csrs.raw(VECTORS[next.to]) & ~3n);
  }

  /** Hears of the traps that a hart takes meanwhile. */
  recording<T>(core: NativeHart, run: () => T): T {
    const { executor } = core;
    const { onTrap, mustLeave } = executor;
    executor.onTrap = (trap) => {
      this.#around.absorbs(executor, trap);
      return true;
    };
    executor.mustLeave = null;
    try {
      return this.#busy(core, run);
    } finally {
      executor.onTrap = onTrap;
      executor.mustLeave = mustLeave;
    }
  }

  /** Nobody else runs the hart in between. */
  #busy<T>(core: NativeHart, run: () => T): T {
    const { isBusy } = core;
    core.isBusy = true;
    try {
      return run();
    } finally {
      core.isBusy = isBusy;
    }
  }
}

/** It goes on by itself: the next run begins where it stands now. */
export function departs(core: NativeHart): void {
  core.isAway = true;
  core.executor.parked = false;
  core.executor.isFresh = true;
}

const VECTORS = { M: 'mtvec', S: 'stvec', VS: 'vstvec' } as const;
