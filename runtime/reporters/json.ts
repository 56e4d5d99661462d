/** `json`: one object with the run's facts, every result, the diagnostics and the counts; written as it goes. */
import type { Diagnostic } from '../../dsl/index.ts';
import { jsonText } from '../json-text.ts';
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
          const { event: _, ...rest } = event;
          facts = rest;
          open();
          break;
        }
        case 'diagnostics':
          diagnostics.push(...event.diagnostics);
          break;
        case 'case': {
          // The rules that fired make nine tenths of a result: `ndjson` has them.
          const { fired: _, ...result } = event.result;
          write(`${separator}${jsonText(result)}`);
          separator = ',\n';
          break;
        }
        case 'run ended': {
          if (separator === '') open();
          const { event: _, ...ended } = event;
          write(`\n],\n"diagnostics": ${jsonText(diagnostics)},\n"run": ${jsonText(facts)},\n`);
          write(`"summary": ${jsonText(ended)}\n}\n`);
          break;
        }
      }
    },
  };
};
