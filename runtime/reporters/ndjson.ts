/** `ndjson`: the event stream itself, one JSON object per line. */
import { jsonText } from '../explain/json-text.ts';
import type { ReporterFactory } from './reporter.ts';

export const reporter: ReporterFactory = ({ write }) => ({
  on: (event) => write(`${jsonText(event)}\n`),
});
