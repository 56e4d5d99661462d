/** Which lines are in effect in a scenario: file-wide ones, its own, and those of the fixtures it is given. */
import type { Cell, StatementOf } from '../syntax/ast.ts';
import type { Span } from '../span.ts';
import type { Line, Section } from './sections.ts';
import { didYouMean, type Accept } from '../report.ts';
import { type Bound, newScope, type Placed, type Scope } from './scope.ts';

export interface Fixture {
  readonly section: Section<StatementOf<'fixture'>>;
  /** Of the file that declares it. */
  readonly scope: Scope;
  used: boolean;
}

/** Fixtures that give fixtures multiply; beyond this a scenario is no longer one. */
const MOST_LINES = 20_000;
/** Fixtures in fixtures, files in files: a chain longer than this was made to hurt. */
export const DEEPEST = 64;

/** Collects lines in order, replacing each `given` by the lines of its fixture. */
export class Inliner {
  readonly placed: Placed[] = [];
  /** The `given` lines met on the way. */
  readonly givens: Placed[] = [];
  readonly #fixtures: ReadonlyMap<string, Fixture>;
  readonly #accept: Accept;
  readonly #open: string[] = [];
  #full = false;
  /** Whether some `given` names a fixture that does not exist, or lies too deep. */
  lacksFixture = false;

  constructor(fixtures: ReadonlyMap<string, Fixture>, accept: Accept) {
    this.#fixtures = fixtures;
    this.#accept = accept;
  }

  /** Puts `lines` in effect, read in `scope`. */
  add(lines: readonly Line[], scope: Scope): void {
    for (const line of lines) {
      const s = line.statement;
      if (s.kind === 'given') {
        this.givens.push({ line, scope, position: this.placed.length });
        this.#given(s, scope);
      } else if (s.kind === 'let') declareConstant(s, scope, this.#accept);
      else if (this.placed.length < MOST_LINES) {
        this.placed.push({ line, scope, position: this.placed.length });
      } else {
        return this.#tooLong(s.span);
      }
    }
  }

  #tooLong(span: Span): void {
    if (this.#full) return;
    this.#full = true;
    this.#accept('SDT424', span, `the scenario has more than ${MOST_LINES} lines`);
  }

  /** Enters a fixture as if it were given with these parameters. */
  enter(name: string, fixture: Fixture, parameters: ReadonlyMap<string, Bound>): void {
    this.#open.push(name);
    this.add(fixture.section.lines, newScope(fixture.scope, parameters));
    this.#open.pop();
  }

  #given(s: StatementOf<'given'>, scope: Scope): void {
    const name = s.fixture.text;
    const fixture = this.#fixtures.get(name);
    if (s.fixture.param || fixture === undefined) {
      this.lacksFixture = true;
      this.#accept('SDT223', s.fixture.span, `there is no fixture '${name}'`, {
        help: s.fixture.param
          ? 'a fixture is chosen by its name, not by a parameter'
          : didYouMean(name, this.#fixtures.keys()),
      });
      return;
    }
    fixture.used = true;
    if (this.#open.includes(name)) {
      this.#accept('SDT225', s.span, `the fixture '${name}' is given by itself`, {
        help: [...this.#open.slice(this.#open.indexOf(name)), name].join(' -> '),
      });
      return;
    }
    if (this.#open.length >= DEEPEST) {
      this.lacksFixture = true;
      this.#accept('SDT244', s.span, `fixtures are given by fixtures more than ${DEEPEST} deep`);
      return;
    }
    if (this.placed.length >= MOST_LINES) return this.#tooLong(s.span);
    this.enter(name, fixture, this.#arguments(s, fixture, scope));
  }

  /** Binds each parameter to what this use gives it, or to its default. */
  #arguments(s: StatementOf<'given'>, fixture: Fixture, scope: Scope): Map<string, Bound> {
    const bound = new Map<string, Bound>();
    const { params } = fixture.section.head;
    for (const { name, value } of s.args) {
      const param = params.find((candidate) => candidate.name.text === name.text);
      if (param === undefined) {
        this.#accept(
          'SDT224',
          name.span,
          `the fixture '${s.fixture.text}' has no parameter '${name.text}'`,
          {
            help:
              didYouMean(
                name.text,
                params.map((candidate) => candidate.name.text),
              ) ??
              (params.length === 0
                ? 'it takes none'
                : `it has: ${params.map((candidate) => candidate.name.text).join(', ')}`),
          },
        );
      } else if (bound.has(name.text)) {
        this.#accept('SDT224', name.span, `the parameter '${name.text}' is given twice`);
      } else bound.set(name.text, { cell: value, scope });
    }
    for (const { name, default: value } of params) {
      if (bound.has(name.text)) continue;
      if (value !== null) bound.set(name.text, { cell: value, scope: fixture.scope });
      else {
        this.#accept('SDT224', s.span, `the fixture '${s.fixture.text}' needs '${name.text}'`, {
          help: `write 'given ${s.fixture.text}(${name.text}: ...)'`,
          related: [{ span: name.span, message: 'this parameter has no default' }],
        });
        bound.set(name.text, { cell: nothing(s), scope });
      }
    }
    return bound;
  }
}

/** Stands for a missing argument: a number, so that the rest can be checked. */
function nothing(s: StatementOf<'given'>): Cell {
  const { span } = s;
  return {
    text: '0',
    hole: true,
    string: null,
    outcome: null,
    span,
  };
}

/** `let NAME = VALUE`: to the end of its section. */
export function declareConstant(s: StatementOf<'let'>, scope: Scope, accept: Accept): void {
  const name = s.name.text;
  for (let outer: Scope | null = scope; outer !== null; outer = outer.parent) {
    const first = outer.constants.get(name);
    if (first !== undefined && first.span !== s.name.span) {
      accept('SDT202', s.name.span, `'${name}' is declared twice`, {
        related: [{ span: first.span, message: 'first here' }],
      });
      return;
    }
  }
  scope.constants.set(name, { value: s.value, span: s.name.span });
}
