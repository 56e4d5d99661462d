/** 5xx: what is legal, and hardly meant: things nobody uses, titles used twice, scenarios that assert nothing. */
import type { Outcome, Statement, StatementOf } from '../syntax/ast.ts';
import type { Fixture } from '../compile/inline.ts';
import type { Line, Section } from '../compile/sections.ts';
import type { Constant } from '../compile/scope.ts';
import type { Scenario } from '../compile/scenario.ts';
import type { Accept } from '../report.ts';
import type { Span } from '../span.ts';
import type { ScenarioCheck } from './case-view.ts';

/** `error` alone says little where each refusal of the call has its error. */
export const checkBareErrors: ScenarioCheck = (scenario, accept) => {
  const { calls } = scenario.vocabulary;
  const visit = (line: Line): void => {
    const s = line.statement;
    if (s.kind === 'step' && s.action.do === 'calls' && s.outcome !== null) {
      const parts = s.action.callee.text.split('.');
      const call = calls.get(parts.at(-2) ?? '')?.functions.get(parts.at(-1) ?? '');
      if (call?.hasOpenErrors === false) reportBare(s.outcome, accept);
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

interface Named {
  readonly name: string;
  readonly span: Span;
  used: boolean;
}

/** What can only be said of a file as a whole; looks at one scenario at a time, and keeps little of it. */
export class FileStyle {
  readonly #accept: Accept;
  readonly #titles = new Map<string, Span>();
  /** Heads of scenarios that do not say what they cover. */
  readonly #uncovered: Span[] = [];
  #scenarios = 0;
  /** Scenarios and measures. */
  #sections = 0;
  /** Regions that several scenarios may see, and those that nothing has used. */
  readonly #regions = new Map<Statement, Named>();

  constructor(accept: Accept) {
    this.#accept = accept;
  }

  /** Takes the next scenario of the file, once it is checked. */
  add({ head, lines }: Section<StatementOf<'scenario' | 'measure'>>, scenario: Scenario): void {
    this.#sections++;
    if (!scenario.measure) {
      this.#scenarios++;
      if (scenario.covers.length === 0) this.#uncovered.push(head.span);
    }
    this.#title(head.title.value, head.title.span);
    this.#noteRegions(scenario);
    reportUnusedConstants(lines, scenario.usedConstants, this.#accept);
  }

  /** Reports what only the end of the file decides; `path` is the file, `wide` its first lines. */
  end(
    path: string,
    wide: readonly Line[],
    fixtures: Iterable<Fixture>,
    used: ReadonlySet<Constant>,
  ): void {
    if (this.#uncovered.length < this.#scenarios) {
      // Where some scenarios of a file say what they cover, the others probably forgot.
      for (const span of this.#uncovered) {
        this.#accept('SDT504', span, "the scenario does not say what it 'covers'", {
          help: 'the others of this file do',
        });
      }
    }
    for (const { name, span, used: isUsed } of this.#regions.values()) {
      if (!isUsed && span.file === path) {
        this.#accept('SDT501', span, `nothing uses the region '${name}'`);
      }
    }
    for (const { section, used: isUsed } of fixtures) {
      const { name, span } = section.head;
      if (span.file !== path) continue;
      checkFixtureParameters(section, this.#accept);
      if (isUsed || this.#sections === 0) continue;
      this.#accept('SDT502', name.span, `no scenario is given the fixture '${name.text}'`);
    }
    if (this.#sections > 0) reportUnusedConstants(wide, used, this.#accept);
  }

  #title(title: string, span: Span): void {
    const first = this.#titles.get(title);
    if (first === undefined) this.#titles.set(title, span);
    else {
      this.#accept('SDT503', span, 'another scenario of this file has the same title', {
        related: [{ span: first, message: 'this one' }],
      });
    }
  }

  /** A region of a fixture is unused only when no scenario of the file uses it. */
  #noteRegions(scenario: Scenario): void {
    for (const { name, span, used, placed } of scenario.names.values()) {
      const statement = placed?.line.statement;
      // What a region holds is there whether or not its name is used.
      if (statement?.kind !== 'region' || statement.holds !== null) continue;
      const known = this.#regions.get(statement);
      if (known !== undefined) known.used ||= used;
      else if (!used || placed?.scope !== scenario.scope) {
        this.#regions.set(statement, { name, span, used });
      }
    }
  }
}

function reportUnusedConstants(
  lines: readonly Line[],
  used: ReadonlySet<Constant>,
  accept: Accept,
): void {
  const lets = lines.flatMap(({ statement }) => (statement.kind === 'let' ? [statement] : []));
  if (lets.length === 0) return;
  const spans = new Set([...used].map(({ span }) => span));
  for (const { name } of lets) {
    if (!spans.has(name.span)) {
      accept('SDT501', name.span, `nothing uses the constant '${name.text}'`);
    }
  }
}

/** A parameter that no line of its fixture mentions changes nothing. */
function checkFixtureParameters(
  { head, lines }: Section<StatementOf<'fixture'>>,
  accept: Accept,
): void {
  if (head.params.length === 0) return;
  const mentioned = new Set(lines.flatMap((line) => allMentions(line)));
  for (const { name } of head.params) {
    if (mentioned.has(name.text)) continue;
    accept('SDT220', name.span, `the fixture '${head.name.text}' does not use '${name.text}'`);
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
