/** `tap`: Test Anything Protocol version 14, with YAML blocks under what is not ok. */
import type { CaseResult } from '../session/results.ts';
import { isGreen } from '../session/results.ts';
import { diagnosticLine } from '../explain/diagnostic-text.ts';
import { jsonText } from '../explain/json-text.ts';
import { printable } from '../explain/text-width.ts';
import { sentence } from './case-text.ts';
import type { ReporterFactory } from './reporter.ts';

export const reporter: ReporterFactory = ({ write, replay }) => {
  let number = 0;
  let many = false;
  write('TAP version 14\n');
  return {
    on(event) {
      switch (event.event) {
        case 'run started':
          many = event.variations.length > 1;
          write(`# sdt ${event.version}, seed ${event.seed}\n`);
          break;
        case 'diagnostics':
          for (const diagnostic of event.diagnostics) {
            const line = diagnosticLine(diagnostic);
            if (diagnostic.severity === 'error') write(`not ok ${++number} - ${escaped(line)}\n`);
            else write(`# ${line}\n`);
          }
          break;
        case 'case':
          write(point(++number, event.result, many, replay));
          break;
        case 'run ended':
          if (event.interrupted !== null) write(`Bail out! ${printable(event.interrupted)}\n`);
          else write(`1..${number}\n`);
          break;
      }
    },
  };
};

function point(
  number: number,
  result: CaseResult,
  many: boolean,
  replay: (result: CaseResult) => string,
): string {
  const { status, reason } = result;
  const ok = status === 'pass' || status === 'skip' ? 'ok' : 'not ok';
  const variation = many ? ` {${result.variation}}` : '';
  const line = `${ok} ${number} - ${escaped(result.id + variation)}${directive(status, reason)}\n`;
  return isGreen(status) ? line : `${line}${block(result, replay(result))}`;
}

function directive(status: CaseResult['status'], reason: string | null): string {
  if (status === 'skip') return ` # SKIP ${printable(reason ?? '')}`;
  // A known failure is "not ok" that a harness does not count.
  if (status === 'known failure') return ` # TODO ${printable(reason ?? '')}`;
  return '';
}

/** YAML whose scalars are JSON strings: legal in every YAML reader, whatever they contain. */
function block(result: CaseResult, again: string): string {
  const failure = result.failures[0];
  const lines = [
    `message: ${jsonText(sentence(result))}`,
    `severity: ${jsonText(result.status)}`,
    `at: ${jsonText({ file: result.file, line: failure?.span.line ?? result.line, column: failure?.span.col ?? 1 })}`,
    ...(failure === undefined
      ? []
      : [`expected: ${jsonText(failure.expected)}`, `actual: ${jsonText(failure.actual)}`]),
    `again: ${jsonText(again)}`,
  ];
  return `  ---\n${lines.map((line) => `  ${line}\n`).join('')}  ...\n`;
}

/** A description: one line in which `#` cannot start a directive. */
function escaped(text: string): string {
  return printable(text).replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}
