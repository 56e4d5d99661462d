/** 5xx: what is legal, and hardly meant: things nobody uses, titles used twice, scenarios that assert nothing. */
import type { Outcome, Statement } from '../ast.ts';
import type { Fixture } from '../compile/inline.ts';
import type { Line, Sections } from '../compile/sections.ts';
import type { Scenario } from '../compile/scenario.ts';
import type { Accept } from '../report.ts';
import type { Span } from '../span.ts';
import type { ScenarioCheck } from './case-view.ts';

/** `error` alone says little where the catalogue of the call has codes. */
export const checkBareErrors: ScenarioCheck = (scenario, accept) => {
  const { calls } = scenario.vocabulary;
  const visit = (line: Line): void => {
    const s = line.statement;
    if (s.kind === 'step' && s.action.do === 'calls' && s.outcome !== null) {
      const parts = s.action.callee.text.split('.');
      const space = calls.get(parts.at(-2) ?? '');
      if (space !== undefined && space.errors.length > 0) reportBare(s.outcome, accept);
    }
    for (const inner of line.program) visit(inner);
  };
  for (const { line } of scenario.placed) visit(line);
};

function reportBare(outcome: Outcome, accept: Accept): void {
  for (const { verdict, span } of outcome.alternatives) {
    if (verdict.kind !== 'error' || verdict.name !== null) continue;
    accept('SDT505', span, "'error' accepts any error of this call", {
      help: "name the code: '-> error invalid_param'",
    });
  }
}

/** A scenario that attempts and checks nothing passes whatever the machine does. */
export const checkAsserts: ScenarioCheck = (scenario, accept) => {
  const asserts = scenario.placed.some(
    ({ line }) => line.statement.kind === 'step' || line.statement.kind === 'check',
  );
  if (!asserts) {
    accept('SDT506', scenario.span, 'the scenario attempts nothing and checks nothing', {
      help: "add a step, for example 'host loads at key -> load access fault'",
    });
  }
};

/** Checks that need the whole file. */
export function checkFileStyle(
  sections: Sections,
  fixtures: ReadonlyMap<string, Fixture>,
  scenarios: readonly Scenario[],
  accept: Accept,
): void {
  checkTitles(sections, accept);
  checkCovers(sections, scenarios, accept);
  checkUnusedRegions(sections, scenarios, accept);
  checkFixtureParameters(sections, accept);
  if (scenarios.length === 0) return;
  for (const { head } of sections.fixtures) {
    if (fixtures.get(head.name.text)?.used !== false) continue;
    accept('SDT502', head.name.span, `no scenario is given the fixture '${head.name.text}'`);
  }
  checkUnusedConstants(sections, scenarios, accept);
}

function checkTitles(sections: Sections, accept: Accept): void {
  const seen = new Map<string, Span>();
  for (const { head } of sections.scenarios) {
    const title = head.title.value;
    const first = seen.get(title);
    if (first === undefined) seen.set(title, head.title.span);
    else {
      accept('SDT503', head.title.span, 'another scenario of this file has the same title', {
        related: [{ span: first, message: 'this one' }],
      });
    }
  }
}

/** Where some scenarios of a file say what they cover, the others probably forgot. */
function checkCovers(sections: Sections, scenarios: readonly Scenario[], accept: Accept): void {
  if (!scenarios.some((scenario) => scenario.covers.length > 0)) return;
  scenarios.forEach((scenario, i) => {
    if (scenario.covers.length > 0) return;
    accept(
      'SDT504',
      sections.scenarios[i].head.span,
      "the scenario does not say what it 'covers'",
      {
        help: 'the others of this file do',
      },
    );
  });
}

/** A region of a fixture is unused only when no scenario of the file uses it. */
function checkUnusedRegions(
  sections: Sections,
  scenarios: readonly Scenario[],
  accept: Accept,
): void {
  const used = new Map<Statement, { readonly name: string; readonly span: Span; used: boolean }>();
  for (const scenario of scenarios) {
    for (const declared of scenario.names.values()) {
      const statement = declared.placed?.line.statement;
      if (statement?.kind !== 'region' || declared.span.file !== sections.path) continue;
      // What a region holds is there whether or not its name is used.
      if (statement.holds !== null) continue;
      const known = used.get(statement);
      if (known !== undefined) known.used ||= declared.used;
      else used.set(statement, { name: declared.name, span: declared.span, used: declared.used });
    }
  }
  for (const { name, span, used: isUsed } of used.values()) {
    if (!isUsed) accept('SDT501', span, `nothing uses the region '${name}'`);
  }
}

function checkUnusedConstants(
  sections: Sections,
  scenarios: readonly Scenario[],
  accept: Accept,
): void {
  // One set serves all scenarios of a file.
  const used = new Set([...(scenarios[0]?.usedConstants ?? [])].map(({ span }) => span));
  for (const { lines } of [sections.wide, ...sections.scenarios]) {
    for (const { statement: s } of lines) {
      if (s.kind === 'let' && !used.has(s.name.span)) {
        accept('SDT501', s.name.span, `nothing uses the constant '${s.name.text}'`);
      }
    }
  }
}

/** A parameter that no line of its fixture mentions changes nothing. */
function checkFixtureParameters(sections: Sections, accept: Accept): void {
  for (const { head, lines } of sections.fixtures) {
    if (head.params.length === 0) continue;
    const mentioned = new Set(lines.flatMap((line) => allMentions(line)));
    for (const { name } of head.params) {
      if (mentioned.has(name.text)) continue;
      accept('SDT220', name.span, `the fixture '${head.name.text}' does not use '${name.text}'`);
    }
  }
}

function allMentions(line: Line): readonly string[] {
  const conditions = line.whens.flatMap((when) => [
    ...when.mentions.params,
    ...when.mentions.names,
  ]);
  return [
    ...line.mentions.params,
    ...line.mentions.names,
    ...conditions,
    ...line.program.flatMap(allMentions),
  ];
}
