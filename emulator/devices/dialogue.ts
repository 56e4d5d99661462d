/** A terminal that plays its part by itself: it types when it has read what it waits for. */
import type { Terminal } from './device.ts';

/** What is typed once `after` has been printed; ASCII. */
export interface Line {
  readonly after: string;
  readonly type: string;
}

/**
 * Firmware empties its UART when it starts, so what is typed before a prompt may be lost. Each line waits for its text
 * behind the place where the line before it found its own. Everything depends on bytes only: runs repeat exactly.
 */
export class Dialogue implements Terminal {
  /** Everything printed so far. */
  text = '';
  readonly #lines: readonly Line[];
  #next = 0;
  /** What was printed before this place has been answered. */
  #answered = 0;
  #typing = '';
  #typed = 0;

  constructor(lines: readonly Line[]) {
    this.#lines = lines;
  }

  /** The lines that nobody has asked for yet. */
  get waiting(): readonly Line[] {
    return this.#lines.slice(this.#next);
  }

  write(byte: number): void {
    this.text += String.fromCharCode(byte);
  }

  read(): number {
    if (this.#typed === this.#typing.length) this.#turn();
    return this.#typed < this.#typing.length ? this.#typing.charCodeAt(this.#typed++) : -1;
  }

  /** Takes the next line if its text has been printed. */
  #turn(): void {
    const line = this.#lines[this.#next];
    if (line === undefined) return;
    const at = this.text.indexOf(line.after, this.#answered);
    if (at < 0) {
      // The text may be half printed: look again from where it can begin.
      const seen = this.text.length - line.after.length + 1;
      this.#answered = Math.max(this.#answered, seen);
      return;
    }
    this.#answered = at + line.after.length;
    this.#next++;
    this.#typing = line.type;
    this.#typed = 0;
  }
}
