/** One file with all that it uses: scenarios ready to expand, and everything that is wrong with them. */
import { checkScenario } from '../checks/check.ts';
import { FileStyle } from '../checks/style.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { Reading } from '../syntax/parse.ts';
import { type Accept, Findings } from '../report.ts';
import type { Source } from '../span.ts';
import type { Vocabulary } from '../vocabulary.ts';
import { type Cases, casesOf } from './cases.ts';
import { compileScenario } from './compile-scenario.ts';
import { type File, Gathering, hasCases, isFixture, type Load, type Titled } from './gathering.ts';
import { type Fixture, Inliner } from './inline.ts';
import { type Bound, type Constant, newScope } from './scope.ts';
import type { HeadedSection, Section } from './sections.ts';
import { ANY_WORD, brokenWords, lenient, withoutFixture } from './tolerance.ts';

export interface Document {
  readonly path: string;
  /** Of the file and of all files it uses, in file order. */
  readonly diagnostics: readonly Diagnostic[];
  readonly scenarios: readonly Cases[];
  /** Workloads: like scenarios, with the line `repeats`. */
  readonly measures: readonly Cases[];
  /** Every tag that a scenario has. */
  readonly tags: readonly string[];
}

/** Parses, resolves and checks a file. Never throws on what an author wrote. */
export function compile(source: Source, load: Load, vocabulary: Vocabulary): Document {
  const gathering = new Gathering(load);
  const file = gathering.begin(source, []);
  const reading = new Reading(source);
  const compiler = new FileCompiler(gathering, file, vocabulary);
  const { reader } = file;
  const inOrder = fixturesComeFirst(source.text);
  const waiting: HeadedSection[] = [];
  let settled = false;
  const take = (section: HeadedSection | null): void => {
    if (section === null) return;
    if (inOrder) compiler.add(section);
    else waiting.push(section);
  };
  // A scenario is compiled as soon as it is read, so that a large file is never in memory as a whole.
  for (const statement of reading.statements()) {
    take(reader.add(statement));
    if (inOrder && !settled && HEADS.has(statement.kind)) {
      gathering.settle(file);
      settled = true;
    }
  }
  const last = reader.end();
  if (!settled) gathering.settle(file);
  take(last);
  for (const section of waiting) if (isFixture(section)) compiler.add(section);
  for (const section of waiting) if (hasCases(section)) compiler.add(section);
  gathering.findings.list.push(...reading.diagnostics());
  return compiler.end();
}

/** What begins a section. */
const HEADS: ReadonlySet<string> = new Set(['fixture', 'scenario', 'measure']);

/** Whether all that scenarios may be given stands above the first of them. */
function fixturesComeFirst(text: string): boolean {
  const first = text.search(/^[ \t]*(?:scenario|measure)[ \t]+"/m);
  return first < 0 || !/^[ \t]*(?:fixture|use)\b/m.test(text.slice(first));
}

/** The sections of one file, one by one. */
class FileCompiler {
  readonly #gathering: Gathering;
  readonly #file: File;
  readonly #base: Base;
  readonly #scenarios: Cases[] = [];
  readonly #measures: Cases[] = [];
  readonly #titles = new Map<string, number>();
  readonly #findings = new Findings();
  readonly #fileFindings = new Findings();
  readonly #style = new FileStyle(this.#fileFindings.accept);
  #lacksFixture = false;

  constructor(gathering: Gathering, file: File, vocabulary: Vocabulary) {
    this.#gathering = gathering;
    this.#file = file;
    this.#base = {
      path: file.source.path,
      vocabulary,
      sources: gathering.sources,
      usedConstants: new Set<Constant>(),
      suite: null,
    };
  }

  /** Expects everything that a scenario is given to be there. */
  add(section: HeadedSection): void {
    if (isFixture(section)) this.#gathering.fixture(section, this.#file.scope);
    else if (hasCases(section)) this.#scenario(section);
  }

  #scenario(section: Section<Titled>): void {
    const title = section.head.title.value;
    const count = (this.#titles.get(title) ?? 0) + 1;
    this.#titles.set(title, count);
    // File-wide lines are read once per scenario, but their constants are declared once.
    const { wide, suite } = this.#file.reader;
    const scope = newScope(this.#file.scope);
    const inliner = new Inliner(this.#gathering.fixtures, this.#findings.accept);
    inliner.add(wide.lines, this.#file.scope);
    inliner.add(section.lines, scope);
    // What a fixture that is not there would have declared is not called unknown.
    const { accept } = this.#findings;
    const forgiving = inliner.lacksFixture ? withoutFixture(accept) : accept;
    this.#lacksFixture ||= inliner.lacksFixture;
    const scenario = compileScenario(
      {
        ...this.#base,
        suite: suite?.title.value ?? null,
        title,
        key: count === 1 ? title : `${title} (${count})`,
        span: section.head.span,
        measure: section.head.kind === 'measure',
        scope,
        axes: [...wide.axes, ...section.axes],
        placed: inliner.placed,
        givens: inliner.givens,
      },
      forgiving,
    );
    const only = checkScenario(scenario, forgiving);
    this.#style.add(section, scenario);
    (scenario.measure ? this.#measures : this.#scenarios).push(casesOf(scenario, only));
  }

  /** The document; the file is read to its end. */
  end(): Document {
    const { sources, fixtures, findings, lacksFile } = this.#gathering;
    const { path } = this.#file.source;
    checkUnusedFixtures(fixtures, this.#base, this.#findings.accept);
    this.#style.end(
      path,
      this.#file.reader.wide.lines,
      fixtures.values(),
      this.#base.usedConstants,
    );
    const all = new Findings();
    all.list.push(...findings.list);
    const syntaxErrors = findings.list.filter(({ code }) => code.startsWith('SDT1'));
    const accept =
      syntaxErrors.length === 0 && !lacksFile
        ? all.accept
        : lenient(all.accept, lacksFile ? ANY_WORD : brokenWords(syntaxErrors, sources));
    passOn(this.#findings, accept);
    passOn(this.#fileFindings, this.#lacksFixture ? withoutFixture(accept) : accept);
    return {
      path,
      diagnostics: inFileOrder(all.list, [...sources.keys()]),
      scenarios: this.#scenarios,
      measures: this.#measures,
      tags: [...new Set(this.#scenarios.flatMap((scenario) => scenario.tags))],
    };
  }
}

function passOn({ list }: Findings, accept: Accept): void {
  for (const { code, span, message, help, related } of list) {
    accept(code, span, message, {
      ...(help === undefined ? {} : { help }),
      ...(related === undefined ? {} : { related }),
    });
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
      measure: false,
      scope: newScope(fixture.scope),
      axes: [],
      placed: inliner.placed,
      givens: inliner.givens,
    };
    checkScenario(compileScenario(draft, accept), accept, true);
    fixture.used = false;
  }
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
