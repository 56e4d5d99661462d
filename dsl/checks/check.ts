/** Runs every check over a scenario: names and kinds first, then layout, meaning and style on sampled cases. */
import { caseAt, conditionsOf, resolveLine } from '../compile/expand.ts';
import { rowCount, type Scenario } from '../compile/scenario.ts';
import type { Accept } from '../report.ts';
import { checkAddressSpaces, checkAlignment, checkCosts, checkRawRegisters } from './attempts.ts';
import {
  type CaseCheck,
  type CaseView,
  onlyCase,
  sampledCases,
  type ScenarioCheck,
} from './case-view.ts';
import { checkConditions } from './conditions.ts';
import { checkClauses, checkDenied, checkVerdicts } from './expectations.ts';
import { checkLeaves } from './leaves.ts';
import {
  checkCount,
  checkFeatures,
  checkOpenRules,
  checkOrder,
  checkParameters,
  checkTitle,
  checkRules,
  checkTags,
} from './limits.ts';
import { checkMeasure } from './measures.ts';
import { checkUnwritten } from './memory.ts';
import { checkRegions } from './regions.ts';
import { checkPageTables, checkSdids, checkSharing } from './sharing.ts';
import { checkStaleness } from './staleness.ts';
import { checkAsserts, checkBareErrors } from './style.ts';
import { checkIommus, checkSwallowed } from './tables.ts';

const SCENARIO_CHECKS: readonly ScenarioCheck[] = [
  checkRules,
  checkTags,
  checkFeatures,
  checkOrder,
  checkOpenRules,
  checkConditions,
  checkClauses,
  checkBareErrors,
];

/** What holds of scenarios only, not of a fixture looked at by itself. */
const WHOLE_SCENARIO_CHECKS: readonly ScenarioCheck[] = [
  checkCount,
  checkTitle,
  checkAsserts,
  checkMeasure,
];

/** Checks of lines one by one: they hold whatever else is wrong. */
const LINE_CHECKS: readonly CaseCheck[] = [
  checkLeaves,
  checkVerdicts,
  checkAlignment,
  checkAddressSpaces,
];

/** Checks of lines together: a line that could not be resolved, or a region out of its place, would mislead them. */
const ORDER_CHECKS: readonly CaseCheck[] = [
  checkSharing,
  checkPageTables,
  checkSdids,
  checkStaleness,
  checkUnwritten,
  checkDenied,
  checkCosts,
  checkRawRegisters,
  checkSwallowed,
  checkIommus,
];

/** Combinations of rows that are looked at one by one; beyond, each row of each axis once. */
const EVERY_CASE_UP_TO = 64;

/**
 * Checks a scenario; the one case that it has when it has no axes, null otherwise. `fixture`: a fixture looked at by
 * itself, which has no title and asserts nothing.
 */
export function checkScenario(
  scenario: Scenario,
  accept: Accept,
  fixture = false,
): CaseView | null {
  for (const check of SCENARIO_CHECKS) check(scenario, accept);
  if (!fixture) for (const check of WHOLE_SCENARIO_CHECKS) check(scenario, accept);
  if (rowCount(scenario) === 0) return null;
  let broken = false;
  const resolving: Accept = (...finding) => {
    broken = true;
    accept(...finding);
  };
  const only = scenario.axes.length === 0 ? onlyCase(scenario, resolving) : null;
  if (only === null) resolveAll(scenario, resolving);
  const views = only === null ? sampledCases(scenario) : [only];
  for (const view of views) {
    checkRegions(view, resolving);
    for (const check of LINE_CHECKS) check(view, accept);
    if (!broken) for (const check of ORDER_CHECKS) check(view, accept);
  }
  // A misspelt parameter leaves another one unused: that is one mistake.
  if (!fixture && !broken) checkParameters(scenario, accept);
  return only;
}

/** Resolves every line for every combination of the rows it hangs on: what fails to resolve is reported. */
function resolveAll(scenario: Scenario, accept: Accept): void {
  const axes = scenario.axes.length;
  for (const rows of scenario.frames.samples(axes, EVERY_CASE_UP_TO)) {
    caseAt(scenario, rows, accept);
  }
  for (const line of scenario.lines) {
    for (const rows of line.slots.samples(axes, EVERY_CASE_UP_TO)) {
      const c = caseAt(scenario, rows, accept);
      line.slots.set(rows, resolveLine(line, c));
    }
  }
  conditionsOf(scenario, caseAt(scenario, new Array<number>(axes).fill(0), accept));
}
