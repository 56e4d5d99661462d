/** What the reporters for people share: script errors, failures as they happen, the summary. */
import type { RunEvent } from '../run/events.ts';
import type { CaseResult } from '../session/results.ts';
import { isGreen } from '../session/results.ts';
import { diagnosticDetails, diagnosticLine } from '../explain/diagnostic-text.ts';
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
  /** Red results of one case under several policies: what failed alike is told once. */
  #held: CaseResult[] = [];

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
      if (this.#held[0]?.id !== event.result.id) this.#tell();
      this.result(event.result);
    } else if (event.event === 'run ended') {
      this.end();
      this.#tell();
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
    this.#held.push(result);
    if (!this.totals.many) this.#tell();
  }

  #tell(): void {
    const groups = new Map<string, CaseResult[]>();
    for (const result of this.#held) {
      const key = likeness(result);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [result]);
      else group.push(result);
    }
    this.#held = [];
    for (const [first, ...others] of groups.values()) {
      if (first !== undefined) this.#print(first, others);
    }
  }

  #print(result: CaseResult, others: readonly CaseResult[]): void {
    const variation = [result, ...others].map((each) => each.variation).join(', ');
    const head = heading({ ...result, variation }, this.totals.many, this.paint);
    if (this.#framed++ < FRAMED) {
      this.print([head, ...details(result, this.options, this.paint), '']);
    } else {
      this.print([head]);
    }
  }
}

/** Equal for results that a reader would call the same; walks differ by what a cache held. */
function likeness({ status, reason, failures }: CaseResult): string {
  const told = failures.map(({ span, message, expected, actual, because, rule }) =>
    [span.file, span.line, span.col, message, expected, actual, because, rule].join('\n'),
  );
  return [status, reason, ...told].join('\n\n');
}
