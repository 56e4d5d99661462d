/** A flat list of statements -> sections: file-wide lines, fixtures, scenarios; `when` and program lines below theirs. */
import type { Cell, Statement, StatementOf } from '../syntax/ast.ts';
import { plural, type Accept } from '../report.ts';
import type { Span } from '../span.ts';
import { type Mentions, mentionsOf } from './mentions.ts';

/** A statement with the lines that hang below it. */
export class Line {
  readonly statement: Statement;
  /** Lines of a `program`. */
  readonly program: readonly Line[];
  #whens: WhenLine[] | null = null;
  #mentions: Mentions | null = null;

  constructor(statement: Statement, program: readonly Line[] = NO_LINES) {
    this.statement = statement;
    this.program = program;
  }

  /** `when` lines of a step, in order. */
  get whens(): readonly WhenLine[] {
    return this.#whens ?? NO_WHENS;
  }

  addWhen(when: WhenLine): void {
    (this.#whens ??= []).push(when);
  }

  /** Found out at the first question: most lines of a scenario without parameters are never asked. */
  get mentions(): Mentions {
    return (this.#mentions ??= mentionsOf(this.statement));
  }
}

export class WhenLine {
  readonly statement: StatementOf<'when'>;
  #mentions: Mentions | null = null;

  constructor(statement: StatementOf<'when'>) {
    this.statement = statement;
  }

  get mentions(): Mentions {
    return (this.#mentions ??= mentionsOf(this.statement));
  }
}

const NO_WHENS: readonly WhenLine[] = [];
const NO_LINES: readonly Line[] = [];

/** One `each` line, or the table: what a case number chooses a row of. */
export interface Axis {
  readonly names: readonly string[];
  readonly spans: readonly Span[];
  readonly rows: readonly (readonly Cell[])[];
  readonly table: boolean;
}

export interface Section<Head> {
  readonly head: Head;
  readonly lines: readonly Line[];
  readonly axes: readonly Axis[];
}

/** A fixture, a scenario or a measure with its lines. */
export type HeadedSection = Section<StatementOf<'fixture' | 'scenario' | 'measure'>>;

interface Draft<Head> {
  head: Head;
  lines: Line[];
  axes: Axis[];
}

type Heads = HeadedSection['head'] | null;

/** Sorts the statements of a file; one out of its place is reported (2xx) and left out. Never throws. */
export class SectionReader {
  suite: StatementOf<'suite'> | null = null;
  readonly uses: StatementOf<'use'>[] = [];
  readonly wide: Draft<null> = { head: null, lines: [], axes: [] };
  #section: Draft<Heads> = this.wide;
  #table: TableDraft | null = null;
  /** The step that a `when` line would belong to. */
  #last: Line | null = null;
  #program: Line[] | null = null;
  readonly #accept: Accept;

  constructor(accept: Accept) {
    this.#accept = accept;
  }

  /** Takes the next statement; the section above it when this is the head of another one. */
  add(statement: Statement): HeadedSection | null {
    const section = this.#section;
    if (statement.kind !== 'row') this.#closeTable();
    if (statement.kind !== 'when') this.#last = null;
    switch (statement.kind) {
      case 'suite':
        this.#title(statement);
        return null;
      case 'use':
        if (section !== this.wide) {
          this.#accept('SDT232', statement.span, "'use' stands before the first section");
        }
        this.uses.push(statement);
        return null;
      case 'fixture':
      case 'scenario':
      case 'measure':
        this.#section = { head: statement, lines: [], axes: [] };
        this.#program = null;
        return headed(section);
      case 'each':
        this.#each(statement, section);
        return null;
      case 'table':
        this.#begin(statement, section);
        return null;
      case 'row':
        if (this.#table === null) {
          this.#accept('SDT232', statement.span, "a row stands below 'table'");
        } else if (this.#table.header === null) this.#table.header = statement;
        else this.#table.rows.push(statement);
        return null;
      case 'when':
        if (this.#last === null) {
          const message = "'when' stands below the step whose outcome it replaces";
          this.#accept('SDT232', statement.span, message);
        } else this.#last.addWhen(new WhenLine(statement));
        return null;
      case 'program':
        section.lines.push(new Line(statement, (this.#program = [])));
        return null;
      case 'step':
        this.#step(statement, section);
        return null;
      default:
        this.#program = null;
        section.lines.push(new Line(statement));
        return null;
    }
  }

  /** The last section, when the file has come to its end. */
  end(): HeadedSection | null {
    this.#closeTable();
    return headed(this.#section);
  }

  #closeTable(): void {
    if (this.#table !== null) finishTable(this.#table, this.#section, this.#accept);
    this.#table = null;
  }

  #title(statement: StatementOf<'suite'>): void {
    if (this.suite === null) this.suite = statement;
    else {
      this.#accept('SDT232', statement.span, 'the suite has its title already', {
        related: [{ span: this.suite.span, message: 'the first title' }],
      });
    }
  }

  #each(statement: StatementOf<'each'>, section: Draft<Heads>): void {
    if (section.head?.kind === 'fixture') {
      this.#accept('SDT232', statement.span, 'an axis belongs to a scenario, not to a fixture', {
        help: 'give the fixture a parameter, and the scenario the axis',
      });
      return;
    }
    const names = [statement.axis.text];
    const spans = [statement.axis.span];
    const rows = statement.cells.map((cell) => [cell]);
    addAxis(section, { names, spans, rows, table: false }, this.#accept);
  }

  #begin(statement: StatementOf<'table'>, section: Draft<Heads>): void {
    if (section.head?.kind === 'fixture') {
      this.#accept('SDT232', statement.span, 'a table belongs to a scenario, not to a fixture');
    } else if (section.axes.some((axis) => axis.table)) {
      this.#accept('SDT232', statement.span, 'a scenario has one table', {
        help: "use 'each' for further axes",
      });
    }
    this.#table = { span: statement.span, header: null, rows: [] };
  }

  #step(statement: StatementOf<'step'>, section: Draft<Heads>): void {
    const line = new Line(statement);
    this.#last = line;
    if (statement.actor !== null) {
      this.#program = null;
      section.lines.push(line);
    } else if (this.#program !== null) this.#program.push(line);
    else {
      const message = 'a step names who acts, unless it is a program line';
      this.#accept('SDT232', statement.span, message, {
        help: "write the actor in front, or 'program NAME' above",
      });
    }
  }
}

function headed({ head, lines, axes }: Draft<Heads>): HeadedSection | null {
  return head === null ? null : { head, lines, axes };
}

interface TableDraft {
  readonly span: Span;
  header: StatementOf<'row'> | null;
  readonly rows: StatementOf<'row'>[];
}

function finishTable(table: TableDraft, section: Draft<Heads>, accept: Accept): void {
  const { header } = table;
  if (header === null || table.rows.length === 0) {
    accept('SDT232', table.span, 'a table has a line of column names and at least one row');
    if (header === null) return;
  }
  const rows: (readonly Cell[])[] = [];
  // In place of a row that is wrong stands one of holes, so that its columns are there all the same.
  const holes = header.cells.map((cell): Cell => ({ ...HOLE, span: cell.span }));
  if (table.rows.length === 0) rows.push(holes);
  for (const row of table.rows) {
    if (row.cells.length === header.cells.length) rows.push(row.cells);
    else {
      rows.push(holes);
      accept(
        'SDT233',
        row.span,
        `the row has ${plural(row.cells.length, 'cell')}, the table has ${plural(header.cells.length, 'column')}`,
        { related: [{ span: header.span, message: 'the columns' }] },
      );
    }
  }
  if (section.head?.kind === 'fixture' || section.axes.some((axis) => axis.table)) return;
  addAxis(
    section,
    {
      names: header.cells.map((cell) => cell.text),
      spans: header.cells.map((cell) => cell.span),
      rows,
      table: true,
    },
    accept,
  );
}

const HOLE = { text: '-', hole: true, string: null, outcome: null } as const;

function addAxis(section: Draft<Heads>, axis: Axis, accept: Accept): void {
  const seen = new Map<string, Span>();
  for (const other of section.axes) {
    other.names.forEach((name, i) => seen.set(name, other.spans[i]));
  }
  axis.names.forEach((name, i) => {
    const first = seen.get(name);
    if (first !== undefined) {
      accept('SDT235', axis.spans[i], `the parameter '${name}' is there already`, {
        related: [{ span: first, message: 'first here' }],
      });
    }
    seen.set(name, axis.spans[i]);
  });
  if (axis.rows.length > 0) section.axes.push(axis);
}
