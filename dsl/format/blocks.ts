/** What the formatter lays out: logical lines with their comments and depth, comments of their own, blank lines. */
import type { IToken } from 'chevrotain';
import type { Statement } from '../syntax/ast.ts';
import { joins, sourceLines, type SourceLine } from '../syntax/lines.ts';

/** One physical line of an island; no tokens: a comment between its lines. */
export interface Piece {
  readonly tokens: readonly IToken[];
  readonly comment: string | null;
}

export interface Island {
  readonly kind: 'island';
  readonly statement: Statement['kind'] | 'sdt';
  readonly pieces: readonly Piece[];
  /** Blanks before its first line. */
  readonly depth: number;
}

export type Block =
  | Island
  | { readonly kind: 'comment'; readonly text: string; readonly depth: number }
  | { readonly kind: 'blank' };

type Raw =
  | { readonly kind: 'island'; readonly pieces: Piece[] }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'blank' };

/** Statements that begin a section. */
export const SECTIONS: ReadonlySet<string> = new Set(['fixture', 'scenario', 'measure']);
const FILE_WIDE: ReadonlySet<string> = new Set(['sdt', 'suite', 'use']);

/** The blocks of a text without syntax errors; `statements` are what it parses to. */
export function blocks(text: string, statements: readonly Statement[]): Block[] {
  return withDepths(rawBlocks(text.startsWith('\ufeff') ? text.slice(1) : text), statements);
}

function commentOf(line: SourceLine): string | null {
  return line.comment === null ? null : line.comment.image.trimEnd();
}

function rawBlocks(text: string): Raw[] {
  const list: Raw[] = [];
  let pieces: Piece[] | null = null;
  /** Blank and comment lines that belong to the island only if it goes on behind them. */
  let pending: Raw[] = [];
  for (const line of sourceLines(text)) {
    const comment = commentOf(line);
    const first = line.tokens[0];
    if (first === undefined) {
      pending.push(comment === null ? { kind: 'blank' } : { kind: 'comment', text: comment });
      continue;
    }
    const last: IToken | undefined = pieces
      ?.findLast(({ tokens }) => tokens.length > 0)
      ?.tokens.at(-1);
    if (pieces !== null && last !== undefined && joins(last, line)) {
      for (const raw of pending) {
        if (raw.kind === 'comment') pieces.push({ tokens: [], comment: raw.text });
      }
    } else {
      list.push(...pending);
      pieces = [];
      list.push({ kind: 'island', pieces });
    }
    pieces.push({ tokens: line.tokens, comment });
    pending = [];
  }
  list.push(...pending);
  return list;
}

/** Gives every block its depth: sections 0, bodies 2, `when` lines, rows and programs 4. */
function withDepths(raws: readonly Raw[], statements: readonly Statement[]): Block[] {
  let next = 0;
  let body = 0;
  let inProgram = false;
  const list: Block[] = raws.map((raw): Block => {
    if (raw.kind === 'blank') return raw;
    if (raw.kind === 'comment') return { ...raw, depth: body };
    const isVersion = raw.pieces[0]?.tokens[0]?.image === 'sdt';
    const statement = isVersion ? undefined : statements[next++];
    const kind = statement?.kind ?? 'sdt';
    const isProgramLine = statement?.kind === 'step' && statement.actor === null;
    if (SECTIONS.has(kind)) body = 2;
    inProgram = kind === 'program' || (inProgram && (isProgramLine || kind === 'when'));
    let depth = SECTIONS.has(kind) || FILE_WIDE.has(kind) ? 0 : body;
    if (kind === 'row' || isProgramLine) depth = body + 2;
    if (kind === 'when') depth = body + (inProgram ? 4 : 2);
    return { kind: 'island', statement: kind, pieces: raw.pieces, depth };
  });
  return list.map((block, at) =>
    block.kind === 'comment' ? { ...block, depth: commentDepth(list, at, block.depth) } : block,
  );
}

/** A comment stands as deep as the line below it; one that a blank line parts from a section stays in the body. */
function commentDepth(list: readonly Block[], at: number, body: number): number {
  let parted = false;
  for (let below = at + 1; below < list.length; below++) {
    const block = list[below];
    if (block.kind === 'blank') parted = true;
    if (block.kind !== 'island') continue;
    return parted && block.depth < body ? body : block.depth;
  }
  return body;
}
