/** `verbose`: one line per result, failures with their frames, then the summary. */
import type { CaseResult } from '../session/results.ts';
import { isGreen } from '../session/results.ts';
import { printable } from '../explain/text-width.ts';
import { ConsoleReporter } from './console.ts';
import type { ReporterFactory } from './reporter.ts';

class VerboseReporter extends ConsoleReporter {
  protected result(result: CaseResult): void {
    if (!isGreen(result.status)) {
      this.failure(result);
      return;
    }
    const colour = result.status === 'pass' ? this.paint.green : this.paint.yellow;
    const variation = this.totals.many ? `  {${printable(result.variation)}}` : '';
    const reason = result.reason === null ? '' : `  (${printable(result.reason)})`;
    this.print([
      `${colour(result.status.padEnd(4))}  ${printable(result.id)}${variation}${reason}`,
    ]);
  }
}

export const reporter: ReporterFactory = (options) => new VerboseReporter(options);
