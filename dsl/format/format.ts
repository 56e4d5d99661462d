/** Canonical text: what `sdt fmt` writes. Comments stay, meaning stays, only blanks and numerals change. */
import type { IToken } from 'chevrotain';
import type { Diagnostic } from '../diagnostics.ts';
import { blocks, type Block, type Island, type Piece, SECTIONS } from './blocks.ts';
import { canonicalNumeral, formatSize, parseNumeral } from '../syntax/numbers.ts';
import { parse } from '../syntax/parse.ts';
import type { Source } from '../span.ts';
import { joinTokens } from './spacing.ts';
import { Arrow, Bar, K, Numeral, Operator } from '../syntax/tokens.ts';

/** 0-based; fixed, so that editing one line never moves its neighbours. */
const ARROW_COLUMN = 51;

export interface Formatted {
  /** The canonical text; with errors the text as it stood. */
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** The canonical text of a file; one with a syntax error is left as it stands. */
export function format(source: Source): Formatted {
  const { syntax, diagnostics } = parse(source);
  if (diagnostics.length > 0) return { text: source.text, diagnostics };
  const lines: string[] = [];
  const list = blocks(source.text, syntax.statements);
  const tables = columns(list);
  list.forEach((block, at) => {
    if (needsBlank(list, at) && lines.length > 0 && lines.at(-1) !== '') lines.push('');
    if (block.kind === 'blank') {
      if (lines.length > 0 && lines.at(-1) !== '') lines.push('');
    } else if (block.kind === 'comment') {
      lines.push(indent(block.depth) + block.text);
    } else {
      lines.push(
        ...(block.statement === 'row' ? row(block, tables.get(block) ?? []) : island(block)),
      );
    }
  });
  while (lines.at(-1) === '') lines.pop();
  return { text: `${lines.join('\n')}\n`, diagnostics };
}

/** Whether a section begins here, with the comments that stand directly above it. */
function needsBlank(list: readonly Block[], at: number): boolean {
  if (list[at]?.kind === 'blank' || list[at - 1]?.kind === 'comment') return false;
  let next = at;
  while (list[next]?.kind === 'comment') next++;
  const block = list[next];
  return block?.kind === 'island' && SECTIONS.has(block.statement);
}

function indent(depth: number): string {
  return ' '.repeat(depth);
}

function island({ pieces, depth, statement }: Island): string[] {
  let rewriting = !CELLS.has(statement);
  return pieces.map((piece, at) => {
    const margin = indent(at === 0 ? depth : Math.max(4, depth + 2));
    const { tokens } = piece;
    const arrow = tokens.findIndex((token) => token.tokenType === Arrow);
    const image = (token: IToken, index: number): string =>
      rewriting ? numeral(tokens, index) : token.image;
    if (arrow < 0) return withComment(margin + joinTokens(tokens, image), piece);
    const left = margin + joinTokens(tokens.slice(0, arrow), image);
    if (AXES.has(statement)) rewriting = true;
    const right = joinTokens(tokens.slice(arrow), (token, index) => image(token, arrow + index));
    if (arrow === 0) return withComment(margin + right, piece);
    const padded = at === 0 ? left.padEnd(ARROW_COLUMN - 1) : left;
    return withComment(`${padded} ${right}`, piece);
  });
}

/** Statements whose numerals are cells, which are text. */
const CELLS: ReadonlySet<string> = new Set([
  'each',
  'given',
  'fixture',
  'when',
  'requires',
  'skip',
  'known failure',
]);

/** Of those, the ones whose outcome behind `->` is no cell. */
const AXES: ReadonlySet<string> = new Set(['when']);

function withComment(text: string, { comment }: Piece): string {
  if (comment === null) return text;
  return text.trim() === '' ? text + comment : `${text}  ${comment}`;
}

/** A numeral as it is written canonically in its place. */
function numeral(tokens: readonly IToken[], at: number): string {
  const token = tokens[at];
  if (token.tokenType !== Numeral) return token.image;
  const before = tokens[at - 1]?.tokenType;
  const isSize = before === K.size || before === K.aligned;
  const value = parseNumeral(token.image);
  if (isSize && typeof value === 'bigint' && tokens[at + 1]?.tokenType !== Operator) {
    const size = formatSize(value);
    if (/[KMGT]$/.test(size)) return size;
  }
  return canonicalNumeral(token.image);
}

/* ── tables ───────────────────────────────────────────────────────────────────────────────── */

/** The cells of a row as text. */
function cells({ pieces }: Island): string[] {
  const texts: string[] = [];
  let cell: IToken[] = [];
  const [, ...tokens] = pieces.flatMap((piece) => piece.tokens);
  for (const token of tokens) {
    if (token.tokenType === Bar) {
      texts.push(joinTokens(cell));
      cell = [];
    } else cell.push(token);
  }
  return texts;
}

/** The widths of the columns, for every row of every table. */
function columns(list: readonly Block[]): ReadonlyMap<Island, readonly number[]> {
  const widths = new Map<Island, number[]>();
  let current: number[] | null = null;
  for (const block of list) {
    if (block.kind !== 'island') continue;
    if (block.statement !== 'row') {
      current = null;
      continue;
    }
    const table: number[] = (current ??= []);
    cells(block).forEach((text, column) => {
      table[column] = Math.max(table[column] ?? 0, text.length);
    });
    widths.set(block, table);
  }
  return widths;
}

/** A row on one line; comments from inside it go above. */
function row(block: Island, widths: readonly number[]): string[] {
  const padded = cells(block).map((text, column) => text.padEnd(widths[column] ?? 0));
  const margin = indent(block.depth);
  const last = block.pieces.at(-1) as Piece;
  const inner = block.pieces
    .slice(0, -1)
    .flatMap(({ comment }) => (comment === null ? [] : [comment]));
  const text = `${margin}| ${padded.join(' | ')} |`;
  return [...inner.map((comment) => margin + comment), withComment(text, last)];
}
