/**
 * One case on one machine: plan -> calls of a back end -> outcomes -> a result.
 * Read this first: what a scenario means is decided here and in the files named in the order of a case -
 * platform.ts (the machine asked for), build/ (set-up lines), actors.ts (who runs), steps.ts (what it does), judge.ts.
 */
import type { Plan, PlanLine } from '../../dsl/index.ts';
import type { RuleId } from '../../emulator/index.ts';
import { MODELS } from '../../emulator/index.ts';
import type { BackEnd } from '../back-end/back-end.ts';
import { lacksTvms } from '../firmware/life-cycle.ts';
import { needsFirmware } from '../firmware/needs.ts';
import { CaseRun } from './case-run.ts';
import type { Ended } from './ended.ts';
import { isAboutTable } from '../isolation/about-table.ts';
import { holds } from './conditions.ts';
import { type Files, NO_FILES } from './files.ts';
import { isLater, type Refusal, type Setup, setupOf } from './platform.ts';
import type { CaseResult, Failure } from './results.ts';
import { type Variation, variationName } from './variation.ts';

/**
 * Runs a case and judges it. Never throws for what a scenario can do wrong; the milliseconds are the caller's to
 * fill in. A back end that cannot tell what a clause asks (`because`, `costing`) turns an otherwise green case
 * into a skip that says so.
 */
export function runCase(
  plan: Plan,
  backEnd: BackEnd,
  variation: Variation,
  files: Files = NO_FILES,
): CaseResult {
  const setup = setupFor(plan, variation);
  const refusal = 'platform' in setup ? refusalOf(plan, backEnd, setup) : setup;
  if (refusal !== null || !('platform' in setup)) {
    const why = refusal ?? { status: 'error' as const, reason: 'no platform' };
    return result(plan, variation, { ...NOTHING_DONE, status: why.status, reason: why.reason }, []);
  }
  const run = new CaseRun(plan, backEnd, setup, variation, files);
  let ended = run.run(null);
  const failure = plan.knownFailures.find(({ when }) => holds(when, setup.facts));
  if (failure !== undefined) ended = knownFailure(plan, ended, failure.why);
  else if (ended.status === 'fail' && backEnd.capabilities.traces) {
    const again = new CaseRun(plan, backEnd, setup, variation, files);
    ended = withWalk(ended, again.run(ended.line, Infinity, ended.within));
  }
  return result(plan, variation, ended, backEnd.capabilities.rules ? backEnd.fired() : []);
}

const NOTHING_DONE: Ended = {
  status: 'pass',
  reason: null,
  failures: [],
  witnesses: [],
  costs: [],
  steps: 0,
  line: 0,
  within: null,
  walk: [],
  firmware: [],
};

/** Setups by what their machine lines ask, per variation: most cases of a run share a few. */
const derived = new WeakMap<Variation, Map<string, Setup | Refusal>>();
/** The machine lines asked about last, which many cases in a row share. */
let last: {
  readonly plan: Plan;
  readonly variation: Variation;
  readonly setup: Setup | Refusal;
} | null = null;

/** The setup of a plan under a variation, or why there is none. */
export function setupFor(plan: Plan, variation: Variation): Setup | Refusal {
  const { machine, xlen } = plan;
  if (last?.plan.machine === machine && last.plan.xlen === xlen && last.variation === variation) {
    return last.setup;
  }
  let known = derived.get(variation);
  if (known === undefined) {
    known = new Map<string, Setup | Refusal>();
    derived.set(variation, known);
  }
  const key = machineKey(plan);
  let setup = known.get(key);
  if (setup === undefined) {
    if (known.size >= REMEMBERED) known.clear();
    known.set(key, (setup = setupOf(machine, xlen, variation)));
  }
  last = { plan, variation, setup };
  return setup;
}

/** Setups of one variation that are kept. */
const REMEMBERED = 1000;

/** Equal for plans that ask for the same machine. */
function machineKey({ machine, xlen }: Plan): string {
  let key = `${xlen} ${machine.without.join()}`;
  for (const { name, values, at } of machine.properties) {
    key += `;${name} ${values.join(' ')}`;
    if (at !== null) key += `@${at.base}+${at.size}`;
  }
  return key;
}

/** Why a case is not run at all: the author's `skip`, then what the machine, the bench or the back end lacks. */
export function refusalOf(
  plan: Plan,
  backEnd: BackEnd,
  { platform, facts, model }: Setup,
): Refusal | null {
  for (const { why, when } of plan.skips) {
    if (holds(when, facts)) return { status: 'skip', reason: why };
  }
  for (const { feature, when } of plan.requires) {
    if (!holds(when, facts)) continue;
    if (isLater(feature)) return { status: 'skip', reason: `not modelled yet: ${feature}` };
    if (facts.get(feature) === 'no') return { status: 'skip', reason: `requires ${feature}` };
  }
  const { isolation } = MODELS[model];
  if (isolation === 'gstage' && !plan.lines.some(isHost)) {
    return { status: 'skip', reason: `${model} serves a domain called 'host', and there is none` };
  }
  if ((isolation === 'gstage' || isolation === 'pmp') && isAboutTable(plan)) {
    return { status: 'skip', reason: `about the protection table, which ${model} has not` };
  }
  const tvms = lacksTvms(plan, model);
  if (tvms !== null) return { status: 'skip', reason: tvms };
  for (const line of plan.lines) {
    const why = unmodelled(line);
    if (why !== null) return { status: 'skip', reason: `not modelled yet: ${why}` };
  }
  const { caching, execution, faults, firmware } = backEnd.capabilities;
  if (!firmware && needsFirmware(plan, model)) {
    return { status: 'skip', reason: `${backEnd.name} runs no firmware` };
  }
  if (!execution && plan.lines.some(executes)) {
    return { status: 'skip', reason: `${backEnd.name} executes no instructions` };
  }
  if (!caching.includes(platform.caching)) {
    return { status: 'skip', reason: `${backEnd.name} has no caching policy ${platform.caching}` };
  }
  if (platform.faults.length > 0 && !faults) {
    return { status: 'skip', reason: `${backEnd.name} cannot plant faults` };
  }
  return null;
}

const isHost = (line: PlanLine): boolean => line.kind === 'domain' && line.name === 'host';

/** What a line asks for that no machine here has; null: nothing. */
function unmodelled(line: PlanLine): string | null {
  if (line.kind === 'unmodelled') return line.why;
  if (line.kind === 'program') {
    for (const { action } of line.lines) if (action.do === 'unmodelled') return action.why;
  }
  return line.kind === 'step' && line.action.do === 'unmodelled' ? line.action.why : null;
}

/** Whether a line makes a hart execute instructions. */
function executes(line: PlanLine): boolean {
  return line.kind === 'step' && EXECUTING.has(line.action.do);
}

const EXECUTING: ReadonlySet<string> = new Set(['execute', 'run', 'continue', 'wait']);

function knownFailure(plan: Plan, ended: Ended, why: string): Ended {
  if (ended.status === 'fail') return { ...ended, status: 'known failure', reason: why };
  if (ended.status !== 'pass') return ended;
  const failure: Failure = {
    span: plan.span,
    message: `a known failure passed: ${why}`,
    expected: 'a failure',
    actual: 'every step went as written',
    because: null,
    rule: null,
    walk: [],
    kind: 'unexpected pass',
  };
  return { ...ended, status: 'unexpected pass', reason: why, failures: [failure] };
}

function withWalk(ended: Ended, { walk }: Ended): Ended {
  return { ...ended, failures: ended.failures.map((failure) => ({ ...failure, walk })) };
}

let named: { readonly variation: Variation; readonly name: string } | null = null;

function nameOf(variation: Variation): string {
  if (named?.variation !== variation) named = { variation, name: variationName(variation) };
  return named.name;
}

function result(
  plan: Plan,
  variation: Variation,
  ended: Ended,
  fired: readonly RuleId[],
): CaseResult {
  return {
    id: plan.id,
    file: plan.file,
    line: plan.span.line,
    suite: plan.suite,
    title: plan.title,
    tags: plan.tags,
    status: ended.status,
    reason: ended.reason,
    failures: ended.failures,
    covers: plan.covers,
    fired,
    witnesses: ended.witnesses,
    costs: ended.costs,
    steps: ended.steps,
    milliseconds: 0,
    variation: nameOf(variation),
  };
}
