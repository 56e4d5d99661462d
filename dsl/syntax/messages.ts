/** Syntax errors in plain words: what was expected, what was found, what was perhaps meant. */
import { EOF, type IParserErrorMessageProvider, type IToken, type TokenType } from 'chevrotain';
import { nearest } from '../nearest.ts';
import { CLAUSES, K, Name, Numeral, Open, Param, VERDICTS } from './tokens.ts';

/** What a choice is called, by the rule it stands in. */
const CHOICES: Readonly<Record<string, string>> = {
  atom: 'a value',
  verdict: 'an outcome',
  clause: 'a clause',
  cell: 'a cell',
  action: 'an action',
  alternatives: 'an outcome',
  outcome: 'an outcome',
  machine: 'a property',
};

const VALUE: ReadonlySet<TokenType> = new Set([Numeral, Param, K.ones, K.xlen, Name, Open]);

const KEYWORDS = Object.keys(K);

/** `'size'`, `a number`, `end of line`. */
function describe(type: TokenType): string {
  return type === EOF ? 'end of line' : type.name;
}

/** The token as a message shows it; long ones are cut. */
export function found(token: IToken): string {
  if (token.tokenType === EOF) return 'end of line';
  const { image } = token;
  if (image.startsWith('"')) return image.length > 40 ? `${image.slice(0, 37)}.."` : image;
  return image.length > 40 ? `'${image.slice(0, 37)}...'` : `'${image}'`;
}

/** ` (did you mean 'size'?)`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const guess = nearest(word, candidates);
  return guess === null ? '' : ` (did you mean '${guess}'?)`;
}

/** The keyword that a name is near to. */
function guess(token: IToken): string {
  return token.tokenType === Name ? didYouMean(token.image, KEYWORDS) : '';
}

/** `a, b or c` */
export function oneOf(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} or ${last}`;
}

/** A misspelt word before an unexpected one: `laod access fault` fails at `access`. */
export function misspelt(token: IToken | undefined): string {
  if (token?.tokenType !== Name) return '';
  const guess = nearest(token.image, [...VERDICTS, ...CLAUSES, 'csr']);
  return guess === null ? '' : ` (did you mean '${guess}' instead of '${token.image}'?)`;
}

function expected(types: readonly TokenType[], ruleName: string, token: IToken): string {
  const unique = [...new Set(types)];
  const words = unique.flatMap((type) =>
    type.CATEGORIES?.includes(Name) ? [type.name.slice(1, -1)] : [],
  );
  const what = CHOICES[ruleName] ?? oneOf(alternatives(unique));
  return `expected ${what}, found ${found(token)}${didYouMean(token.image, words)}`;
}

/** What may begin an expression is called a value. */
function alternatives(types: readonly TokenType[]): string[] {
  const isValue = types.includes(Numeral) && types.includes(Open);
  const rest = isValue ? types.filter((type) => !VALUE.has(type)) : types;
  return [...rest.map(describe), ...(isValue ? ['a value'] : [])];
}

/** What the parser says, in the words of the language. */
export const messages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected: type, actual }) => expected([type], '', actual),
  buildNotAllInputParsedMessage: ({ firstRedundant }) =>
    `expected end of line, found ${found(firstRedundant)}${guess(firstRedundant)}`,
  buildNoViableAltMessage: ({ expectedPathsPerAlt, actual, ruleName }) => {
    const types = expectedPathsPerAlt.flat().flatMap((path) => path.slice(0, 1));
    return expected(types, ruleName, actual[0]);
  },
  buildEarlyExitMessage: ({ expectedIterationPaths, actual }) => {
    const types = expectedIterationPaths.flatMap((path) => path.slice(0, 1));
    return expected(types, '', actual[0]);
  },
};
