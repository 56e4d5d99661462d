/** `default`: failures with their frames, then the summary. */
import type { CaseResult } from '../session/results.ts';
import { ConsoleReporter } from './console.ts';
import type { ReporterFactory } from './reporter.ts';

class DefaultReporter extends ConsoleReporter {
  protected result(result: CaseResult): void {
    this.failure(result);
  }
}

export const reporter: ReporterFactory = (options) => new DefaultReporter(options);
