/** The author's mistakes, as data: code, place, message, advice. Rendering happens at the edge. */
import type { Span } from './span.ts';

/** `SDT1xx` syntax, `2xx` names and kinds, `3xx` layout, `4xx` meaning, `5xx` style. */
export type DiagnosticCode = `SDT${number}`;

export interface Diagnostic {
  readonly code: DiagnosticCode;
  /** An error keeps the file from running; a warning does not. */
  readonly severity: 'error' | 'warning';
  /** One sentence in plain words: what was expected, what was found. */
  readonly message: string;
  readonly span: Span;
  /** What to do about it, one sentence; a "did you mean" goes here. */
  readonly help?: string;
  /** Other places that matter, e.g. the first declaration of a name. */
  readonly related?: readonly { readonly span: Span; readonly message: string }[];
}
