/** Where something stands in a source text. */

/** A piece of one line: 1-based line and column, `end` is the column after the last character. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly col: number;
  readonly end: number;
}

/** A source text with the path that messages name. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** The span from the start of `a` to the end of `b`; when they lie on two lines, `a`'s part only. */
export function spanning(a: Span, b: Span): Span {
  return a.line === b.line ? { ...a, end: Math.max(a.end, b.end) } : a;
}
