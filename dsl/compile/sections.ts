/** A flat list of statements -> sections: file-wide lines, fixtures, scenarios; `when` and program lines below theirs. */
import type { Cell, Statement, StatementOf, Syntax } from '../ast.ts';
import { plural, type Accept } from '../report.ts';
import type { Span } from '../span.ts';
import { type Mentions, mentionsOf } from './mentions.ts';

/** A statement with the lines that hang below it. */
export class Line {
  readonly statement: Statement;
  /** `when` lines of a step, in order. */
  readonly whens: readonly WhenLine[];
  /** Lines of a `program`. */
  readonly program: readonly Line[];
  #mentions: Mentions | null = null;

  constructor(
    statement: Statement,
    whens: readonly WhenLine[] = NO_WHENS,
    program: readonly Line[] = NO_LINES,
  ) {
    this.statement = statement;
    this.whens = whens;
    this.program = program;
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
/** Stands for the list of a step that no `when` line follows. */
const NEVER_FILLED: WhenLine[] = [];

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

export interface Sections {
  readonly path: string;
  readonly suite: StatementOf<'suite'> | null;
  readonly uses: readonly StatementOf<'use'>[];
  readonly wide: Section<null>;
  readonly fixtures: readonly Section<StatementOf<'fixture'>>[];
  readonly scenarios: readonly Section<StatementOf<'scenario'>>[];
}

interface Draft<Head> {
  head: Head;
  lines: Line[];
  axes: Axis[];
}

type Heads = StatementOf<'fixture'> | StatementOf<'scenario'> | null;

/** Never throws; a line out of its place is reported (2xx) and left out. */
export function sectionsOf(syntax: Syntax, accept: Accept): Sections {
  let suite: StatementOf<'suite'> | null = null;
  const uses: StatementOf<'use'>[] = [];
  const wide: Draft<null> = { head: null, lines: [], axes: [] };
  const fixtures: Draft<StatementOf<'fixture'>>[] = [];
  const scenarios: Draft<StatementOf<'scenario'>>[] = [];
  let section: Draft<Heads> = wide;
  let table: TableDraft | null = null;
  let last: WhenLine[] | null = null;
  let program: Line[] | null = null;

  const closeTable = (): void => {
    if (table !== null) finishTable(table, section, accept);
    table = null;
  };

  for (let at = 0; at < syntax.statements.length; at++) {
    const statement = syntax.statements[at];
    if (statement.kind !== 'row') closeTable();
    if (statement.kind !== 'when') last = null;
    switch (statement.kind) {
      case 'suite':
        if (suite !== null) {
          accept('SDT232', statement.span, 'the suite has its title already', {
            related: [{ span: suite.span, message: 'the first title' }],
          });
        } else suite = statement;
        continue;
      case 'use':
        if (section !== wide) {
          accept('SDT232', statement.span, "'use' stands before the first section");
        }
        uses.push(statement);
        continue;
      case 'fixture':
        fixtures.push((section = { head: statement, lines: [], axes: [] }));
        program = null;
        continue;
      case 'scenario':
        scenarios.push((section = { head: statement, lines: [], axes: [] }));
        program = null;
        continue;
      case 'each':
        if (section.head?.kind === 'fixture') {
          accept('SDT232', statement.span, 'an axis belongs to a scenario, not to a fixture', {
            help: 'give the fixture a parameter, and the scenario the axis',
          });
          continue;
        }
        addAxis(
          section,
          {
            names: [statement.axis.text],
            spans: [statement.axis.span],
            rows: statement.cells.map((cell) => [cell]),
            table: false,
          },
          accept,
        );
        continue;
      case 'table':
        if (section.head?.kind === 'fixture') {
          accept('SDT232', statement.span, 'a table belongs to a scenario, not to a fixture');
        } else if (section.axes.some((axis) => axis.table)) {
          accept('SDT232', statement.span, 'a scenario has one table', {
            help: "use 'each' for further axes",
          });
        }
        table = { span: statement.span, header: null, rows: [] };
        continue;
      case 'row':
        if (table === null) {
          accept('SDT232', statement.span, "a row stands below 'table'");
        } else if (table.header === null) table.header = statement;
        else table.rows.push(statement);
        continue;
      case 'when':
        if (last === null) {
          accept(
            'SDT232',
            statement.span,
            "'when' stands below the step whose outcome it replaces",
          );
        } else last.push(new WhenLine(statement));
        continue;
      case 'program': {
        program = [];
        section.lines.push(new Line(statement, NO_WHENS, program));
        continue;
      }
      default: {
        // A step whose next line is no `when` needs no list of its own.
        const next = syntax.statements[at + 1];
        last = statement.kind !== 'step' ? null : next?.kind === 'when' ? [] : NEVER_FILLED;
        const line = new Line(statement, last ?? NO_WHENS);
        if (statement.kind === 'step' && statement.actor === null) {
          if (program === null) {
            accept('SDT232', statement.span, 'a step names who acts, unless it is a program line', {
              help: "write the actor in front, or 'program NAME' above",
            });
          } else program.push(line);
          continue;
        }
        program = null;
        section.lines.push(line);
      }
    }
  }
  closeTable();
  return { path: syntax.path, suite, uses, wide, fixtures, scenarios };
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
