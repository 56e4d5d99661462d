/**
 * Programs that run: one per hart at most. Each line is judged when its last instruction has retired, or when it
 * trapped into software that the scenario does not own; the program then goes on with the next line.
 */
import type { PlanActor, PlanProgramLine } from '../../dsl/index.ts';
import type { Mode, Trap } from '../../emulator/index.ts';
import type { RunLimits, Stop } from '../back-end/execution.ts';
import type { Actual } from '../judge/actual.ts';
import type { Harts } from '../session/actors.ts';
import { CaseError } from '../session/case-error.ts';
import type { World } from '../session/world.ts';
import type { Marshalled } from '../firmware/marshal.ts';
import type { Driver, Heard, Watcher } from './driver.ts';
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
  /** The scenario has said that it need not come to its end. */
  asserted: boolean;
}

/** A program that stopped short of its last line. */
export interface Unfinished {
  readonly program: Program;
  /** The line that it did not come past. */
  readonly line: PlacedLine;
  /** `on hart 1`, `in vCPU 0 of guest`. */
  readonly where: string;
}

/** A line that has come to its end, for the judge. */
export interface LineEnd {
  readonly placed: PlacedLine;
  readonly actual: Actual;
}

const TVEC: Readonly<Record<string, string>> = { M: 'mtvec', S: 'stvec', VS: 'vstvec' };

/** Says whether a line of a program came out as written. */
export type Judge = (end: LineEnd) => boolean;

export class ProgramRuns implements Watcher {
  readonly #world: World;
  readonly #harts: Harts;
  readonly #driver: Driver;
  readonly #judge: Judge;
  readonly #runs = new Map<number, Run>();

  constructor(world: World, harts: Harts, driver: Driver, judge: Judge) {
    this.#world = world;
    this.#harts = harts;
    this.#driver = driver;
    this.#judge = judge;
    driver.watchers.push(this);
  }

  /** Whether a program runs on the hart: then it takes no steps. */
  has(hart: number): boolean {
    return this.#runs.has(hart);
  }

  start(actor: PlanActor, program: Program, at: bigint | null): Actual {
    const entry = at ?? program.base;
    if (entry === null) {
      throw new CaseError(`no region holds ${program.name}: 'region .. holds ${program.name}'`);
    }
    const hart = this.#harts.switchTo(actor);
    const mode = this.#world.mode(actor);
    hart.used = true;
    const run: Run = {
      program,
      hart: hart.id,
      mode,
      entry,
      line: 0,
      arrived: false,
      asserted: false,
    };
    clearRegisters(this.#world, hart.id);
    this.#world.backEnd.start(hart.id, { mode, pc: entry });
    this.#runs.set(hart.id, run);
    this.#begin(run);
    return this.#drive(run);
  }

  /** Goes on with the program on a hart for as long again. */
  resume(actor: PlanActor): Actual {
    const run = this.#runs.get(actor.hart);
    if (run === undefined) throw new CaseError(`no program runs on hart ${actor.hart}`);
    run.asserted = false;
    return this.#drive(run);
  }

  /** The scenario has said that the program on a hart need not come to its end. */
  assert(hart: number): void {
    const run = this.#runs.get(hart);
    if (run !== undefined) run.asserted = true;
  }

  /** Programs that have not come to their last line, and nobody has said why. */
  unfinished(): readonly Unfinished[] {
    return [...this.#runs.values()].flatMap((run) =>
      run.asserted || run.line >= run.program.lines.length - 1
        ? []
        : [{ program: run.program, line: lineOf(run), where: `on hart ${run.hart}` }],
    );
  }

  runs(line: PlanProgramLine): boolean {
    return [...this.#runs.values()].some((run) => run.program.lines[run.line]?.line === line);
  }

  until(): RunLimits['until'] {
    return [...this.#runs.values()].filter(isOpen).map((run) => {
      const place = { hart: run.hart, pc: aim(run) };
      // A guest that the program has entered may pass the same place.
      return lineOf(run).code.call === null ? place : { ...place, modes: [run.mode] };
    });
  }

  stops(hart: number, trap: Trap): boolean {
    return this.#runs.has(hart) && !this.#handles(hart, trap);
  }

  stopped({ hart, trap }: Stop): Heard | null {
    const run = hart === null ? undefined : this.#runs.get(hart);
    if (run === undefined) return null;
    const end = this.#ended(run, trap);
    if (!this.#judge(end) || (end.placed.line === null && end.actual.trap !== null)) {
      this.#park(run);
      return end.actual;
    }
    // Behind its last line there is nothing to execute.
    if (!isOpen(run)) this.#world.backEnd.park(run.hart);
    return 'on';
  }

  /** Lets every hart run until the program of `run` ends, fails, or has used up its budget. */
  #drive(run: Run): Actual {
    const heard = this.#driver.run(BUDGET, () => !isOpen(run));
    if (heard === 'running') {
      const standing = this.#driver.standing(run.hart);
      return { ...this.#actual(run, null, 'running'), standing };
    }
    if (heard !== 'done') return heard;
    this.#park(run);
    return this.#actual(run, null, 'end');
  }

  /** A line is about to run. */
  #begin(run: Run): void {
    const call = run.program.lines[run.line]?.code.call ?? null;
    if (call !== null) this.#world.firmware?.calls(run.hart, call);
  }

  /** The end of a line, which the program leaves behind. */
  #ended(run: Run, trap: Trap | null): LineEnd {
    const placed = lineOf(run);
    const { code } = placed;
    if (code.jumps && trap === null && !run.arrived) {
      run.arrived = true;
      const fetched = this.#driver.step(run.hart).trap;
      return this.#left(run, placed, fetched !== null && isFetch(fetched) ? fetched : null);
    }
    return this.#left(run, placed, trap);
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
      ...(code.call === null || trap !== null ? {} : this.#returned(run, code.call)),
    };
    if (trap !== null) this.#harts.trapped(this.#harts.hart(run.hart), trap);
    run.line++;
    const restarts = (trap !== null && placed.line !== null) || run.arrived;
    run.arrived = false;
    if (restarts) {
      backEnd.start(run.hart, { mode: run.mode, pc: run.entry + BigInt(placed.end) });
    }
    this.#begin(run);
    return { placed, actual };
  }

  /** What a call of the program gave. */
  #returned(run: Run, call: Marshalled): Pick<Actual, 'call'> {
    const result = this.#world.firmware?.returned(run.hart, call);
    return result === undefined ? {} : { call: result };
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

export const isFetch = ({ cause }: Trap): boolean =>
  cause === 0 || cause === 1 || cause === 12 || cause === 20;

const isOpen = ({ program, line }: Run): boolean => line < program.lines.length;

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
