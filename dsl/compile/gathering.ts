/** The files that a document is made of: what they declare for all, each read once. */
import type { StatementOf } from '../syntax/ast.ts';
import { parse, type Parsed } from '../syntax/parse.ts';
import { type Accept, Findings } from '../report.ts';
import type { Source } from '../span.ts';
import { declareConstant, DEEPEST, type Fixture } from './inline.ts';
import { newScope, type Scope } from './scope.ts';
import { type HeadedSection, type Section, SectionReader } from './sections.ts';

/** Finds the file that `use "path"` in the file `from` means; null when there is none. */
export type Load = (path: string, from: string) => Source | null;

/** One file, as far as it is read. */
export interface File {
  readonly source: Source;
  readonly reader: SectionReader;
  readonly scope: Scope;
  /** Paths of the files that use this one, itself last. */
  readonly open: readonly string[];
}

export class Gathering {
  readonly fixtures = new Map<string, Fixture>();
  /** Lines of each file, in the order in which they were first met. */
  readonly sources = new Map<string, readonly string[]>();
  /** Of the lines by themselves, and of how files and fixtures hang together. */
  readonly findings = new Findings();
  /** Whether some `use` names a file that is not there, or lies too deep. */
  lacksFile = false;
  readonly #files = new Map<string, File>();
  readonly #load: Load;
  readonly #accept: Accept = this.findings.accept;

  constructor(load: Load) {
    this.#load = load;
  }

  /** Begins a file; `open`: those that use it. */
  begin(source: Source, open: readonly string[]): File {
    const reader = new SectionReader(this.#accept);
    const file: File = {
      source,
      reader,
      scope: newScope(null),
      open: [...open, source.path],
    };
    this.#files.set(source.path, file);
    this.sources.set(source.path, linesOf(source));
    return file;
  }

  /** Takes in what stands above the first section: files it uses and its constants. */
  settle(file: File): void {
    for (const use of file.reader.uses) this.#use(use, file);
    for (const { statement } of file.reader.wide.lines) {
      if (statement.kind === 'let') declareConstant(statement, file.scope, this.#accept);
    }
  }

  #use(use: StatementOf<'use'>, user: File): void {
    const source = this.#load(use.path.value, user.source.path);
    if (source === null) {
      this.lacksFile = true;
      this.#accept('SDT226', use.path.span, `there is no script '${use.path.value}'`, {
        help: 'the path is relative to this file, and ends in .sdt',
      });
      return;
    }
    const { open } = user;
    if (open.includes(source.path)) {
      this.#accept('SDT227', use.span, `'${use.path.value}' is used by itself`, {
        help: [...open.slice(open.indexOf(source.path)), source.path].join(' -> '),
      });
      return;
    }
    const known = this.#files.get(source.path);
    if (known === undefined && open.length > DEEPEST) {
      this.lacksFile = true;
      this.#accept('SDT244', use.span, `scripts use scripts more than ${DEEPEST} deep`);
      return;
    }
    const file = known ?? this.#library(source, open);
    // Constants of a used file are seen by its user.
    for (const [name, constant] of file.scope.constants) {
      if (!user.scope.constants.has(name)) user.scope.constants.set(name, constant);
    }
  }

  /** Reads a file that is used: of its sections, the fixtures count. */
  #library(source: Source, open: readonly string[]): File {
    const file = this.begin(source, open);
    const sections: (HeadedSection | null)[] = [];
    const { syntax, diagnostics } = parsed(source);
    for (const statement of syntax.statements) sections.push(file.reader.add(statement));
    sections.push(file.reader.end());
    this.findings.list.push(...diagnostics);
    this.settle(file);
    for (const section of sections) {
      if (section !== null && isFixture(section)) this.fixture(section, file.scope);
    }
    return file;
  }

  /** Declares a fixture. */
  fixture(section: Section<StatementOf<'fixture'>>, scope: Scope): void {
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

export function isFixture(section: HeadedSection): section is Section<StatementOf<'fixture'>> {
  return section.head.kind === 'fixture';
}

/** A scenario or a measure: what has cases. */
export function hasCases(section: HeadedSection): section is Section<Titled> {
  return section.head.kind !== 'fixture';
}

export type Titled = StatementOf<'scenario' | 'measure'>;

function linesOf(source: Source): readonly string[] {
  const text = source.text.startsWith('\ufeff') ? source.text.slice(1) : source.text;
  return text.split(/\r\n|\n|\r/);
}

const parses = new WeakMap<Source, Parsed>();

/** A library that many files use is parsed once, as long as its loader hands out the same `Source`. */
function parsed(source: Source): Parsed {
  let known = parses.get(source);
  if (known === undefined) {
    known = parse(source);
    parses.set(source, known);
  }
  return known;
}
