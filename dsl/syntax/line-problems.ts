/** What is wrong with a line, as diagnostics: before any grammar is asked, and when the grammar says no. */
import type { IRecognitionException, IToken } from 'chevrotain';
import type { Code } from '../catalogue/catalogue.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { continues, type Stray } from './lines.ts';
import { found, misspelt } from './messages.ts';
import { nearest } from '../nearest.ts';
import type { Span } from '../span.ts';
import {
  ACTIONS,
  Arrow,
  Close,
  K,
  Name,
  Open,
  OpenText,
  Param,
  RESERVED,
  RuleId,
  STATEMENTS,
  VERDICTS,
} from './tokens.ts';
import { USAGE } from './usage.ts';

/** Deeper parentheses would make every later pass recurse too deeply. */
const DEEPEST = 64;

const actions: ReadonlySet<string> = new Set(ACTIONS);
const STARTS = [...STATEMENTS, ...ACTIONS];
const usage: Readonly<Partial<Record<string, string>>> = USAGE;

export function spanOf(file: string, token: IToken): Span {
  const col = token.startColumn ?? 1;
  return { file, line: token.startLine ?? 1, col, end: col + token.image.length };
}

/** An error at `token`. */
export function wrong(
  file: string,
  code: Code,
  message: string,
  token: IToken,
  help?: string,
): Diagnostic {
  return diagnostic(code, message, spanOf(file, token), help);
}

function diagnostic(code: Code, message: string, span: Span, help?: string): Diagnostic {
  const base: Diagnostic = { code, severity: 'error', message, span };
  return help === undefined ? base : { ...base, help };
}

/** What is wrong with a line whatever its grammar; null: nothing. */
export function refused(file: string, tokens: readonly IToken[]): Diagnostic | null {
  const first = tokens[0];
  let depth = 0;
  for (const token of tokens) {
    const type = token.tokenType;
    if (type === Open) {
      if (++depth <= DEEPEST) continue;
      return wrong(file, 'SDT112', `parentheses are nested more than ${DEEPEST} deep`, token);
    } else if (type === Close) {
      depth--;
    } else if (type === OpenText) {
      return wrong(file, 'SDT106', 'this string has no closing quote on its line', token);
    } else if (
      type === RuleId &&
      first.tokenType !== K.covers &&
      nearest(first.image, STARTS) !== 'covers'
    ) {
      const message = `the rule id '${token.image}' may only stand behind 'covers'`;
      return wrong(file, 'SDT109', message, token, 'names that you declare start in lower case');
    }
  }
  if (!continues(first)) return null;
  const message = `a line that begins with '${first.image}' continues the line above, but there is none`;
  return wrong(file, 'SDT117', message, first);
}

const IN_PROGRAM = 'a line of a program an action (executes "nop")';

/** A line whose first words are neither a statement nor a step; `second` is the word behind the first name. */
export function unknownLine(file: string, first: IToken, second: IToken | undefined): Diagnostic {
  if (RESERVED.has(first.image)) {
    const message = `'${first.image}' is reserved for a later version of the language`;
    return wrong(file, 'SDT104', message, first, 'choose another name');
  }
  if (first.image === 'sdt') {
    return wrong(file, 'SDT118', "'sdt' may only stand on the first line", first);
  }
  if (first.tokenType !== Param && !isName(first)) {
    const help = first.image === '/' ? "a comment begins with '#'" : undefined;
    const message = `expected a statement or a step, found ${found(first)}`;
    return wrong(file, 'SDT102', message, first, help);
  }
  const verb = second !== undefined && isName(second) ? second : null;
  const action = verb === null ? null : actionLike(verb.image);
  const statement = first.tokenType === Param ? null : nearest(first.image, STARTS);
  if (verb !== null && (action !== null || first.tokenType === Param) && statement === null) {
    const guess = action === null ? '' : ` (did you mean '${action}'?)`;
    const message = `${found(verb)} is no action${guess}`;
    return wrong(file, 'SDT116', message, verb, `actions are ${ACTIONS.join(', ')}`);
  }
  if (statement !== null) {
    const message = `${found(first)} starts no statement (did you mean '${statement}'?)`;
    return wrong(
      file,
      'SDT103',
      message,
      first,
      ACTIONS.some((action) => action === statement) ? IN_PROGRAM : undefined,
    );
  }
  const tail = verb === null ? '' : `, and ${found(verb)} is no action`;
  const help = `a step names an actor and an action (host loads at key -> ok), ${IN_PROGRAM}`;
  return wrong(file, 'SDT103', `${found(first)} starts no statement${tail}`, first, help);
}

/** The action that a word is near to: misspelt, or in the form of a command (`load`, `fetch`, `try`). */
function actionLike(word: string): string | null {
  const forms = [`${word}s`, `${word}es`, `${word.replace(/y$/, 'i')}es`];
  return ACTIONS.find((action) => forms.includes(action)) ?? nearest(word, ACTIONS);
}

function isName(token: IToken): boolean {
  return token.tokenType === Name || token.tokenType.CATEGORIES?.[0] === Name;
}

/** What the parser found; `end` is the token behind the last one, when the line goes on behind what was parsed. */
export function grammarError(
  file: string,
  error: IRecognitionException,
  tokens: readonly IToken[],
  end: IToken | null,
): Diagnostic {
  const step = end === null ? stepError(file, error, tokens) : null;
  if (step !== null) return step;
  const { token } = error;
  const atEnd = token.image === '';
  const before = atEnd ? tokens.at(-1) : tokens[tokens.indexOf(token) - 1];
  const after = (before?.startColumn ?? 1) + (before?.image.length ?? 0);
  const span = !atEnd
    ? spanOf(file, token)
    : end === null
      ? { file, line: before?.startLine ?? 1, col: after, end: after + 1 }
      : spanOf(file, end);
  const plain =
    end === null ? error.message : error.message.replaceAll('end of line', `'${end.image}'`);
  const lost = error.name === 'NotAllInputParsedException' || plain.startsWith("expected 'bytes'");
  const message = lost && !plain.endsWith('?)') ? plain + misspelt(before) : plain;
  return diagnostic(
    'SDT102',
    message,
    span,
    advice(token, before) ?? nameless(tokens) ?? shape(tokens),
  );
}

const VERDICT: ReadonlySet<string> = new Set(VERDICTS);

/** Slips that steps invite: an outcome without its arrow, an address without its `at`. */
function stepError(
  file: string,
  error: IRecognitionException,
  tokens: readonly IToken[],
): Diagnostic | null {
  const { token } = error;
  const verb = tokens.slice(0, 8).findIndex(({ image }) => actions.has(image));
  if (verb < 0) return null;
  const help = shape(tokens);
  const hasArrow = tokens.some(({ tokenType }) => tokenType === Arrow);
  if (error.name === 'NotAllInputParsedException' && VERDICT.has(token.image) && !hasArrow) {
    const message = `expected '->' before the outcome, found ${found(token)}`;
    return wrong(file, 'SDT102', message, token, help);
  }
  // Where neither `at` nor a width follows, what stands there is read as a width.
  const start = tokens[verb + (tokens[verb].image === 'tries' ? 2 : 1)];
  const isWidth = error.message.startsWith("expected 'bytes'");
  const isSlip =
    nearest(token.image, ['bytes', 'byte']) !== null ||
    misspelt(tokens[tokens.indexOf(token) - 1]) !== '';
  if (!isWidth || start === undefined || isSlip) {
    return null;
  }
  const what = BURSTS.has(tokens[verb].image)
    ? "'csr' or a width in bytes"
    : "'at' or a width in bytes";
  return wrong(file, 'SDT102', `expected ${what}, found ${found(start)}`, start, help);
}

/** Actions that always say how many bytes. */
const BURSTS: ReadonlySet<string> = new Set(['reads', 'writes']);

/** What the likeliest slips are. */
function advice(token: IToken, before: IToken | undefined): string | undefined {
  if (token.image === '' && before?.image === 'or') {
    return "an alternative that goes on below begins its own line with 'or'";
  }
  if (token.image === '-') return 'there are no negative numbers';
  if (token.image === '.' && /^[0-9]/.test(before?.image ?? '')) return 'there are no fractions';
  if (/^[0-9]/.test(token.image) && /^[0-9]/.test(before?.image ?? '')) {
    return "digits are grouped by '_', not by blanks";
  }
  return undefined;
}

/** `actor m1 is in M`: the `in` is taken for the domain. */
function nameless(tokens: readonly IToken[]): string | undefined {
  const is = tokens.findIndex(({ image }) => image === 'is');
  return tokens[0]?.image === 'actor' && is > 0 && tokens[is + 1]?.image === 'in'
    ? "the name of a domain is expected behind 'is'; an actor without a domain leaves 'is' out"
    : undefined;
}

function shape(tokens: readonly IToken[]): string | undefined {
  const verb = tokens.slice(0, 2).findLast(({ image }) => actions.has(image));
  const text = usage[(verb ?? tokens[0])?.image ?? ''];
  return text === undefined ? undefined : `it reads: ${text}`;
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/[\u201c\u201d\u201e]/, 'strings stand between straight quotes: "..."'],
  [/['\u2018\u2019]/, 'strings stand between double quotes: "..."'],
  [/[\u2012-\u2015\u2212]/, "use the hyphen '-'"],
  [/[\p{Z}\ufeff]/u, 'use a plain space'],
  [/\ufffd/, 'the file is not valid UTF-8 here'],
  [/>/, "an outcome stands behind '->'"],
  [/</, 'a parameter is a name in angle brackets: <level>'],
  [/[{}[\];]/, 'a statement is one line; there are no braces and no semicolons'],
];

/** A character that is no token. */
export function strayCharacter(file: string, stray: Stray): Diagnostic {
  const code = stray.text.codePointAt(0) ?? 0;
  const char = String.fromCodePoint(code);
  const shown = /[\p{C}\p{Z}]/u.test(char)
    ? `the character U+${code.toString(16).toUpperCase().padStart(4, '0')}`
    : `'${char}'`;
  const span = { file, line: stray.line, col: stray.col, end: stray.col + stray.text.length };
  const help = ADVICE.find(([pattern]) => pattern.test(char))?.[1];
  return diagnostic('SDT105', `${shown} cannot stand here`, span, help);
}
