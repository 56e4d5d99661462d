/** The live line on a terminal: how far the run is, how many failed, where it is. */
import type { RunEvent } from '../run/events.ts';
import { isGreen } from '../session/results.ts';
import { fitted, printable } from '../explain/text-width.ts';
import type { Output } from './io.ts';

/** Milliseconds between two drawings, and before the first: a short run shows none. */
const PERIOD = 100;
const BAR = 20;

export class Progress {
  readonly #output: Output;
  readonly #clock: () => number;
  #total = 0;
  #done = 0;
  #failed = 0;
  #next: number;
  #shown = false;

  constructor(output: Output, clock: () => number) {
    this.#output = output;
    this.#clock = clock;
    this.#next = clock() + PERIOD;
  }

  on(event: RunEvent): void {
    if (event.event === 'run started') {
      this.#total = event.selected * event.variations.length;
    } else if (event.event === 'case') {
      this.#done++;
      if (!isGreen(event.result.status)) this.#failed++;
      if (this.#clock() >= this.#next) this.#draw(event.result.file);
    } else if (event.event === 'run ended') {
      this.clear();
    }
  }

  /** Takes the line away, so that something else can be written. */
  clear(): void {
    if (!this.#shown) return;
    this.#output.write('\r\u001b[2K');
    this.#shown = false;
  }

  #draw(file: string): void {
    this.#next = this.#clock() + PERIOD;
    const share = this.#total === 0 ? 0 : Math.min(1, this.#done / this.#total);
    const bar = '#'.repeat(Math.round(share * BAR)).padEnd(BAR, '.');
    const failed = this.#failed === 0 ? '' : `  ${this.#failed} failed`;
    const text = `[${bar}] ${this.#done}/${this.#total}${failed}  ${printable(file)}`;
    this.#output.write(`\r\u001b[2K${fitted(text, (this.#output.columns ?? 80) - 1)}`);
    this.#shown = true;
  }
}
