/**
 * Programs that run: one per hart at most. Each line is judged when its last instruction has retired, or when it
 * trapped into software that the scenario does not own; the program then goes on with the next line.
 */
import type { PlanActor, PlanProgramLine } from '../../dsl/index.ts';
import type { Mode, Trap } from '../../emulator/index.ts';
import type { Actual } from '../judge/actual.ts';
import type { Harts } from '../session/actors.ts';
import { CaseError } from '../session/case-error.ts';
import { machineMode, type World } from '../session/world.ts';
import { clearRegisters } from './hart-state.ts';
import type { PlacedLine, Program } from './program.ts';

/** Instructions after which a program that has not ended is `running`. */
const BUDGET = 100_000;

interface Run {
  readonly program: Program;
  readonly hart: number;
  readonly mode: Mode;
  /** Virtual address of its first byte. */
  readonly entry: bigint;
  /** Index of the line that runs. */
  line: number;
  /** The line has jumped, and the fetch there is to be seen. */
  arrived: boolean;
}

/** A line that has come to its end, for the judge. */
export interface LineEnd {
  readonly placed: PlacedLine;
  readonly actual: Actual;
}

const TVEC: Readonly<Record<string, string>> = { M: 'mtvec', S: 'stvec', VS: 'vstvec' };

export class ProgramRuns {
  readonly #world: World;
  readonly #harts: Harts;
  /** The line whose memory references are wanted. */
  traced: PlanProgramLine | null = null;
  readonly #runs = new Map<number, Run>();

  constructor(world: World, harts: Harts) {
    this.#world = world;
    this.#harts = harts;
  }

  /** Whether a program runs on the hart: then it takes no steps. */
  has(hart: number): boolean {
    return this.#runs.has(hart);
  }

  /** Starts a program; `judge` says whether a line of any program that runs came out as written. */
  start(
    actor: PlanActor,
    program: Program,
    at: bigint | null,
    judge: (end: LineEnd) => boolean,
  ): Actual {
    const entry = at ?? program.base;
    if (entry === null) {
      throw new CaseError(`no region holds ${program.name}: 'region .. holds ${program.name}'`);
    }
    const hart = this.#harts.switchTo(actor);
    const mode = machineMode(actor.mode);
    hart.used = true;
    const run: Run = { program, hart: hart.id, mode, entry, line: 0, arrived: false };
    clearRegisters(this.#world, hart.id);
    this.#world.backEnd.start(hart.id, { mode, pc: entry });
    this.#runs.set(hart.id, run);
    return this.#drive(run, judge);
  }

  /** Goes on with the program on a hart for as long again. */
  resume(actor: PlanActor, judge: (end: LineEnd) => boolean): Actual {
    const run = this.#runs.get(actor.hart);
    if (run === undefined) throw new CaseError(`no program runs on hart ${actor.hart}`);
    return this.#drive(run, judge);
  }

  /** Lets every hart run until the program of `run` ends, fails, or has used up its budget. */
  #drive(run: Run, judge: (end: LineEnd) => boolean): Actual {
    const { backEnd } = this.#world;
    let left = BUDGET;
    while (run.line < run.program.lines.length) {
      if (this.traced !== null) backEnd.trace(this.#isTraced());
      const stop = backEnd.run({
        steps: left,
        until: [...this.#runs.values()].map((other) => ({ hart: other.hart, pc: aim(other) })),
        stopAtTrap: (hart, trap) => !this.#handles(hart, trap),
      });
      left -= stop.steps;
      const stopped = stop.hart === null ? undefined : this.#runs.get(stop.hart);
      if (stop.why === 'finished') throw new CaseError('the program switched the machine off');
      if (stop.why === 'steps' || stop.why === 'waiting' || stopped === undefined) {
        return this.#actual(run, null, 'running');
      }
      const end = this.#ended(stopped, stop.trap);
      if (!judge(end) || (end.placed.line === null && end.actual.trap !== null)) {
        this.#park(stopped);
        return end.actual;
      }
    }
    this.#park(run);
    return this.#actual(run, null, 'end');
  }

  #isTraced(): boolean {
    return [...this.#runs.values()].some((run) => lineOf(run).line === this.traced);
  }

  /** The end of a line, which the program leaves behind. */
  #ended(run: Run, trap: Trap | null): LineEnd {
    const placed = lineOf(run);
    const { code } = placed;
    if (code.jumps && trap === null && !run.arrived) {
      run.arrived = true;
      const fetched = this.#step(run.hart);
      return this.#left(run, placed, fetched !== null && isFetch(fetched) ? fetched : null);
    }
    return this.#left(run, placed, trap);
  }

  /** One instruction of a hart, whoever's turn it is: its trap, or null. */
  #step(hart: number): Trap | null {
    for (;;) {
      const limits = { steps: 1, until: [], stopAtTrap: (which: number) => which === hart };
      const stop = this.#world.backEnd.run(limits);
      if (stop.hart === hart || stop.why !== 'steps') return stop.hart === hart ? stop.trap : null;
    }
  }

  #left(run: Run, placed: PlacedLine, trap: Trap | null): LineEnd {
    const { backEnd } = this.#world;
    const { code } = placed;
    const actual: Actual = {
      origin: code.origin,
      mode: run.mode,
      address: code.address,
      size: code.size,
      trap,
      value:
        trap === null && code.result !== null
          ? BigInt.asUintN(code.bits, backEnd.readRegister(run.hart, code.result))
          : null,
      leaked: null,
      state: this.#harts.hart(run.hart).state,
    };
    if (trap !== null) this.#harts.trapped(this.#harts.hart(run.hart), trap);
    run.line++;
    const restarts = (trap !== null && placed.line !== null) || run.arrived;
    run.arrived = false;
    if (restarts) {
      backEnd.start(run.hart, { mode: run.mode, pc: run.entry + BigInt(placed.end) });
    }
    return { placed, actual };
  }

  /** A trap is the program's own when the scenario has set the vector of the mode that takes it. */
  #handles(hart: number, trap: Trap): boolean {
    const tvec = TVEC[trap.takenIn];
    return tvec !== undefined && this.#world.backEnd.peekCsr(hart, tvec) !== 0n;
  }

  #park(run: Run): void {
    this.#runs.delete(run.hart);
    this.#world.backEnd.park(run.hart);
    this.#harts.returned(this.#harts.hart(run.hart));
  }

  #actual(run: Run, trap: Trap | null, ended: 'end' | 'running'): Actual {
    return {
      origin: null,
      mode: run.mode,
      address: 0n,
      size: 0,
      trap,
      value: null,
      leaked: null,
      ended,
      state: this.#harts.hart(run.hart).state,
    };
  }
}

const isFetch = ({ cause }: Trap): boolean =>
  cause === 0 || cause === 1 || cause === 12 || cause === 20;

function lineOf({ program, line }: Run): PlacedLine {
  const placed = program.lines[line];
  if (placed === undefined) throw new CaseError(`program ${program.name} has no line ${line}`);
  return placed;
}

/** Where a run must come to be looked at next. */
function aim(run: Run): bigint {
  const { code, end } = lineOf(run);
  return code.jumps ? code.address : run.entry + BigInt(end);
}
