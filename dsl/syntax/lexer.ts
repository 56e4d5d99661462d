/** The next token of a text: by its first character, then by the patterns of the tokens that begin with it. */
import type { TokenType } from 'chevrotain';
import {
  Arrow,
  AtMost,
  Bar,
  Blank,
  Close,
  Colon,
  Comma,
  Comment,
  Dot,
  Dots,
  Equals,
  LineEnd,
  Name,
  Numeral,
  Open,
  OpenText,
  Operator,
  Param,
  RuleId,
  Text,
} from './tokens.ts';

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Which tokens begin with a character, the first that fits first. */
const STARTS: readonly (readonly [characters: string, types: readonly TokenType[]])[] = [
  [' \t', [Blank]],
  ['\r\n', [LineEnd]],
  [UPPER, [RuleId, Name]],
  [`${UPPER.toLowerCase()}_`, [Name]],
  ['0123456789', [Numeral]],
  ['-', [Arrow, Operator]],
  ['+*/', [Operator]],
  ['.', [Dots, Dot]],
  ['"', [Text, OpenText]],
  ['<', [Param, AtMost]],
  [',', [Comma]],
  ['(', [Open]],
  [')', [Close]],
  [':', [Colon]],
  ['|', [Bar]],
  ['=', [Equals]],
  ['#', [Comment]],
];

interface Lexeme {
  readonly type: TokenType;
  /** Sticky. */
  readonly pattern: RegExp;
  /** Offset behind the match. */
  end: number;
}

const lexemes = new Map<TokenType, Lexeme>();

function lexemeOf(type: TokenType): Lexeme {
  let lexeme = lexemes.get(type);
  if (lexeme === undefined) {
    const { source } = type.PATTERN as RegExp;
    lexemes.set(type, (lexeme = { type, pattern: new RegExp(source, 'y'), end: 0 }));
  }
  return lexeme;
}

/** By character code. */
const byStart: (readonly Lexeme[] | undefined)[] = Array.from({ length: 128 });
for (const [characters, types] of STARTS) {
  const list = types.map(lexemeOf);
  for (const character of characters) byStart[character.charCodeAt(0)] = list;
}

/** The token at `at`, null where none begins; good until the next call. */
export function lexemeAt(text: string, at: number): Readonly<Lexeme> | null {
  const possible = byStart[text.charCodeAt(at)];
  if (possible === undefined) return null;
  for (const lexeme of possible) {
    const { pattern } = lexeme;
    pattern.lastIndex = at;
    if (!pattern.test(text)) continue;
    lexeme.end = pattern.lastIndex;
    return lexeme;
  }
  return null;
}
