/** Scripts from the disk: every file once, and one diagnostic for each that cannot be a script. */
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, isAbsolute, join, normalize, relative, sep } from 'node:path';
import type { Diagnostic, DiagnosticCode, Source } from '../../dsl/index.ts';
import { MAX_FILE_LENGTH } from '../../dsl/index.ts';
import { EXTENSION, liesIn, projectRoot } from './project.ts';
import { reasonOf } from './reasons.ts';

/** What keeps a file from being looked at by the language. */
export const FILE_DIAGNOSTICS = {
  SDT001: 'the file or folder cannot be read',
  SDT002: 'the file is too large',
  SDT003: 'the file is binary',
  SDT004: 'the file is not UTF-8',
} as const satisfies Record<DiagnosticCode, string>;

type FileCode = keyof typeof FILE_DIAGNOSTICS;

export function fileDiagnostic(
  code: FileCode,
  file: string,
  message: string,
  place: { readonly line: number; readonly col: number } = { line: 1, col: 1 },
): Diagnostic {
  const span = { file, ...place, end: place.col + 1 };
  return { code, severity: 'error', message, span };
}

/** A path as messages and case ids show it: relative to the working folder, with `/`; absolute if given so and outside. */
export function shownPath(cwd: string, path: string): string {
  const inside = relative(cwd, isAbsolute(path) ? path : join(cwd, path));
  const shown = isAbsolute(path) && inside.startsWith('..') ? normalize(path) : inside || '.';
  return shown.split(sep).join('/');
}

/** The file that `use "path"` in `from` means, as shown. */
export function usedPath(path: string, from: string): string {
  if (isAbsolute(path)) return path;
  return normalize(join(dirname(from), path))
    .split(sep)
    .join('/');
}

/** Reads each file once; the texts stay for frames and for other threads. */
export class Files {
  readonly #cwd: string;
  readonly #read = new Map<string, Source | Diagnostic>();
  /** Used files outside the project, whose lines stay where they are. */
  readonly #foreign = new Set<string>();

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  read(path: string): Source | Diagnostic {
    let found = this.#read.get(path);
    if (found === undefined) {
      found = readScript(this.#absolute(path), path);
      this.#read.set(path, found);
    }
    return found;
  }

  /**
   * `use` of the language: null when there is no such script, or none that can be read, which is a diagnostic.
   * What is no `.sdt` file is not read: the messages about it would print it.
   */
  readonly load = (path: string, from: string): Source | null => {
    const used = usedPath(path, from);
    let found = this.#read.get(used);
    if (found === undefined) {
      // The language itself says where a file that is not there is used.
      if (!existsSync(this.#absolute(used))) return null;
      const real = realpathSync(this.#absolute(used));
      if (!used.endsWith(EXTENSION) || !real.endsWith(EXTENSION)) return null;
      found = this.read(used);
      if (!this.#isOwn(real, from)) this.#foreign.add(used);
    }
    return 'text' in found ? found : null;
  };

  /** The text for frames; null: there is none to show. */
  readonly source = (path: string): string | null => {
    if (this.#foreign.has(path)) return null;
    const found = this.#read.get(path);
    return found !== undefined && 'text' in found ? found.text : null;
  };

  /** Whether a used file belongs to the project that one works in, or to that of the script that uses it. */
  #isOwn(real: string, from: string): boolean {
    if (liesIn(projectRoot(this.#cwd), real)) return true;
    if (this.#foreign.has(from)) return false;
    return liesIn(projectRoot(dirname(this.#absolute(from))), real);
  }

  #absolute(path: string): string {
    return isAbsolute(path) ? path : join(this.#cwd, path);
  }

  /** Everything that was read. */
  sources(): readonly Source[] {
    return [...this.#read.values()].filter((found) => 'text' in found);
  }

  /** What could not be read, used files included. */
  diagnostics(): readonly Diagnostic[] {
    return [...this.#read.values()].filter((found) => 'code' in found);
  }
}

/** Reads a script. `shown`: what its messages call it. */
export function readScript(path: string, shown: string): Source | Diagnostic {
  let bytes: Buffer | null;
  try {
    bytes = readAtMost(path, MAX_FILE_LENGTH);
  } catch (error) {
    return fileDiagnostic('SDT001', shown, `cannot read it: ${reasonOf(error)}`);
  }
  if (bytes === null) {
    const limit = `${MAX_FILE_LENGTH / 1024 / 1024} MiB`;
    return fileDiagnostic('SDT002', shown, `the file is larger than ${limit}, which no script is`);
  }
  return decodeScript(bytes, shown);
}

/** Bytes as a script: text without NUL, in UTF-8; a byte order mark is dropped. */
export function decodeScript(bytes: Uint8Array, shown: string): Source | Diagnostic {
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    const message = `the file is binary: a zero byte at offset ${nul}`;
    return fileDiagnostic('SDT003', shown, message, placeOf(bytes, nul));
  }
  try {
    return { path: shown, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const offset = firstInvalid(bytes);
    const found = `0x${(bytes[offset] ?? 0).toString(16).padStart(2, '0')}`;
    const message = `the file is not UTF-8: byte ${found} at offset ${offset}`;
    return fileDiagnostic('SDT004', shown, message, placeOf(bytes, offset));
  }
}

/** The bytes of a file; null when there are more than `limit`. A pipe is read only as an open stream: `/dev/stdin`. */
export function readAtMost(path: string, limit: number): Buffer | null {
  const stat = statSync(path);
  // Opening a pipe waits for its writer, and nothing can interrupt that.
  if (!stat.isFile() && !stat.isDirectory() && !/^\/(dev|proc)\//.test(path)) {
    throw new Error('it is not a regular file');
  }
  const file = openSync(path, 'r');
  try {
    if (fstatSync(file).size > limit) return null;
    const chunks: Buffer[] = [];
    let length = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(65_536);
      const read = readSync(file, chunk);
      if (read === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, read));
      length += read;
      if (length > limit) return null;
    }
  } finally {
    closeSync(file);
  }
}

/** Offset of the first sequence that is not UTF-8: behind the longest prefix that is. */
function firstInvalid(bytes: Uint8Array): number {
  let [good, bad] = [0, bytes.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (decodes(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  // The prefix may end inside a sequence that the next byte, or the end, breaks: that one is meant.
  let start = good;
  while (start > 0 && good - start < 3 && ((bytes[start - 1] ?? 0) & 0xc0) === 0x80) start--;
  const lead = bytes[start - 1] ?? 0;
  const needs = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return start > 0 && start - 1 + needs > good ? start - 1 : good;
}

/** Whether a prefix is valid, but for a sequence that its end may have cut. */
function decodes(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function placeOf(bytes: Uint8Array, offset: number): { line: number; col: number } {
  let [line, start] = [1, 0];
  for (let at = bytes.indexOf(10); at >= 0 && at < offset; at = bytes.indexOf(10, at + 1)) {
    line++;
    start = at + 1;
  }
  return { line, col: offset - start + 1 };
}
