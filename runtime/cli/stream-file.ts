/** A file that grows while a program runs: traces, and what it prints. */
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { reasonOf } from './reasons.ts';
import { UsageError } from './usage-error.ts';

/** Characters gathered before they are handed to the system. */
const ENOUGH = 1 << 18;

export class StreamFile {
  readonly path: string;
  /** Why nothing more can be written; null while it can. */
  failed: string | null = null;
  #file: number | null;
  #pending = '';

  /** Opens at once; throws `UsageError`. `flag`: the option that named the file. */
  constructor(flag: string, path: string) {
    this.path = path;
    try {
      const there = statSync(path, { throwIfNoEntry: false });
      // Opening a pipe waits for its reader, and nothing can interrupt that.
      if (there?.isFIFO() === true && !/^\/(dev|proc)\//.test(path)) {
        throw new Error('it is a pipe; /dev/stdout and >(command) work');
      }
      this.#file = openSync(path, 'w');
    } catch (error) {
      throw new UsageError(`${flag}: cannot write ${path}: ${reasonOf(error)}`);
    }
  }

  /** ASCII. */
  write(text: string): void {
    this.#pending += text;
    if (this.#pending.length >= ENOUGH) this.flush();
  }

  /** After whatever text is pending. */
  writeBytes(bytes: Uint8Array): void {
    this.flush();
    this.#put(bytes);
  }

  flush(): void {
    if (this.#pending === '') return;
    const bytes = Buffer.from(this.#pending, 'latin1');
    this.#pending = '';
    this.#put(bytes);
  }

  close(): void {
    this.flush();
    const file = this.#file;
    this.#file = null;
    try {
      if (file !== null) closeSync(file);
    } catch (error) {
      this.failed ??= reasonOf(error);
    }
  }

  #put(bytes: Uint8Array): void {
    try {
      let at = 0;
      while (this.#file !== null && this.failed === null && at < bytes.length) {
        at += writeSync(this.#file, bytes, at);
      }
    } catch (error) {
      this.failed = reasonOf(error);
    }
  }
}
