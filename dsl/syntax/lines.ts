/** Text -> lines of tokens -> islands: what is lexed once, and what is parsed together. */
import type { IToken } from 'chevrotain';
import { lexemeAt } from './lexer.ts';
import {
  Arrow,
  Bar,
  Blank,
  Comma,
  Comment,
  LineEnd,
  Name,
  Numeral,
  Open,
  Param,
  RuleId,
  Text,
  wordType,
} from './tokens.ts';

/** A run of characters that is no token. */
export interface Stray {
  readonly line: number;
  /** 1-based */
  readonly col: number;
  readonly text: string;
}

/** One physical line. */
export interface SourceLine {
  /** 1-based */
  readonly number: number;
  readonly tokens: IToken[];
  readonly comment: IToken | null;
  readonly strays: readonly Stray[];
}

/** One logical line: a physical line and those that continue it; blank ones are dropped. */
export interface Island {
  /** Empty only when a line holds nothing but strays. */
  readonly tokens: readonly IToken[];
  readonly strays: readonly Stray[];
}

const NONE: readonly Stray[] = [];

/** The lines of `text`, with line and column in every token. */
export function* sourceLines(text: string): Generator<SourceLine> {
  let number = 1;
  let lineStart = 0;
  let tokens: IToken[] = [];
  let comment: IToken | null = null;
  let strays: Stray[] | null = null;
  for (let at = 0; at < text.length;) {
    const found = lexemeAt(text, at);
    if (found === null) {
      const end = strayEnd(text, at + 1);
      const stray = { line: number, col: at - lineStart + 1, text: text.slice(at, end) };
      (strays ??= []).push(stray);
      at = end;
      continue;
    }
    const { type, end } = found;
    if (type === LineEnd) {
      yield { number, tokens, comment, strays: strays ?? NONE };
      number++;
      lineStart = end;
      tokens = [];
      comment = null;
      strays = null;
    } else if (type !== Blank) {
      const image = text.slice(at, end);
      const tokenType = type === Name ? wordType(image) : type;
      const token: IToken = {
        image,
        startOffset: at,
        startLine: number,
        startColumn: at - lineStart + 1,
        tokenTypeIdx: 0,
        tokenType,
      };
      if (type === Comment) comment = token;
      else tokens.push(token);
    }
    at = end;
  }
  yield { number, tokens, comment, strays: strays ?? NONE };
}

/** Characters that are no token, side by side, are one stray. */
function strayEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && lexemeAt(text, at) === null) at++;
  return at;
}

const CONTINUERS: ReadonlySet<string> = new Set(['or', 'costing', 'because', 'taken']);

/** Whether a line that begins with `first` continues the one above. */
export function continues(first: IToken): boolean {
  return first.tokenType === Arrow || CONTINUERS.has(first.image);
}

/** The words that begin a line with nothing but a string behind them. */
const TITLED: ReadonlySet<string> = new Set(['scenario', 'measure', 'suite', 'use', 'note']);

/**
 * Whether `line` goes on with the island that ends with `last`: by its own first word, or because that one ends with
 * `,` or `(`. A line that can only be a statement of its own does not, so that an unclosed `(` costs one line.
 */
export function joins(last: IToken, { tokens }: SourceLine): boolean {
  const [first, second] = tokens;
  if (first === undefined || first.tokenType === Bar) return false;
  if (continues(first)) return true;
  if (last.tokenType === Comma) return !(TITLED.has(first.image) && second?.tokenType === Text);
  return last.tokenType === Open && !(isWordLike(first) && startsStatement(first, second));
}

/** Whether two tokens that stand side by side can only begin a statement: nothing behind `(` has two words in a row. */
function startsStatement(first: IToken, second: IToken | undefined): boolean {
  if (second === undefined) return first.image === 'table';
  const type = second.tokenType;
  return isWordLike(second) || type === Text || type === Numeral || type === RuleId;
}

function isWordLike({ tokenType }: IToken): boolean {
  return tokenType === Name || tokenType === Param || tokenType.CATEGORIES?.[0] === Name;
}

/** The islands of `lines`. */
export function* islands(lines: Iterable<SourceLine>): Generator<Island> {
  let tokens: IToken[] = [];
  let strays: readonly Stray[] = NONE;
  for (const line of lines) {
    const first = line.tokens[0];
    if (first === undefined) {
      if (line.strays.length > 0) {
        if (tokens.length > 0) yield { tokens, strays };
        yield { tokens: [], strays: line.strays };
        tokens = [];
        strays = NONE;
      }
      continue;
    }
    const last = tokens.at(-1);
    // Nothing continues the version line.
    if (last !== undefined && tokens[0]?.image !== 'sdt' && joins(last, line)) {
      for (const token of line.tokens) tokens.push(token);
    } else {
      if (last !== undefined) yield { tokens, strays };
      tokens = line.tokens;
      strays = NONE;
    }
    if (line.strays.length > 0)
      strays = strays.length === 0 ? line.strays : [...strays, ...line.strays];
  }
  if (tokens.length > 0) yield { tokens, strays };
}
