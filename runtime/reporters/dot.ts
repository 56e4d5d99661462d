/** `dot`: one character per result, failures where they happen. */
import type { CaseResult, Status } from '../session/results.ts';
import { isGreen } from '../session/results.ts';
import { ConsoleReporter } from './console.ts';
import type { ReporterFactory } from './reporter.ts';

const CHARACTERS: Readonly<Record<Status, string>> = {
  pass: '.',
  fail: 'F',
  'known failure': 'x',
  'unexpected pass': 'X',
  skip: 's',
  error: 'E',
  timeout: 'T',
};

class DotReporter extends ConsoleReporter {
  #column = 0;

  protected result(result: CaseResult): void {
    const { status } = result;
    const character = CHARACTERS[status];
    this.options.write(isGreen(status) ? character : this.paint.red(character));
    this.#column++;
    if (!isGreen(status) || this.#column >= (this.options.columns ?? 80)) this.end();
    this.failure(result);
  }

  protected override end(): void {
    if (this.#column > 0) this.options.write('\n');
    this.#column = 0;
  }
}

export const reporter: ReporterFactory = (options) => new DotReporter(options);
