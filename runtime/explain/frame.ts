/** A source line with marks under it: what diagnostics and failures show of a script. */
import type { Span } from '../../dsl/index.ts';
import { characterWidth, printable } from './text-width.ts';

export interface Frame {
  /** The gutter and the source line: `  33 |   vault loads at key -> ok`. */
  readonly source: string;
  /** The gutter, and `^^^` under the span. */
  readonly carets: string;
  /** The gutter of a line that belongs to the frame but not to the source. */
  readonly gutter: string;
}

/** Columns that a tab advances to a multiple of. */
const TAB = 4;
/** Columns that a frame may take where no terminal says how many. */
const UNLIMITED = 160;
/** Columns kept in front of the span when the line has to be cut. */
const LEAD = 30;
/** UTF-16 units of a line that are looked at, whatever its length. */
const LONG = 2000;
const ELLIPSIS = '...';

/** Line `number` (1-based) of a text, without its line end; null when there is none. */
export function lineOf(text: string, number: number): string | null {
  let start = 0;
  for (let line = 1; line < number; line++) {
    const end = text.indexOf('\n', start);
    if (end < 0) return null;
    start = end + 1;
  }
  const end = text.indexOf('\n', start);
  return (end < 0 ? text.slice(start) : text.slice(start, end)).replace(/\r$/, '');
}

/** The frame of a span, or null when its line is not in the text. `columns`: of the terminal, if it is one. */
export function frame(text: string, span: Span, columns: number | null): Frame | null {
  const line = lineOf(text, span.line);
  if (line === null) return null;
  const number = String(span.line).padStart(4);
  const gutter = `${' '.repeat(number.length)} | `;
  const room = Math.max(40, (columns ?? UNLIMITED) - gutter.length);
  const drawn = draw(line, span.col - 1, Math.max(span.end - 1, span.col), room);
  return {
    source: `${number} | ${drawn.text}`.trimEnd(),
    carets: `${gutter}${' '.repeat(drawn.before)}${'^'.repeat(drawn.under)}`,
    gutter,
  };
}

interface Drawn {
  readonly text: string;
  /** Columns in front of the span, and of the span. */
  readonly before: number;
  readonly under: number;
}

/** The line as it appears, cut around the span `[from, to)` (in UTF-16 units) when it is too wide. */
function draw(line: string, from: number, to: number, room: number): Drawn {
  if (line.length > LONG) {
    const start = Math.max(0, from - LONG / 4);
    return draw(line.slice(start, start + LONG), from - start, to - start, room);
  }
  const cells = cellsOf(line);
  const start = columnOf(cells, from);
  const end = columnOf(cells, to);
  const width = columnOf(cells, line.length);
  const cut = width > room ? Math.max(0, Math.min(start - LEAD, width - room)) : 0;
  const lower = cut > 0 ? cut + ELLIPSIS.length : 0;
  const upper = width > cut + room ? cut + room - ELLIPSIS.length : Infinity;
  const shown = cells.filter((cell) => cell.column >= lower && cell.column + cell.width <= upper);
  const text =
    (cut > 0 ? ELLIPSIS : '') +
    // A wide character at the cut leaves a column free.
    ' '.repeat((shown[0]?.column ?? lower) - lower) +
    shown.map((cell) => cell.text).join('') +
    (upper === Infinity ? '' : ELLIPSIS);
  const before = start - cut;
  return { text, before, under: Math.max(1, Math.min(end - start, room - before)) };
}

interface Cell {
  readonly text: string;
  /** Index in the line, column from 0, columns taken. */
  readonly index: number;
  readonly column: number;
  readonly width: number;
}

function cellsOf(line: string): readonly Cell[] {
  const cells: Cell[] = [];
  let index = 0;
  let column = 0;
  for (const character of line) {
    const text = character === '\t' ? ' '.repeat(TAB - (column % TAB)) : printable(character);
    const width = character === '\t' ? text.length : characterWidth(text);
    cells.push({ text, index, column, width });
    index += character.length;
    column += width;
  }
  return cells;
}

/** The column of a UTF-16 index; past the end, as if blanks followed. */
function columnOf(cells: readonly Cell[], index: number): number {
  const cell = cells.find((candidate) => candidate.index >= index);
  if (cell !== undefined) return cell.column;
  const last = cells.at(-1);
  if (last === undefined) return index;
  return last.column + last.width + Math.max(0, index - last.index - last.text.length);
}
