/** A diagnostic as editors, problem matchers and people read it: one gcc-style line, the frame, the advice. */
import type { Diagnostic } from '../../dsl/index.ts';
import { frame } from './frame.ts';
import { fitted, printable } from './text-width.ts';

/** `file:line:col: error SDT203: message`. */
export function diagnosticLine(diagnostic: Diagnostic): string {
  const { span, severity, code, message } = diagnostic;
  const place = `${printable(span.file)}:${span.line}:${span.col}`;
  return `${place}: ${severity} ${code}: ${printable(message)}`;
}

/** The lines under it. `text`: of the file, null when there is none to show. */
export function diagnosticDetails(
  diagnostic: Diagnostic,
  text: string | null,
  columns: number | null,
): readonly string[] {
  const { span, help, related } = diagnostic;
  const drawn = text === null ? null : frame(text, span, columns);
  const width = columns ?? 400;
  return [
    ...(drawn === null ? [] : [drawn.source, drawn.carets]),
    ...(help === undefined ? [] : [fitted(`       help: ${printable(help)}`, width)]),
    ...(related ?? []).map(
      (other) =>
        `       ${printable(other.span.file)}:${other.span.line}:${other.span.col}: ${printable(other.message)}`,
    ),
  ];
}
