/** The lines of one case, in file order, on one back end: set-up is built, steps are executed and judged. */
import type {
  Plan,
  PlanAction,
  PlanActor,
  PlanOutcome,
  PlanProgramLine,
  Span,
  Value,
} from '../../dsl/index.ts';
import type { Profile } from '../../emulator/index.ts';
import type { Actual, Costs } from '../judge/actual.ts';
import { Instructions } from '../execute/instruction.ts';
import { Driver } from '../execute/driver.ts';
import { type LineEnd, ProgramRuns } from '../execute/program-runs.ts';
import { Firmware } from '../firmware/firmware.ts';
import { isSetUp } from '../firmware/needs.ts';
import { firmwareSteps } from '../firmware/steps.ts';
import { Harts } from './actors.ts';
import { type Files, NO_FILES } from './files.ts';
import type { BackEnd } from '../back-end/back-end.ts';
import { buildLine } from '../build/lines.ts';
import { startMachine } from '../build/start.ts';
import { CaseError, CaseSkip } from './case-error.ts';
import type { Ended, Observed } from './ended.ts';
import { asksForCosts, countersOf, describeCosts } from './costs.ts';
import { holds } from './conditions.ts';
import { describe } from '../judge/describe.ts';
import { History } from './history.ts';
import { judge, type Judgement } from '../judge/judge.ts';
import type { MatchContext } from '../judge/match.ts';
import { platformOf, type Setup } from './platform.ts';
import type { Failure, ShownStep, Status, StepCost, Witness } from './results.ts';
import { type AttemptAction, mayBeDenied, type StepLine, Steps } from './steps.ts';
import { seedOf } from './random.ts';
import { type CheckLine, looks } from './look.ts';
import { type Measurement, Rounds } from './rounds.ts';
import { saysRunning, unfinishedFailure } from './unfinished.ts';
import { hex } from '../explain/text-width.ts';
import type { Variation } from './variation.ts';
import { World } from './world.ts';

export class CaseRun implements MatchContext {
  readonly reasons: boolean;
  readonly zeroTval: boolean;
  readonly profile: Profile;
  readonly world: World;
  readonly harts: Harts;
  /** What the rounds of a workload counted; null: it is none, or has not come to its end. */
  measured: Measurement | null = null;
  readonly #rounds = new Rounds();
  readonly #plan: Plan;
  readonly #backEnd: BackEnd;
  readonly #setup: Setup;
  readonly #steps: Steps;
  readonly #instructions: Instructions;
  readonly #driver: Driver;
  readonly #firmware: Firmware | null;
  readonly #programs: ProgramRuns;
  readonly #budget: number;
  readonly #unchecked = new Set<string>();
  readonly #witnesses: Witness[] = [];
  readonly #costs: StepCost[] = [];
  #failures: Failure[] = [];
  #done = 0;
  #traced: number | null = null;
  #within: PlanProgramLine | null = null;
  #failed: PlanProgramLine | null = null;
  #line = 0;
  #walk: readonly ShownStep[] = [];
  #firmwareSteps: readonly string[] = [];
  #observed: Observed | null = null;

  constructor(
    plan: Plan,
    backEnd: BackEnd,
    setup: Setup,
    variation: Variation,
    files: Files = NO_FILES,
  ) {
    this.#plan = plan;
    this.#backEnd = backEnd;
    this.#setup = setup;
    this.#budget = variation.steps;
    const platform = platformOf(setup, seedOf(plan.id, variation.seed), plan);
    this.world = new World(plan, backEnd, setup, platform, files);
    this.harts = new Harts(this.world);
    this.#steps = new Steps(this.world, this.harts);
    this.#instructions = new Instructions(this.world, this.harts);
    const driver = (this.#driver = new Driver(this.world));
    const { areas } = this.world;
    this.#firmware =
      areas === null ? null : new Firmware(this.world, this.harts, driver, areas, this.#judgeLine);
    this.world.firmware = this.#firmware;
    this.#programs = new ProgramRuns(this.world, this.harts, driver, this.#judgeLine);
    this.reasons = backEnd.capabilities.reasons;
    this.zeroTval = platform.tval === 'zero';
    this.profile = setup.firmware.tsm.profile;
  }

  resolve(value: Value): bigint {
    return this.world.resolve(value);
  }

  /** Of the traced line, once it has run. */
  get observed(): Observed | null {
    return this.#observed;
  }

  /**
   * Runs the case up to its first failure or to the end of `last`; `traced`: the line whose memory references
   * are wanted, `within`: of the program that it runs, those of this line. Lines are indices into the plan.
   */
  run(traced: number | null, last = Infinity, within: PlanProgramLine | null = null): Ended {
    this.#traced = traced;
    this.#within = within;
    const history = traced === null ? null : (this.world.history = new History(this.world));
    try {
      const refused = this.#backEnd.reset(this.world.platform);
      if (refused !== null) return this.#end('skip', refused);
      startMachine(this.world);
      for (const region of this.#plan.regions) {
        if (region.holds !== null) this.#backEnd.fill(region.base, region.size, region.holds);
      }
      const { lines } = this.#plan;
      for (let k = 0; k < lines.length && k <= last; k = this.#rounds.next(k, lines.length)) {
        const line = lines[k];
        if (line === undefined) continue;
        this.#line = k;
        if (this.#firmware !== null && !isSetUp(line)) this.#firmware.boot();
        history?.begin(line);
        if (line.kind === 'step') this.#step(line);
        else if (line.kind === 'check') this.#check(line);
        else if (line.kind === 'tvm') this.#ask().build(line);
        else if (line.kind === 'repeats')
          this.#rounds.begin(k, line.rounds, this.#backEnd.counts());
        else buildLine(this.world, this.harts, line);
        if (line.kind === 'grant' || line.kind === 'revoke') this.#firmware?.rightsChanged(line);
        history?.end();
        if (this.#failures.length > 0) return this.#end('fail', null);
      }
      this.measured = this.#rounds.measured(() => this.#backEnd.counts());
      if (last === Infinity) this.#flagUnfinished();
      if (this.#failures.length > 0) return this.#end('fail', null);
    } catch (error) {
      return this.#stopped(error);
    }
    if (this.#unchecked.size === 0) return this.#end('pass', null);
    const what = [...this.#unchecked].join(' and ');
    return this.#end('skip', `all else holds, but ${this.#backEnd.name} cannot tell ${what}`);
  }

  #end(status: Status, reason: string | null): Ended {
    return {
      status,
      reason,
      failures: this.#failures,
      witnesses: this.#witnesses,
      costs: this.#costs,
      steps: this.#done,
      line: this.#line,
      within: this.#failed,
      walk: this.#walk,
      firmware: this.#firmwareSteps,
    };
  }

  #stopped(error: unknown): Ended {
    if (error instanceof CaseSkip) return this.#end('skip', error.message);
    const isKnown = error instanceof Error && CASE_ERRORS.has(error.name);
    if (!(error instanceof CaseError) && !isKnown) throw error;
    const span = error instanceof CaseError ? error.span : null;
    const { file, line, col } = span ?? this.#plan.lines[this.#line]?.span ?? this.#plan.span;
    return this.#end('error', `${file}:${line}:${col}: ${error.message}`);
  }

  #step(line: StepLine): void {
    const { actor } = line;
    if (!('mode' in actor)) throw new CaseSkip('not modelled yet: devices');
    const outcome = this.#outcomeOf(line);
    const asksCosts = asksForCosts(outcome);
    const counted = asksCosts && this.#backEnd.capabilities.counts;
    const before = counted ? this.#backEnd.counts() : null;
    const tracing = this.#traced === this.#line;
    // A program is traced line by line: all of it would be too much.
    const { action } = line;
    const runs = action.do === 'run' || action.do === 'continue';
    if (tracing && (runs || this.#within !== null)) this.#driver.traced = this.#within;
    else if (tracing) this.#backEnd.trace(true);
    const { actual, judgement: first } = this.#perform(line, actor, outcome);
    let judgement = first;
    if (tracing) {
      const walk = this.#backEnd.takeTrace();
      this.#walk = this.world.history?.show(actor.hart, walk) ?? [];
      this.#firmwareSteps = firmwareSteps(this.#backEnd, this.#plan, this.profile);
      this.#backEnd.trace(false);
    }
    let costs: Costs | null = null;
    if (before !== null) {
      costs = this.#steps.costs(actor, before, this.#backEnd.counts());
      this.#noteCosts(line.span, outcome, costs);
      if (judgement.message === null) judgement = judge(outcome, actual, costs, this);
    } else if (asksCosts) this.#unchecked.add('costs');
    if (this.#failures.length > 0) return;
    const shown = tracing && this.#within === null;
    this.#settle(outcome, actual, judgement, costs, everyOf(line) !== null, shown);
    if (saysRunning(outcome, judgement.chosen)) {
      this.#programs.assert(actor.hart);
      this.#firmware?.guests.assertOn(actor.hart);
    }
  }

  /** The one attempt, or those of `every`, up to the first that does not agree; costs are judged later. */
  #perform(
    { action }: StepLine,
    actor: PlanActor,
    outcome: PlanOutcome,
  ): { readonly actual: Actual; readonly judgement: Judgement } {
    if (action.do !== 'attempt') {
      this.#spend();
      const actual = this.#instruction(actor, action);
      // A program whose line came out otherwise has said so already.
      if (this.#failures.length > 0) return { actual, judgement: AS_WRITTEN };
      return { actual, judgement: judge(outcome, actual, null, this) };
    }
    if (this.#programs.has(actor.hart)) {
      throw new CaseError(`hart ${actor.hart} runs a program: only 'continues' can follow there`);
    }
    const suspicious = mayBeDenied(outcome);
    const { every } = action.address;
    const first = this.resolve(action.address.at);
    const step = every === null ? 1n : this.resolve(every.step);
    const extent = every === null ? 1n : this.resolve(every.of.size);
    if (step <= 0n) throw new CaseError('`every` needs a step of at least one byte');
    for (let offset = 0n; ;) {
      this.#spend();
      const actual = this.#steps.attempt(actor, action, first + offset, suspicious);
      const judgement = judge(outcome, actual, null, this);
      offset += step;
      if (judgement.message !== null || offset >= extent) return { actual, judgement };
      if (this.#traced === this.#line) this.#backEnd.takeTrace();
      this.#witness(outcome, actual, judgement);
    }
  }

  #instruction(actor: PlanActor, action: Exclude<PlanAction, AttemptAction>): Actual {
    const goesOn = action.do === 'continue' || action.do === 'run';
    if (!goesOn && this.#programs.has(actor.hart)) {
      throw new CaseError(`hart ${actor.hart} runs a program: only 'continues' can follow there`);
    }
    switch (action.do) {
      case 'fence':
        return this.#steps.fence(actor, action);
      case 'csr read':
      case 'csr write':
        return this.#steps.csr(actor, action);
      case 'execute':
        return this.#instructions.execute(actor, action);
      case 'wait':
        return this.#instructions.execute(actor, { do: 'execute', code: 'wfi', registers: [] });
      case 'run': {
        const program = this.world.programs.get(action.program);
        if (program === undefined) throw new CaseError(`program ${action.program} stands below`);
        const at = action.at === null ? null : this.resolve(action.at.at);
        return this.#programs.start(actor, program, at);
      }
      case 'continue':
        return this.#firmware?.inside(actor.hart)
          ? this.#firmware.resume(actor)
          : this.#programs.resume(actor);
      case 'call':
        return this.#ask().perform(actor, action);
      case 'run tvm':
        return this.#ask().runTvm(actor, action);
      case 'unmodelled':
        throw new CaseSkip(`not modelled yet: ${action.why}`);
    }
  }

  /** Programs that were started, and that the scenario left without a word. */
  #flagUnfinished(): void {
    const [first] = [...this.#programs.unfinished(), ...(this.#firmware?.unfinished() ?? [])];
    if (first === undefined) return;
    this.#failed = first.line.line;
    this.#failures.push(unfinishedFailure(first, this.#plan.span));
  }

  #ask(): Firmware {
    if (this.#firmware === null) throw new CaseSkip('not modelled yet: the IOMMU');
    return this.#firmware;
  }

  /** Whether a line of a program came out as written. */
  readonly #judgeLine = ({ placed: { line }, actual }: LineEnd): boolean => {
    if (line === null) return true;
    this.#spend();
    const outcome = this.#outcomeOf(line);
    const judgement = judge(outcome, actual, null, this);
    const shown = this.#traced === this.#line && this.#within === line;
    this.#settle(outcome, actual, judgement, null, false, shown);
    if (judgement.message !== null) this.#failed = line;
    return judgement.message === null;
  };

  #check(line: CheckLine): void {
    for (const actual of looks(this.world, line)) {
      this.#spend();
      const judgement = judge(line.outcome, actual, null, this);
      const shown = this.#traced === this.#line;
      this.#settle(line.outcome, actual, judgement, null, line.every !== null, shown);
      if (judgement.message !== null) return;
    }
  }

  /** The outcome of the last `when` line that matches, else that of the step. */
  #outcomeOf(line: Pick<StepLine, 'outcome' | 'whens'>): PlanOutcome {
    for (let k = line.whens.length - 1; k >= 0; k--) {
      const when = line.whens[k];
      if (when !== undefined && holds(when.when, this.#setup.facts)) return when.outcome;
    }
    return line.outcome;
  }

  #spend(): void {
    if (++this.#done > this.#budget) {
      throw new CaseError(`the case made more than ${this.#budget} attempts`);
    }
  }

  /** Binds captures and notes what was chosen, or fails the case. */
  #settle(
    outcome: PlanOutcome,
    actual: Actual,
    judgement: Judgement,
    costs: Costs | null,
    repeated: boolean,
    shown: boolean,
  ): void {
    const { trap } = actual;
    if (shown) {
      this.#observed = {
        expected: outcome.text,
        actual: describe(actual, this.reasons),
        message: judgement.message,
        rule: trap?.rule ?? null,
        state: trap === null ? (actual.state ?? null) : null,
      };
    }
    if (judgement.message === null) {
      this.#witness(outcome, actual, judgement);
      const name = outcome.alternatives[judgement.chosen]?.as ?? null;
      if (name !== null && actual.value !== null) this.world.captures.set(name, actual.value);
      return;
    }
    const got = describe(actual, this.reasons);
    this.#failures.push({
      span: outcome.span,
      message: repeated ? `at ${hex(actual.address)}: ${judgement.message}` : judgement.message,
      expected: outcome.text,
      actual: costs === null || trap !== null ? got : `${got} ${describeCosts(outcome, costs)}`,
      because: trap !== null && this.reasons ? trap.because : null,
      rule: trap?.rule ?? null,
      walk: [],
      kind: 'outcome',
    });
  }

  /** Sets and open outcomes are reported with what the machine chose. */
  #witness(outcome: PlanOutcome, actual: Actual, judgement: Judgement): void {
    for (const what of judgement.unchecked) this.#unchecked.add(what);
    const { alternatives, span } = outcome;
    if (alternatives.length === 1 && !outcome.unspecified) return;
    const open = alternatives.length === 0;
    const last = this.#witnesses.at(-1);
    // Attempts of `every` that chose alike are one witness.
    if (!open && last?.span === span && last.chosen === judgement.chosen) return;
    const members = open ? [describe(actual, false)] : alternatives.map(({ text }) => text);
    this.#witnesses.push({ span, members, chosen: open ? 0 : judgement.chosen });
  }

  #noteCosts(span: Span, outcome: PlanOutcome, costs: Costs): void {
    const named: Record<string, number> = {};
    for (const counter of countersOf(outcome)) named[counter] = costs[counter] ?? 0;
    this.#costs.push({ line: span.line, costs: named });
  }
}

/** Errors of the machine that are the case's: memory that it used up, firmware that went wrong. */
const CASE_ERRORS: ReadonlySet<string> = new Set(['ArenaFull', 'FirmwareFault']);

/** Nothing to complain about. */
const AS_WRITTEN: Judgement = { message: null, chosen: 0, unchecked: [] };

function everyOf({ action }: StepLine): unknown {
  return action.do === 'attempt' ? action.address.every : null;
}
