/** A file that appears whole or not at all: written under a temporary name in its folder, then renamed. */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { reasonOf } from './reasons.ts';

/** Bytes gathered before they are handed to the system. */
const BUFFER = 65_536;

const open = new Set<AtomicFile>();

/** Removes what is half written; for the moment when the process has to go. */
export function abandonAll(): void {
  for (const file of open) file.abandon();
}

export class AtomicFile {
  readonly path: string;
  /** Why it could not be written; null while it can. */
  failed: string | null = null;
  #file: number | null = null;
  /** Null: the destination is a device or a pipe, which cannot be replaced. */
  #temporary: string | null = null;
  #target: string;
  #mode: number | null = null;
  #pending: string[] = [];
  #length = 0;

  /** Opens at once, so that a path that cannot be written is known before the work is done. */
  constructor(path: string) {
    this.path = path;
    this.#target = path;
    this.#try(() => {
      makeFolder(dirname(path));
      const there = statSync(path, { throwIfNoEntry: false });
      if (there?.isDirectory())
        throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
      if (there !== undefined && !there.isFile()) {
        this.#file = openSync(path, 'w');
      } else {
        if (there !== undefined) {
          this.#target = realpathSync(path);
          this.#mode = there.mode;
        }
        const name = `.${basename(this.#target)}.${process.pid}.tmp`;
        this.#temporary = join(dirname(this.#target), name);
        this.#file = openSync(this.#temporary, 'w');
      }
      open.add(this);
    });
  }

  write(text: string): void {
    if (this.failed !== null) return;
    this.#pending.push(text);
    this.#length += text.length;
    if (this.#length >= BUFFER) this.#try(() => this.#flush());
  }

  /** Makes the file appear. */
  finish(): void {
    this.#try(() => {
      this.#flush();
      const file = this.#file;
      if (file === null) return;
      if (this.#temporary !== null) {
        fsyncSync(file);
        if (this.#mode !== null) chmodSync(this.#temporary, this.#mode);
      }
      this.#file = null;
      closeSync(file);
      if (this.#temporary !== null) renameSync(this.#temporary, this.#target);
      open.delete(this);
    });
  }

  /** Leaves nothing behind. */
  abandon(): void {
    open.delete(this);
    const [file, temporary] = [this.#file, this.#temporary];
    this.#file = null;
    try {
      if (file !== null) closeSync(file);
    } catch {
      // A full disk reports itself on closing as well.
    }
    try {
      if (temporary !== null) unlinkSync(temporary);
    } catch {
      // It was never made, or is gone.
    }
  }

  #flush(): void {
    const bytes = Buffer.from(this.#pending.join(''), 'utf8');
    this.#pending = [];
    this.#length = 0;
    let at = 0;
    while (this.#file !== null && at < bytes.length) at += writeSync(this.#file, bytes, at);
  }

  #try(work: () => void): void {
    if (this.failed !== null) return;
    try {
      work();
    } catch (error) {
      this.failed = reasonOf(error);
      this.abandon();
    }
  }
}

/** Makes a folder and those above it. (`recursive: true` never ends where a parent cannot be made, such as in /proc.) */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path);
}

/** Writes a text at once; gives the reason when it could not. */
export function writeWhole(path: string, text: string): string | null {
  const file = new AtomicFile(path);
  file.write(text);
  file.finish();
  return file.failed;
}
