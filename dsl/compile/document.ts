/** One file with all that it uses: scenarios ready to expand, and everything that is wrong with them. */
import type { StatementOf, Syntax } from '../ast.ts';
import { checkScenario, checkFile } from '../checks/check.ts';
import { compileScenario } from './compile-scenario.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { declareConstant, type Fixture, Inliner } from './inline.ts';
import { parse } from '../parse.ts';
import { type Accept, Findings } from '../report.ts';
import type { Scenario } from './scenario.ts';
import { type Bound, type Constant, newScope, type Scope } from './scope.ts';
import { type Section, type Sections, sectionsOf } from './sections.ts';
import type { Source } from '../span.ts';
import { ANY_WORD, brokenWords, lenient, withoutFixture } from './tolerance.ts';
import type { Vocabulary } from '../vocabulary.ts';

export interface Document {
  readonly path: string;
  /** Of the file and of all files it uses, in file order. */
  readonly diagnostics: readonly Diagnostic[];
  readonly scenarios: readonly Scenario[];
  /** Every tag that a scenario has. */
  readonly tags: readonly string[];
}

/** Finds the file that `use "path"` in the file `from` means; null when there is none. */
export type Load = (path: string, from: string) => Source | null;

interface File {
  readonly sections: Sections;
  readonly scope: Scope;
}

/** Parses, resolves and checks a file. Never throws on what an author wrote. */
export function compile(source: Source, load: Load, vocabulary: Vocabulary): Document {
  const gathering = new Gathering(load);
  const main = gathering.add(source, []);
  const { fixtures, sources, syntaxErrors } = gathering;
  const findings = new Findings();
  findings.list.push(...gathering.findings.list);
  const missing = gathering.findings.list.some(({ code }) => code === 'SDT226');
  const accept =
    syntaxErrors.length === 0 && !missing
      ? findings.accept
      : lenient(findings.accept, missing ? ANY_WORD : brokenWords(syntaxErrors, sources));

  const scenarios: Scenario[] = [];
  const titles = new Map<string, number>();
  let lacksFixture = false;
  const base = {
    path: source.path,
    vocabulary,
    sources,
    usedConstants: new Set<Constant>(),
    suite: main.sections.suite?.title.value ?? null,
  };
  // File-wide lines are read once per scenario, but their constants are declared once.
  const wideScope = main.scope;
  for (const section of main.sections.scenarios) {
    const title = section.head.title.value;
    const count = (titles.get(title) ?? 0) + 1;
    titles.set(title, count);
    const scope = newScope(wideScope);
    const inliner = new Inliner(fixtures, accept);
    inliner.add(main.sections.wide.lines, wideScope);
    inliner.add(section.lines, scope);
    // What a fixture that is not there would have declared is not called unknown.
    const forgiving = inliner.lacksFixture ? withoutFixture(accept) : accept;
    lacksFixture ||= inliner.lacksFixture;
    const scenario = compileScenario(
      {
        ...base,
        title,
        key: count === 1 ? title : `${title} (${count})`,
        span: section.head.span,
        scope,
        axes: [...main.sections.wide.axes, ...section.axes],
        placed: inliner.placed,
        givens: inliner.givens,
      },
      forgiving,
    );
    scenarios.push(scenario);
    checkScenario(scenario, forgiving);
  }
  checkUnusedFixtures(fixtures, base, accept);
  checkFile(main.sections, fixtures, scenarios, lacksFixture ? withoutFixture(accept) : accept);
  return {
    path: source.path,
    diagnostics: inFileOrder(findings.list, [...sources.keys()]),
    scenarios,
    tags: [...new Set(scenarios.flatMap((scenario) => scenario.tags))],
  };
}

/** Reads a file and all that it uses, each once. */
class Gathering {
  readonly fixtures = new Map<string, Fixture>();
  readonly sources = new Map<string, readonly string[]>();
  readonly syntaxErrors: Diagnostic[] = [];
  readonly findings = new Findings();
  readonly #files = new Map<string, File>();
  readonly #load: Load;
  readonly #accept: Accept = this.findings.accept;

  constructor(load: Load) {
    this.#load = load;
  }

  add(source: Source, open: readonly string[]): File {
    const { syntax, diagnostics } = parsed(source);
    this.sources.set(source.path, linesOf(source));
    this.findings.list.push(...diagnostics);
    for (const found of diagnostics) if (found.severity === 'error') this.syntaxErrors.push(found);
    const sections = sectionsOf(syntax, this.#accept);
    const file: File = { sections, scope: newScope(null) };
    this.#files.set(source.path, file);
    for (const use of sections.uses) this.#use(use, source, [...open, source.path], file);
    for (const line of sections.wide.lines) {
      if (line.statement.kind === 'let') {
        declareConstant(line.statement, file.scope, this.#accept);
      }
    }
    for (const section of sections.fixtures) this.#fixture(section, file.scope);
    return file;
  }

  #use(use: StatementOf<'use'>, from: Source, open: readonly string[], user: File): void {
    const source = this.#load(use.path.value, from.path);
    if (source === null) {
      this.#accept('SDT226', use.path.span, `there is no file '${use.path.value}'`, {
        help: 'the path is relative to this file',
      });
      return;
    }
    if (open.includes(source.path)) {
      this.#accept('SDT227', use.span, `'${use.path.value}' is used by itself`, {
        help: [...open.slice(open.indexOf(source.path)), source.path].join(' -> '),
      });
      return;
    }
    const file = this.#files.get(source.path) ?? this.add(source, open);
    // Constants of a used file are seen by its user.
    for (const [name, constant] of file.scope.constants) {
      if (!user.scope.constants.has(name)) user.scope.constants.set(name, constant);
    }
  }

  #fixture(section: Section<StatementOf<'fixture'>>, scope: Scope): void {
    const { name, params } = section.head;
    const first = this.fixtures.get(name.text);
    if (first !== undefined) {
      this.#accept('SDT202', name.span, `the fixture '${name.text}' is declared twice`, {
        related: [{ span: first.section.head.name.span, message: 'first here' }],
      });
      return;
    }
    const seen = new Set<string>();
    for (const param of params) {
      if (seen.has(param.name.text)) {
        this.#accept(
          'SDT202',
          param.name.span,
          `the parameter '${param.name.text}' is declared twice`,
        );
      }
      seen.add(param.name.text);
    }
    this.fixtures.set(name.text, { section, scope, used: false });
  }
}

type Base = {
  readonly path: string;
  readonly suite: string | null;
  readonly vocabulary: Vocabulary;
  readonly sources: ReadonlyMap<string, readonly string[]>;
  readonly usedConstants: Set<Constant>;
};

/** A fixture that no scenario of this file is given is checked by itself, with its defaults. */
function checkUnusedFixtures(
  fixtures: ReadonlyMap<string, Fixture>,
  base: Base,
  accept: Accept,
): void {
  for (const [name, fixture] of fixtures) {
    const { head } = fixture.section;
    if (fixture.used) continue;
    const bound = new Map<string, Bound>();
    for (const param of head.params) {
      if (param.default !== null) {
        bound.set(param.name.text, { cell: param.default, scope: fixture.scope });
      }
    }
    if (bound.size < head.params.length) continue;
    const inliner = new Inliner(fixtures, accept);
    inliner.enter(name, fixture, bound);
    const draft = {
      ...base,
      title: `fixture ${name}`,
      key: name,
      span: head.span,
      scope: newScope(fixture.scope),
      axes: [],
      placed: inliner.placed,
      givens: inliner.givens,
    };
    checkScenario(compileScenario(draft, accept), accept, true);
    fixture.used = false;
  }
}

const parses = new WeakMap<Source, { syntax: Syntax; diagnostics: readonly Diagnostic[] }>();

/** A library that many files use is parsed once, as long as its loader hands out the same `Source`. */
function parsed(source: Source): { syntax: Syntax; diagnostics: readonly Diagnostic[] } {
  let known = parses.get(source);
  if (known === undefined) {
    known = parse(source);
    parses.set(source, known);
  }
  return known;
}

function linesOf(source: Source): readonly string[] {
  const text = source.text.startsWith('\ufeff') ? source.text.slice(1) : source.text;
  return text.split(/\r\n|\n|\r/);
}

function inFileOrder(list: readonly Diagnostic[], files: readonly string[]): Diagnostic[] {
  const rank = new Map(files.map((file, i) => [file, i]));
  return [...list].sort(
    (a, b) =>
      (rank.get(a.span.file) ?? 0) - (rank.get(b.span.file) ?? 0) ||
      a.span.line - b.span.line ||
      a.span.col - b.span.col,
  );
}
