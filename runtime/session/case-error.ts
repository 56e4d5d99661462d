/** A case that cannot be run as written: thrown inside a case, an `error` result outside of it. */
import type { Span } from '../../dsl/index.ts';

export class CaseError extends Error {
  readonly span: Span | null;

  /** `message`: one sentence for the author; `span` null: the line that is running. */
  constructor(message: string, span: Span | null = null) {
    super(message);
    this.name = 'CaseError';
    this.span = span;
  }
}

/** A case that asks for machinery that a machine or the bench lacks: a visible skip. */
export class CaseSkip extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'CaseSkip';
  }
}
