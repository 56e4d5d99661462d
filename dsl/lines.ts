/** Text -> lines of tokens -> islands: what is lexed once, and what is parsed together. */
import { Lexer, type IToken, type TokenType } from 'chevrotain';
import {
  Arrow,
  Bar,
  Comma,
  Comment,
  LEXED,
  LineEnd,
  Name,
  Open,
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

const lexer = new Lexer(LEXED, { ensureOptimizations: true, skipValidations: true });

/** So much text is lexed at a time, to keep the tokens of a large file from piling up. */
const CHUNK = 1 << 16;

const NONE: readonly Stray[] = [];

/** The lines of `text`, with line and column in every token. */
export function* sourceLines(text: string): Generator<SourceLine> {
  let offset = 0;
  let before = 0;
  while (offset <= text.length) {
    const chunk = text.slice(offset, chunkEnd(text, offset));
    const { tokens, errors } = lexer.tokenize(chunk);
    const strays: Stray[] = errors.map((error) => ({
      line: before + (error.line ?? 1),
      col: error.column ?? 1,
      text: chunk.slice(error.offset, error.offset + error.length),
    }));
    let line: IToken[] = [];
    let comment: IToken | null = null;
    let number = before + 1;
    for (const token of tokens) {
      const type = token.tokenType;
      if (type === LineEnd) {
        yield { number, tokens: line, comment, strays: on(strays, number) };
        line = [];
        comment = null;
        number++;
        continue;
      }
      token.startLine = number;
      if (type === Comment) comment = token;
      else {
        if (type === Name) {
          const word = wordType(token.image);
          token.tokenType = word;
          token.tokenTypeIdx = word.tokenTypeIdx ?? 0;
        }
        line.push(token);
      }
    }
    offset += chunk.length;
    if (offset >= text.length) {
      yield { number, tokens: line, comment, strays: on(strays, number) };
      return;
    }
    before = number - 1;
  }
}

/** Chunks end behind a line end, and never between CR and LF. */
function chunkEnd(text: string, offset: number): number {
  if (text.length - offset <= CHUNK) return text.length;
  for (let at = offset + CHUNK; at < text.length; at++) {
    if (text.charCodeAt(at) === 10) return at + 1;
  }
  return text.length;
}

function on(strays: readonly Stray[], line: number): readonly Stray[] {
  return strays.length === 0 ? NONE : strays.filter((stray) => stray.line === line);
}

const CONTINUERS: ReadonlySet<string> = new Set(['or', 'costing', 'because', 'taken']);

/** Whether a line that begins with `first` continues the one above. */
export function continues(first: IToken): boolean {
  return first.tokenType === Arrow || CONTINUERS.has(first.image);
}

/** The words that begin a line with nothing but a string behind them. */
const TITLED: ReadonlySet<string> = new Set(['scenario', 'suite', 'use', 'note']);

/**
 * Whether `line` goes on with the island that ends with `last`: by its own first word, or because that one ends with
 * `,` or `(`. A line that can only be a statement of its own does not, so that an unclosed `(` costs one line.
 */
export function joins(last: IToken, { tokens }: SourceLine): boolean {
  const [first, second] = tokens;
  if (first === undefined || first.tokenType === Bar) return false;
  if (continues(first)) return true;
  const next = second?.tokenType;
  if (last.tokenType === Comma) return !(TITLED.has(first.image) && next === Text);
  if (last.tokenType !== Open) return false;
  return !(isName(first.tokenType) && next !== undefined && (isName(next) || next === Text));
}

function isName(type: TokenType): boolean {
  return type === Name || type.CATEGORIES?.[0] === Name;
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
