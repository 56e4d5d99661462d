/** What the reporters for people share: script errors, failures as they happen, the summary. */
import type { RunEvent } from '../events.ts';
import type { CaseResult } from '../results.ts';
import { isGreen } from '../results.ts';
import { diagnosticDetails, diagnosticLine } from '../diagnostic-text.ts';
import type { Paint } from './case-text.ts';
import { details, heading } from './case-text.ts';
import { paintFor } from './paint.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { Totals } from './totals.ts';

/** Failures shown with their frames; those after it get one line each. */
const FRAMED = 100;

export abstract class ConsoleReporter implements Reporter {
  protected readonly paint: Paint;
  protected readonly totals = new Totals();
  protected readonly options: ReporterOptions;
  #framed = 0;

  constructor(options: ReporterOptions) {
    this.options = options;
    this.paint = paintFor(options.colour);
  }

  on(event: RunEvent): void {
    this.totals.on(event);
    if (event.event === 'diagnostics') {
      const lines = event.diagnostics.flatMap((diagnostic) => [
        diagnosticLine(diagnostic),
        ...diagnosticDetails(
          diagnostic,
          this.options.source(diagnostic.span.file),
          this.options.columns,
        ),
      ]);
      this.print(lines);
    } else if (event.event === 'case') {
      this.result(event.result);
    } else if (event.event === 'run ended') {
      this.end();
      this.print(this.totals.lines(event, this.paint));
    }
  }

  /** What one result prints. */
  protected abstract result(result: CaseResult): void;

  /** What is printed between the last result and the summary. */
  protected end(): void {}

  protected print(lines: readonly string[]): void {
    if (lines.length > 0) this.options.write(`${lines.join('\n')}\n`);
  }

  /** The frame of a result that is not green; nothing for one that is. */
  protected failure(result: CaseResult): void {
    if (isGreen(result.status)) return;
    const head = heading(result, this.totals.many, this.paint);
    if (this.#framed++ < FRAMED) {
      this.print([head, ...details(result, this.options, this.paint), '']);
    } else {
      this.print([head]);
    }
  }
}
