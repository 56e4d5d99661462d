/** The head of a section that could not be read: what follows it belongs to it all the same. */
import type { IToken } from 'chevrotain';
import type { StatementOf } from './ast.ts';
import { spanOf } from './line-problems.ts';
import type { Island } from './lines.ts';
import { nearest } from '../nearest.ts';
import { ACTIONS, Name, OpenText, Text } from './tokens.ts';

const HEADS = ['scenario', 'fixture'] as const;
const actions: ReadonlySet<string> = new Set(ACTIONS);

/** `scenario "one`, `scenaro "one"`, `fixture two(`: the section that was meant; null: another kind of line. */
export function recoveredHead(
  { tokens }: Island,
  file: string,
): StatementOf<'scenario' | 'fixture'> | null {
  const [first, second] = tokens;
  if (first === undefined || (second !== undefined && actions.has(second.image))) return null;
  const head = HEADS.find((word) => word === first.image) ?? misspeltHead(first, second);
  if (head === null) return null;
  const span = spanOf(file, first);
  const rest = tokens.slice(1);
  if (head === 'scenario') {
    const value = rest.map((token) => token.image.replaceAll('"', '')).join(' ');
    return { kind: 'scenario', title: { value, span }, span };
  }
  const name = second === undefined ? '' : second.image;
  const at = second === undefined ? span : spanOf(file, second);
  return { kind: 'fixture', name: { text: name, param: false, span: at }, params: [], span };
}

/** A title behind a word like `scenario`, a name behind one like `fixture`. */
function misspeltHead(first: IToken, second: IToken | undefined): 'scenario' | 'fixture' | null {
  const guess = nearest(first.image, HEADS);
  const type = second?.tokenType;
  if (guess === 'scenario' && (type === Text || type === OpenText)) return 'scenario';
  return guess === 'fixture' && type === Name ? 'fixture' : null;
}
