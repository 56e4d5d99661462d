/** The vocabulary: few token types for the lexer, and soft keywords, which are names first. Names are what messages show. */
import { createToken, Lexer, type TokenType } from 'chevrotain';

/** A name or a parameter: whatever may stand for a word. */
export const Word = createToken({ name: 'a name', pattern: Lexer.NA });

export const Blank = createToken({ name: 'blank', pattern: /[ \t]+/ });
export const Comment = createToken({ name: 'a comment', pattern: /#[^\r\n]*/ });
export const LineEnd = createToken({
  name: 'end of line',
  pattern: /\r\n|\n|\r/,
  line_breaks: true,
});
/** Digits and whatever word sticks to them; `numbers.ts` says whether it is a number. */
export const Numeral = createToken({ name: 'a number', pattern: /[0-9][0-9A-Za-z_]*/ });
export const Text = createToken({ name: 'a string', pattern: /"[^"\r\n]*"/ });
export const OpenText = createToken({ name: 'an open string', pattern: /"[^"\r\n]*/ });
export const Param = createToken({
  name: 'a parameter',
  pattern: /<[A-Za-z_][A-Za-z0-9_]*>/,
  categories: [Word],
});
export const RuleId = createToken({
  name: 'a rule id',
  pattern: /[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-[0-9]{2,3}(?![A-Za-z0-9_])/,
});
export const Name = createToken({
  name: 'a name',
  pattern: /[A-Za-z_][A-Za-z0-9_]*/,
  categories: [Word],
});
export const Arrow = createToken({ name: "'->'", pattern: /->/ });
export const AtMost = createToken({ name: "'<='", pattern: /<=/ });
export const Operator = createToken({ name: 'an operator', pattern: /[-+*/]/ });
export const Dots = createToken({ name: "'..'", pattern: /\.\./ });
export const Dot = createToken({ name: "'.'", pattern: /\./ });
export const Comma = createToken({ name: "','", pattern: /,/ });
export const Colon = createToken({ name: "':'", pattern: /:/ });
export const Equals = createToken({ name: "'='", pattern: /=/ });
export const Open = createToken({ name: "'('", pattern: /\(/ });
export const Close = createToken({ name: "')'", pattern: /\)/ });
export const Bar = createToken({ name: "'|'", pattern: /\|/ });

/** What the lexer looks for, in this order. */
export const LEXED: TokenType[] = [
  Blank,
  LineEnd,
  RuleId,
  Name,
  Numeral,
  Arrow,
  Operator,
  Comma,
  Dots,
  Dot,
  Open,
  Close,
  Colon,
  Bar,
  Text,
  OpenText,
  Param,
  AtMost,
  Equals,
  Comment,
];

const SECTIONS = ['suite', 'use', 'let', 'fixture', 'scenario'] as const;
const META = ['tags', 'covers', 'note', 'requires', 'skip', 'known', 'each', 'table'] as const;
// prettier-ignore
const SETUP = [
  'machine', 'region', 'image', 'domain', 'grant', 'revoke', 'entry', 'space', 'map', 'unmap', 'pmp', 'actor', 'iommu',
  'device', 'tvm', 'program', 'given', 'poke', 'poison', 'scrub', 'check', 'fence', 'flush',
] as const;

/** The words that start a statement which is not a step. */
export const STATEMENTS = [...SECTIONS, ...META, ...SETUP, 'when'] as const;

/** The words that say what a step does. */
// prettier-ignore
export const ACTIONS = [
  'loads', 'fetches', 'stores', 'swaps', 'adds', 'tries', 'fences', 'reads', 'writes', 'translates', 'calls', 'runs',
  'continues', 'waits', 'executes',
] as const;

/** The words that follow a verdict inside an outcome. */
// prettier-ignore
export const CLAUSES = ['at', 'gpa', 'taken', 'because', 'as', 'with', 'partial', 'via', 'costing', 'or'] as const;

/** The words that begin a verdict. */
// prettier-ignore
export const VERDICTS = [
  'ok', 'denied', 'aborted', 'success', 'error', 'running', 'interrupt', 'exits', 'unspecified', 'not',
  'load', 'store', 'fetch', 'access', 'page', 'guest', 'misaligned', 'illegal', 'virtual', 'environment', 'breakpoint',
  'software',
] as const;

// prettier-ignore
const OTHERS = [
  'is', 'in', 'to', 'of', 'for', 'on', 'from', 'using', 'over', 'when', 'and', 'without', 'size', 'aligned', 'holds',
  'aliases', 'shared', 'sdid', 'mpt', 'tables', 'napot', 'leaves', 'unfenced', 'level', 'invalid', 'xwr', 'raw',
  'reserved', 'bit', 'user', 'fresh', 'global', 'all', 'locked', 'hart', 'id', 'unclassified', 'pasid', 'behind', 'tee',
  'vcpus', 'entry', 'every', 'csr', 'bytes', 'byte', 'va', 'gpa', 'pa', 'iova', 'vcpu', 'supplying', 'ones', 'xlen',
  'any', 'ecall', 'end', 'fatal', 'failure', 'fault', 'instruction', 'call', 'exception',
] as const;

const WORDS = [...STATEMENTS, ...ACTIONS, ...CLAUSES, ...VERDICTS, ...OTHERS] as const;

export type StatementWord = (typeof STATEMENTS)[number];
export type ActionWord = (typeof ACTIONS)[number];
export type KeywordText = (typeof WORDS)[number];

const types = new Map<string, TokenType>();
for (const word of WORDS) {
  if (!types.has(word)) {
    // The parser completes them all at once; `createToken` would look at all of them for each (10 ms).
    types.set(word, { name: `'${word}'`, PATTERN: Lexer.NA, CATEGORIES: [Name] });
  }
}

/** Every soft keyword by its text; each is also a `Name`. */
export const K = Object.fromEntries(types) as Readonly<Record<KeywordText, TokenType>>;

/** The token type of a word: its keyword, or a plain name. */
export function wordType(image: string): TokenType {
  return types.get(image) ?? Name;
}

/** Words kept for later versions. */
export const RESERVED: ReadonlySet<string> = new Set(['race', 'repeat', 'expect', 'import', 'end']);

/** Everything a parser may meet. */
export const ALL_TOKENS: TokenType[] = [Word, ...LEXED, ...types.values()];
