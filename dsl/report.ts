/** Where the checker puts what it finds: one diagnostic per code and place, however many cases show it. */
import { DIAGNOSTICS, isCode } from './catalogue/catalogue.ts';
import type { Diagnostic, DiagnosticCode } from './diagnostics.ts';
import { nearest } from './nearest.ts';
import type { Span } from './span.ts';

export interface More {
  readonly help?: string | undefined;
  readonly related?: readonly { readonly span: Span; readonly message: string }[];
}

/** Takes one finding; its severity is that of the catalogue. */
export type Accept = (code: DiagnosticCode, span: Span, message: string, more?: More) => void;

/** Collects findings in the order they came; the same code at the same place counts once. */
export class Findings {
  readonly list: Diagnostic[] = [];
  readonly #seen = new Set<string>();

  readonly accept: Accept = (code, span, message, more) => {
    const key = `${code} ${span.line} ${span.col} ${span.file}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.list.push({
      code,
      severity: isCode(code) ? DIAGNOSTICS[code].severity : 'error',
      message,
      span,
      ...(more?.help === undefined ? {} : { help: more.help }),
      ...(more?.related === undefined ? {} : { related: more.related }),
    });
  };

  get hasErrors(): boolean {
    return this.list.some((found) => found.severity === 'error');
  }
}

/** The help line for a name that is nearly one of `candidates`, or undefined. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const near = nearest(word, candidates);
  return near === null ? undefined : `did you mean '${near}'?`;
}

/** `1 page`, `2 pages`. */
export function plural(count: number | bigint, noun: string): string {
  return `${count} ${noun}${BigInt(count) === 1n ? '' : 's'}`;
}
