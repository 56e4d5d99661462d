/** 2xx, 4xx: a measure has one line `repeats` with work below it, which declares nothing; scenarios have none. */
import type { Outcome, StatementOf } from '../syntax/ast.ts';
import type { Line } from '../compile/sections.ts';
import type { Scenario } from '../compile/scenario.ts';
import type { Accept } from '../report.ts';
import type { ScenarioCheck } from './case-view.ts';

/** What is there once, and stays: it belongs above the rounds. */
const DECLARING: ReadonlySet<string> = new Set([
  'machine',
  'region',
  'image',
  'domain',
  'space',
  'actor',
  'iommu',
  'device',
  'tvm',
  'program',
]);

export const checkMeasure: ScenarioCheck = (scenario, accept) => {
  if (scenario.measure) inMeasure(scenario, accept);
  else {
    for (const { line } of scenario.placed) {
      const s = line.statement;
      if (s.kind !== 'repeats') continue;
      accept('SDT232', s.span, "'repeats' belongs to a measure, a scenario runs once", {
        help: "write 'measure' for 'scenario', or drop the line",
      });
    }
  }
};

function inMeasure(scenario: Scenario, accept: Accept): void {
  let rounds: StatementOf<'repeats'> | null = null;
  let works = false;
  for (const { line } of scenario.placed) {
    const s = line.statement;
    if (s.kind === 'repeats') {
      if (rounds !== null) {
        accept('SDT426', s.span, "a measure has one line 'repeats'", {
          related: [{ span: rounds.span, message: 'the first one' }],
        });
      }
      rounds = s;
    } else if (s.kind === 'covers') {
      accept('SDT232', s.span, "'covers' belongs to a scenario: a measure decides no rule");
    } else if (s.kind === 'machine') reportModel(s, accept);
    if (rounds === null || s === rounds) continue;
    works ||= s.kind === 'step';
    if (DECLARING.has(s.kind)) {
      accept('SDT232', s.span, `'${s.kind}' stands above 'repeats': what it makes stays`, {
        related: [{ span: rounds.span, message: 'the rounds begin here' }],
      });
    }
    reportCosts(line, accept);
  }
  if (rounds === null) {
    accept('SDT426', scenario.span, 'the measure does not say what it repeats', {
      help: "put 'repeats N' above the steps of a round",
    });
  } else if (!works) {
    accept('SDT426', rounds.span, 'there is no step below this line to repeat');
  }
}

/** The models that are compared come from the command line. */
function reportModel({ properties }: StatementOf<'machine'>, accept: Accept): void {
  for (const { name, span } of properties) {
    if (name.text !== 'model') continue;
    accept('SDT232', span, 'a measure is run under each model that is compared', {
      help: 'leave the model out; \'skip ".." when model is ..\' leaves one out',
    });
  }
}

/** The counts of a round are what is looked for, not what is said before. */
function reportCosts(line: Line, accept: Accept): void {
  const s = line.statement;
  const outcomes = [
    ...(s.kind === 'step' && s.outcome !== null ? [s.outcome] : []),
    ...line.whens.map((when) => when.statement.outcome),
  ];
  for (const outcome of outcomes) reportCosting(outcome, accept);
}

function reportCosting({ alternatives }: Outcome, accept: Accept): void {
  for (const { clauses } of alternatives) {
    for (const clause of clauses) {
      if (clause.kind !== 'costing') continue;
      accept('SDT413', clause.span, "'costing' belongs to a scenario: rounds are counted anyway");
    }
  }
}
