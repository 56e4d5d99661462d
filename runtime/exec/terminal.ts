/** The terminal of a running program: bytes that it prints, gathered; bytes that were typed, kept until it asks. */
import type { Terminal } from '../../emulator/index.ts';

/** Bytes gathered before they are handed on, though nobody asked. */
const ENOUGH = 4096;

export class ByteTerminal implements Terminal {
  readonly #print: (bytes: Uint8Array) => void;
  #printed = new Uint8Array(ENOUGH);
  #length = 0;
  #typed: number[] = [];
  #next = 0;

  /** `print` gets an array of its own each time. */
  constructor(print: (bytes: Uint8Array) => void) {
    this.#print = print;
  }

  write(byte: number): void {
    this.#printed[this.#length++] = byte;
    if (this.#length === ENOUGH) this.flush();
  }

  read(): number {
    if (this.#next === this.#typed.length) return -1;
    return this.#typed[this.#next++] ?? -1;
  }

  type(bytes: Uint8Array): void {
    this.#typed = [...this.#typed.slice(this.#next), ...bytes];
    this.#next = 0;
  }

  /** Bytes that were typed and that the program has not read. */
  get unread(): readonly number[] {
    return this.#typed.slice(this.#next);
  }

  /** Hands on what was printed. */
  flush(): void {
    if (this.#length === 0) return;
    this.#print(this.#printed.subarray(0, this.#length));
    this.#printed = new Uint8Array(ENOUGH);
    this.#length = 0;
  }
}
