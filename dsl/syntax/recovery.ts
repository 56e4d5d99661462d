/** The head of a section that could not be read: what follows it belongs to it all the same. */
import type { IToken } from 'chevrotain';
import type { StatementOf } from './ast.ts';
import { spanOf } from './line-problems.ts';
import type { Island } from './lines.ts';
import { nearest } from '../nearest.ts';
import { ACTIONS, Name, OpenText, Text } from './tokens.ts';

const HEADS = ['scenario', 'measure', 'fixture'] as const;

type Head = (typeof HEADS)[number];
const actions: ReadonlySet<string> = new Set(ACTIONS);

/** `scenario "one`, `scenaro "one"`, `fixture two(`: the section that was meant; null: another kind of line. */
export function recoveredHead({ tokens }: Island, file: string): StatementOf<Head> | null {
  const [first, second] = tokens;
  if (first === undefined || (second !== undefined && actions.has(second.image))) return null;
  const head = HEADS.find((word) => word === first.image) ?? misspeltHead(first, second);
  if (head === null) return null;
  const span = spanOf(file, first);
  const rest = tokens.slice(1);
  if (head !== 'fixture') {
    const value = rest.map((token) => token.image.replaceAll('"', '')).join(' ');
    return { kind: head, title: { value, span }, span };
  }
  const name = second === undefined ? '' : second.image;
  const at = second === undefined ? span : spanOf(file, second);
  return { kind: 'fixture', name: { text: name, param: false, span: at }, params: [], span };
}

/** A title behind a word like `scenario`, a name behind one like `fixture`. */
function misspeltHead(first: IToken, second: IToken | undefined): Head | null {
  const guess = HEADS.find((head) => head === nearest(first.image, HEADS)) ?? null;
  const type = second?.tokenType;
  if (guess === 'fixture') return type === Name ? 'fixture' : null;
  return type === Text || type === OpenText ? guess : null;
}
