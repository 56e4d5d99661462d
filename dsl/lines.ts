/** Text -> lines of tokens -> islands: what is lexed once, and what is parsed together. */
import { Lexer, type ILexingError, type IToken } from 'chevrotain';
import {
  Arrow,
  Bar,
  Comma,
  Comment,
  LEXED,
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

const lexer = new Lexer(LEXED, {
  positionTracking: 'onlyStart',
  ensureOptimizations: true,
  skipValidations: true,
});

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
    const strays = byLine(chunk, before, errors);
    let line: IToken[] = [];
    let comment: IToken | null = null;
    let number = before + 1;
    for (const token of tokens) {
      const type = token.tokenType;
      if (type === LineEnd) {
        yield { number, tokens: line, comment, strays: strays.get(number) ?? NONE };
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
      yield { number, tokens: line, comment, strays: strays.get(number) ?? NONE };
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

function byLine(
  chunk: string,
  before: number,
  errors: readonly ILexingError[],
): Map<number, Stray[]> {
  const lines = new Map<number, Stray[]>();
  for (const { line = 1, column = 1, offset, length } of errors) {
    const stray = { line: before + line, col: column, text: chunk.slice(offset, offset + length) };
    const others = lines.get(stray.line);
    if (others === undefined) lines.set(stray.line, [stray]);
    else others.push(stray);
  }
  return lines;
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
