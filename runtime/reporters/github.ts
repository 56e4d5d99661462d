/** `github`: annotations on the lines of a pull request, and a job summary in Markdown. */
import type { CaseResult } from '../session/results.ts';
import { isGreen } from '../session/results.ts';
import { printable } from '../explain/text-width.ts';
import { PLAIN, sentence } from './case-text.ts';
import type { ReporterFactory } from './reporter.ts';
import { Totals, tally } from './totals.ts';

/** GitHub shows ten annotations of a kind per step and fifty per job; the rest would be noise in the log. */
const ANNOTATIONS = 50;
/** Rows of the summary's table: the service cuts a summary at 1 MiB. */
const ROWS = 200;

export const reporter: ReporterFactory = ({ write, replay, jobSummary }) => {
  const totals = new Totals();
  const rows: string[] = [];
  let annotated = 0;
  let failed = 0;
  const annotate = (kind: 'error' | 'warning', place: Place, title: string, message: string) => {
    if (annotated++ < ANNOTATIONS) write(annotation(kind, place, title, message));
  };
  const row = (text: string) => {
    failed++;
    if (rows.length < ROWS) rows.push(text);
  };
  return {
    on(event) {
      totals.on(event);
      switch (event.event) {
        case 'run started':
          break;
        case 'diagnostics':
          for (const { severity, span, code, message, help } of event.diagnostics) {
            annotate(severity, span, code, help === undefined ? message : `${message}\n${help}`);
            if (severity === 'error')
              row(`| ${code} | ${cell(span.file)}:${span.line} | ${cell(message)} |`);
          }
          break;
        case 'case': {
          const { result } = event;
          if (isGreen(result.status)) break;
          const place = placeOf(result);
          const text = sentence(result);
          annotate(
            'error',
            place,
            `${result.status}: ${result.title}`,
            `${text}\nagain: ${replay(result)}`,
          );
          row(
            `| ${result.status} | ${cell(place.file)}:${place.line} | ${cell(`${result.title}: ${text}`)} |`,
          );
          break;
        }
        case 'run ended': {
          const lines = [
            `### sdt: ${tally(event.counts, PLAIN)}`,
            '',
            ...(rows.length > 0
              ? ['| result | line | what |', '| --- | --- | --- |', ...rows, '']
              : []),
            ...(failed > rows.length ? [`... and ${failed - rows.length} more`, ''] : []),
            '```text',
            ...totals.lines(event, PLAIN).map((line) => line.replaceAll('```', "'''")),
            '```',
          ];
          jobSummary?.(`${lines.join('\n')}\n`);
          break;
        }
      }
    },
  };
};

interface Place {
  readonly file: string;
  readonly line: number;
  readonly col: number;
  readonly end: number;
}

function placeOf(result: CaseResult): Place {
  return result.failures[0]?.span ?? { file: result.file, line: result.line, col: 1, end: 2 };
}

function annotation(kind: string, place: Place, title: string, message: string): string {
  const properties = [
    `file=${property(place.file)}`,
    `line=${place.line}`,
    `col=${place.col}`,
    `endColumn=${place.end}`,
    `title=${property(title)}`,
  ];
  return `::${kind} ${properties.join(',')}::${data(message)}\n`;
}

/** The message of a workflow command: one line, `%0A` for a line end. */
function data(text: string): string {
  const lines = text.split('\n').map((line) => printable(line).replaceAll('%', '%25'));
  return lines.join('%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** A cell of a Markdown table: no markup, no HTML, no further cells. */
function cell(text: string): string {
  const lines = text.split('\n').map(printable);
  return lines.join(' ').replace(/[\\`*_[\]<>|~]/g, (character) => `&#${character.charCodeAt(0)};`);
}
