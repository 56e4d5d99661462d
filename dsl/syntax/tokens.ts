/** The vocabulary: few token types for the lexer, and soft keywords, which are names first. Names are what messages show. */
import type { TokenType } from 'chevrotain';

// Plain records: chevrotain's `createToken` looks at all of them for each, which takes as long as a small run.

/** A name or a parameter: whatever may stand for a word. */
export const Word: TokenType = { name: 'a name' };

export const Blank: TokenType = { name: 'blank', PATTERN: /[ \t]+/ };
export const Comment: TokenType = { name: 'a comment', PATTERN: /#[^\r\n]*/ };
export const LineEnd: TokenType = {
  name: 'end of line',
  PATTERN: /\r\n|\n|\r/,
};
/** Digits and whatever word sticks to them; `numbers.ts` says whether it is a number. */
export const Numeral: TokenType = { name: 'a number', PATTERN: /[0-9][0-9A-Za-z_]*/ };
export const Text: TokenType = { name: 'a string', PATTERN: /"[^"\r\n]*"/ };
export const OpenText: TokenType = { name: 'an open string', PATTERN: /"[^"\r\n]*/ };
export const Param: TokenType = {
  name: 'a parameter',
  PATTERN: /<[A-Za-z_][A-Za-z0-9_]*>/,
  CATEGORIES: [Word],
};
export const RuleId: TokenType = {
  name: 'a rule id',
  PATTERN: /[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-[0-9]{2,3}(?![A-Za-z0-9_])/,
};
export const Name: TokenType = {
  name: 'a name',
  PATTERN: /[A-Za-z_][A-Za-z0-9_]*/,
  CATEGORIES: [Word],
};
export const Arrow: TokenType = { name: "'->'", PATTERN: /->/ };
export const AtMost: TokenType = { name: "'<='", PATTERN: /<=/ };
export const Operator: TokenType = { name: 'an operator', PATTERN: /[-+*/]/ };
export const Dots: TokenType = { name: "'..'", PATTERN: /\.\./ };
export const Dot: TokenType = { name: "'.'", PATTERN: /\./ };
export const Comma: TokenType = { name: "','", PATTERN: /,/ };
export const Colon: TokenType = { name: "':'", PATTERN: /:/ };
export const Equals: TokenType = { name: "'='", PATTERN: /=/ };
export const Open: TokenType = { name: "'('", PATTERN: /\(/ };
export const Close: TokenType = { name: "')'", PATTERN: /\)/ };
export const Bar: TokenType = { name: "'|'", PATTERN: /\|/ };

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

const SECTIONS = ['suite', 'use', 'let', 'fixture', 'scenario', 'measure'] as const;
const META = ['tags', 'covers', 'note', 'requires', 'skip', 'known', 'each', 'table'] as const;
// prettier-ignore
const SETUP = [
  'machine', 'region', 'image', 'domain', 'grant', 'revoke', 'entry', 'space', 'map', 'unmap', 'pmp', 'actor', 'iommu',
  'device', 'tvm', 'program', 'given', 'poke', 'poison', 'scrub', 'check', 'fence', 'flush',
  'repeats',
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
    types.set(word, { name: `'${word}'`, CATEGORIES: [Name] });
  }
}

/** Every soft keyword by its text; each is also a `Name`. */
export const K = Object.fromEntries(types) as Readonly<Record<KeywordText, TokenType>>;

/** The token type of a word: its keyword, or a plain name. */
export function wordType(image: string): TokenType {
  return types.get(image) ?? Name;
}

/** Whether a token of one type may stand where another is asked for: a keyword is a name, a name is a word. */
export function fits(type: TokenType, wanted: TokenType): boolean {
  for (let kind: TokenType | undefined = type; kind !== undefined; kind = kind.CATEGORIES?.[0]) {
    if (kind === wanted) return true;
  }
  return false;
}

/** Words kept for later versions. */
export const RESERVED: ReadonlySet<string> = new Set(['race', 'repeat', 'expect', 'import', 'end']);

/** Everything a parser may meet. */
export const ALL_TOKENS: TokenType[] = [Word, ...LEXED, ...types.values()];
