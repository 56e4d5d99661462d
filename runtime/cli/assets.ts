/** Files that scripts name beside other scripts: assembly text and images. Read once, from the project only. */
import { closeSync, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Files } from '../session/files.ts';
import { liesIn, projectRoot } from './project.ts';
import { reasonOf } from './reasons.ts';

/** Bytes of the largest file that a script may bring in. */
const LARGEST = 64 * 1024 * 1024;

/** A reader for scripts that are shown relative to `cwd`. */
export function assetsOf(cwd: string): Files {
  const known = new Map<string, Uint8Array | string>();
  return (path, from) => {
    const folder = resolve(cwd, dirname(from));
    const at = resolve(folder, path);
    const read = known.get(at) ?? readAsset(at, path, [cwd, folder]);
    known.set(at, read);
    return read;
  };
}

/** `folders`: those whose projects may be read, that of the caller and that of the script. */
function readAsset(at: string, path: string, folders: readonly string[]): Uint8Array | string {
  let file: number | null = null;
  try {
    const real = realpathSync(at);
    if (!folders.some((folder) => liesIn(projectRoot(folder), real))) {
      return `'${path}' lies outside the project`;
    }
    file = openSync(real, 'r');
    const { size } = checked(fstatSync(file));
    if (size > LARGEST) return `'${path}' is too large: at most ${LARGEST} bytes`;
    return new Uint8Array(readFileSync(file));
  } catch (error) {
    return `'${path}' cannot be read: ${reasonOf(error)}`;
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** Pipes and devices never end. */
function checked<T extends { isFile(): boolean }>(status: T): T {
  if (!status.isFile()) throw new Error('it is no regular file');
  return status;
}
