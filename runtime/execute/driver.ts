/** Lets harts run until somebody has what he waits for; whoever watches a hart says where it stops, and hears of it. */
import type { PlanProgramLine } from '../../dsl/index.ts';
import type { Trap } from '../../emulator/index.ts';
import type { RunLimits, Stop } from '../back-end/execution.ts';
import type { Actual, Standing } from '../judge/actual.ts';
import { CaseError } from '../session/case-error.ts';
import type { World } from '../session/world.ts';

/** What a watcher makes of a stop: `on`: the run goes on; an outcome: it is over with that. */
export type Heard = 'on' | Actual;

export interface Watcher {
  /** Where harts are to stop, as things stand. */
  until(): RunLimits['until'];
  /** Whether a trap just taken ends the run. */
  stops(hart: number, trap: Trap): boolean;
  /** Null: no business of this watcher. */
  stopped(stop: Stop): Heard | null;
  /** Whether a line runs on some hart. */
  runs(line: PlanProgramLine): boolean;
}

/** Traps of one hart during a run. */
interface Taken {
  traps: number;
  last: Trap | null;
}

const NONE_TAKEN: Readonly<Taken> = { traps: 0, last: null };

export class Driver {
  /** Those who come first are asked first. */
  readonly watchers: Watcher[] = [];
  /** The line of a program whose memory references are wanted. */
  traced: PlanProgramLine | null = null;
  readonly #world: World;
  readonly #traps = new Map<number, Taken>();
  /** How the last run ended that came to no end of its own. */
  #steps = 0;
  #waits = false;

  constructor(world: World) {
    this.#world = world;
  }

  /** Runs until `isDone`, for at most `budget` instructions: `running` when they did not suffice. */
  run(budget: number, isDone: () => boolean): 'done' | 'running' | Actual {
    const { backEnd } = this.#world;
    let left = budget;
    this.#traps.clear();
    while (!isDone()) {
      const { traced } = this;
      if (traced !== null) backEnd.trace(this.watchers.some((watcher) => watcher.runs(traced)));
      const stop = backEnd.run({
        steps: left,
        until: this.watchers.flatMap((watcher) => watcher.until()),
        stopAtTrap: (hart, trap) => {
          this.#took(hart, trap);
          return this.watchers.some((watcher) => watcher.stops(hart, trap));
        },
      });
      left -= stop.steps;
      this.#steps = budget - left;
      this.#waits = stop.why === 'waiting';
      if (stop.why === 'finished') throw new CaseError('the program switched the machine off');
      if (stop.why === 'home') continue;
      if (stop.why === 'steps' || stop.why === 'waiting' || stop.hart === null) return 'running';
      const heard = this.#tell(stop);
      if (heard !== 'on') return heard;
    }
    return 'done';
  }

  /** Where the last run, which was over before its end, has left a hart. */
  standing(hart: number): Standing {
    const { traps, last } = this.#traps.get(hart) ?? NONE_TAKEN;
    const pc = this.#world.backEnd.readRegister(hart, 'pc');
    return { steps: this.#steps, pc, waits: this.#waits, traps, last };
  }

  #took(hart: number, trap: Trap): void {
    const taken = this.#traps.get(hart);
    if (taken === undefined) this.#traps.set(hart, { traps: 1, last: trap });
    else {
      taken.traps++;
      taken.last = trap;
    }
  }

  /** One instruction of a hart, whoever's turn it is: how the run stopped. */
  step(hart: number): Stop {
    for (;;) {
      const limits = { steps: 1, until: [], stopAtTrap: (which: number) => which === hart };
      const stop = this.#world.backEnd.run(limits);
      if (stop.hart === hart || stop.why !== 'steps') return stop;
    }
  }

  #tell(stop: Stop): Heard | 'running' {
    for (const watcher of this.watchers) {
      const heard = watcher.stopped(stop);
      if (heard !== null) return heard;
    }
    // A hart that nobody watches stopped: nobody can say what that means.
    return 'running';
  }
}
