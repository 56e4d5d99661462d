/** Where canonical text has a blank between two tokens of a line. */
import type { IToken } from 'chevrotain';
import { Close, Colon, Comma, Dot, Dots, Name, Open } from '../syntax/tokens.ts';

const tight: ReadonlySet<unknown> = new Set([Close, Colon, Comma, Dot, Dots]);

/** Whether a blank stands between `left` and `right`; `before` is the token left of `left`. */
export function spaced(before: IToken | undefined, left: IToken, right: IToken): boolean {
  if (tight.has(right.tokenType)) return false;
  const type = left.tokenType;
  if (type === Open || type === Dot || type === Dots) return false;
  if (right.tokenType !== Open) return true;
  // A call: `mpte(`, `key.page(`, `given two_domains(`; but `with (`, `size (`.
  return type !== Name && before?.tokenType !== Dot;
}

/** The canonical text of tokens on one line; `image` may rewrite a token. */
export function joinTokens(
  tokens: readonly IToken[],
  image: (token: IToken, at: number) => string = (token) => token.image,
): string {
  let text = '';
  tokens.forEach((token, at) => {
    const left = tokens[at - 1];
    if (left !== undefined && spaced(tokens[at - 2], left, token)) text += ' ';
    text += image(token, at);
  });
  return text;
}
