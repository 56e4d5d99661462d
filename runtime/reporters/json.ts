/** `json`: one object with the run's facts, every result, the diagnostics and the counts; written as it goes. */
import type { Diagnostic } from '../../dsl/index.ts';
import { jsonText } from '../explain/json-text.ts';
import type { ReporterFactory } from './reporter.ts';

export const reporter: ReporterFactory = ({ write }) => {
  const diagnostics: Diagnostic[] = [];
  let separator = '';
  const open = () => {
    write('{\n"cases": [');
    separator = '\n';
  };
  let facts: object = {};
  return {
    on(event) {
      switch (event.event) {
        case 'run started': {
          facts = event;
          open();
          break;
        }
        case 'diagnostics':
          diagnostics.push(...event.diagnostics);
          break;
        case 'case': {
          // The rules that fired make nine tenths of a result: `ndjson` has them.
          write(`${separator}${jsonText({ ...event.result, fired: undefined })}`);
          separator = ',\n';
          break;
        }
        case 'run ended': {
          if (separator === '') open();
          write(
            `\n],\n"diagnostics": ${jsonText(diagnostics)},\n"run": ${jsonText({ ...facts, event: undefined })},\n`,
          );
          write(`"summary": ${jsonText({ ...event, event: undefined })}\n}\n`);
          break;
        }
      }
    },
  };
};
