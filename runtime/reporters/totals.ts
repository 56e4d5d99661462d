/** What a run amounts to: the slowest cases, skips by reason and the counts, gathered while the results pass by. */
import type { RunEvent, Tally } from '../run/events.ts';
import type { CaseResult } from '../session/results.ts';
import { plural, printable } from '../explain/text-width.ts';
import type { Paint } from './case-text.ts';

/** How many of the slowest are shown, and from how many milliseconds on. */
const SLOWEST = 5;
const SLOW = 1000;
/** Reasons kept; what comes after is counted together. */
const REASONS = 200;
const SHOWN = 10;

type Started = Extract<RunEvent, { event: 'run started' }>;
type Ended = Extract<RunEvent, { event: 'run ended' }>;

export class Totals {
  started: Started | null = null;
  scriptErrors = 0;
  scriptWarnings = 0;
  readonly #slowest: { readonly milliseconds: number; readonly id: string }[] = [];
  readonly #skips = new Map<string, number>();
  #witnessed = 0;

  /** Whether results of several variations are mixed, so that each has to say its own. */
  get many(): boolean {
    return (this.started?.variations.length ?? 0) > 1;
  }

  on(event: RunEvent): void {
    if (event.event === 'run started') this.started = event;
    else if (event.event === 'case') this.#count(event.result);
    else if (event.event === 'diagnostics') {
      for (const { severity } of event.diagnostics) {
        if (severity === 'error') this.scriptErrors++;
        else this.scriptWarnings++;
      }
    }
  }

  #count(result: CaseResult): void {
    if (result.witnesses.length > 0) this.#witnessed++;
    if (result.status === 'skip') {
      const reason = result.reason ?? 'no reason given';
      const key = this.#skips.has(reason) || this.#skips.size < REASONS ? reason : 'other reasons';
      this.#skips.set(key, (this.#skips.get(key) ?? 0) + 1);
    }
    if (result.milliseconds < SLOW) return;
    this.#slowest.push({ milliseconds: result.milliseconds, id: result.id });
    this.#slowest.sort((a, b) => b.milliseconds - a.milliseconds);
    this.#slowest.length = Math.min(this.#slowest.length, SLOWEST);
  }

  /** The closing lines of a console report. */
  lines(ended: Ended, paint: Paint): readonly string[] {
    const lines: string[] = [];
    for (const { milliseconds, id } of this.#slowest) {
      lines.push(paint.dim(`slow     ${milliseconds.toFixed(0).padStart(6)} ms  ${printable(id)}`));
    }
    const reasons = [...this.#skips].sort((a, b) => b[1] - a[1]);
    for (const [reason, count] of reasons.slice(0, SHOWN)) {
      lines.push(
        `${paint.yellow('skipped')}  ${String(count).padStart(6)}     ${printable(reason)}`,
      );
    }
    if (reasons.length > SHOWN) lines.push(`skipped  ... ${reasons.length - SHOWN} more reasons`);
    if (this.#witnessed > 0) {
      const cases = plural(this.#witnessed, 'result');
      lines.push(
        `choices  ${cases} had an outcome left open: \`--reporter ndjson\` shows what was chosen`,
      );
    }
    if (lines.length > 0) lines.push('');
    if (this.scriptErrors + this.scriptWarnings > 0) {
      lines.push(`scripts  ${this.#scripts(paint)}`);
    }
    lines.push(`cases    ${tally(ended.counts, paint)}${this.#selection()}`);
    if (ended.interrupted !== null)
      lines.push(paint.red(`stopped  ${printable(ended.interrupted)}`));
    const seconds = (ended.milliseconds / 1000).toFixed(2);
    const seed = this.started === null ? '' : `, seed ${this.started.seed}`;
    lines.push(paint.dim(`time     ${seconds} s${seed}`));
    return lines;
  }

  #scripts(paint: Paint): string {
    const parts: string[] = [];
    if (this.scriptErrors > 0) parts.push(paint.red(plural(this.scriptErrors, 'error')));
    if (this.scriptWarnings > 0) parts.push(plural(this.scriptWarnings, 'warning'));
    return parts.join(', ');
  }

  #selection(): string {
    const { started } = this;
    if (started === null) return '';
    const { selected, total, shard, variations, files } = started;
    const parts = [plural(files, 'file')];
    if (selected !== total) parts.push(`${selected} of ${plural(total, 'case')} selected`);
    if (shard !== null) parts.push(`shard ${shard}`);
    if (variations.length > 1) parts.push(`each under ${variations.join(', ')}`);
    return `  (${parts.join('; ')})`;
  }
}

/** `12 passed, 1 failed, 3 skipped`: what did not occur is left out. */
export function tally(counts: Tally, paint: Paint): string {
  const part = (count: number, text: string, colour: (text: string) => string) =>
    count === 0 ? [] : [colour(`${count} ${text}`)];
  const parts = [
    ...part(counts.pass, 'passed', paint.green),
    ...part(counts.fail, 'failed', paint.red),
    ...part(counts['unexpected pass'], 'passed unexpectedly', paint.red),
    ...part(counts.error, 'in error', paint.red),
    ...part(counts.timeout, 'timed out', paint.red),
    ...part(counts['known failure'], 'failed as known', paint.yellow),
    ...part(counts.skip, 'skipped', paint.yellow),
  ];
  return parts.join(', ') || 'none ran';
}
