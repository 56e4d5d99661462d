/** `--baseline FILE`: this run against a recorded one, or the record of this run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Baseline, BaselineCase } from '../gate/baseline.ts';
import {
  baselineCase,
  baselineKey,
  baselineText,
  compareBaseline,
  parseBaseline,
} from '../gate/baseline.ts';
import { EXIT } from '../run/exit-code.ts';
import type { CaseResult } from '../session/results.ts';
import { plural, printable } from '../explain/text-width.ts';
import { writeWhole } from './atomic-file.ts';
import type { Io } from './io.ts';
import { reasonOf } from './reasons.ts';
import type { Settings } from './settings.ts';
import { UsageError } from './usage-error.ts';

/** Differences shown one by one. */
const SHOWN = 50;

export class BaselineGate {
  readonly #path: string;
  readonly #shown: string;
  readonly #update: boolean;
  readonly #was: Baseline;
  readonly #cases: Record<string, BaselineCase> = {};

  /** The gate that the settings ask for, or null. */
  static of({ baseline, update }: Settings, cwd: string): BaselineGate | null {
    if (baseline !== null) return new BaselineGate(baseline, update, cwd);
    if (!update) return null;
    throw new UsageError('--update records a baseline', 'name its file: --baseline FILE --update');
  }

  private constructor(shown: string, update: boolean, cwd: string) {
    this.#shown = shown;
    this.#path = shown.startsWith('/') ? shown : join(cwd, shown);
    this.#update = update;
    this.#was = this.#read();
  }

  add(result: CaseResult): void {
    this.#cases[baselineKey(result)] = baselineCase(result);
  }

  /** Compares or records; gives an exit code. `partial`: not every case ran. */
  finish(io: Io, partial: boolean): number {
    if (this.#update) return this.#record(io, partial);
    const is: Baseline = { format: 'sdt baseline 1', cases: this.#cases };
    const differences = compareBaseline(this.#was, is, partial);
    for (const { id, kind, was, is: now } of differences.slice(0, SHOWN)) {
      io.stderr.write(`${kind}: ${printable(id)}: was ${printable(was)}, is ${printable(now)}\n`);
    }
    const bad = differences.filter(({ kind }) => kind !== 'new').length;
    const fresh = differences.length - bad;
    const more = differences.length > SHOWN ? ` (${SHOWN} of them shown)` : '';
    io.stderr.write(
      `${plural(bad, 'difference')} from ${printable(this.#shown)}, ${plural(fresh, 'new result')}${more}\n`,
    );
    return bad > 0 ? EXIT.failed : EXIT.passed;
  }

  #read(): Baseline {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (gone && this.#update) return { format: 'sdt baseline 1', cases: {} };
      throw new UsageError(
        `cannot read the baseline ${this.#shown}: ${reasonOf(error)}`,
        gone ? '--update records one' : null,
      );
    }
    const baseline = parseBaseline(text);
    if (typeof baseline !== 'string') return baseline;
    throw new UsageError(`${this.#shown} is no baseline: ${baseline}`);
  }

  #record(io: Io, partial: boolean): number {
    const cases = partial ? { ...this.#was.cases, ...this.#cases } : this.#cases;
    const text = baselineText({ format: 'sdt baseline 1', cases });
    const failed = writeWhole(this.#path, text);
    if (failed === null) {
      io.stderr.write(
        `${plural(Object.keys(cases).length, 'result')} recorded in ${printable(this.#shown)}\n`,
      );
      return EXIT.passed;
    }
    io.stderr.write(`sdt: cannot write the baseline ${this.#shown}: ${failed}\n`);
    return EXIT.internal;
  }
}
