/** Paths, globs, `file.sdt:LINE` and case ids of the command line into files and places, sorted. */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Diagnostic } from '../../dsl/index.ts';
import type { Places } from '../run/select.ts';
import { fileDiagnostic, shownPath } from './files.ts';
import { EXTENSION } from './project.ts';
import { reasonOf } from './reasons.ts';
import { UsageError, didYouMean } from './usage-error.ts';

export interface Discovered {
  /** As shown, sorted, each once. */
  readonly files: readonly string[];
  /** Files of which only a part was asked for. */
  readonly places: ReadonlyMap<string, Places>;
  /** Folders that could not be read. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Names of commands, for what looks like a mistyped one. */
export type Commands = readonly string[];

export async function discover(
  cwd: string,
  targets: readonly string[],
  commands: Commands = [],
): Promise<Discovered> {
  const search = new Search(cwd);
  for (const target of targets) {
    if (search.addPlain(target) || search.addPart(target)) continue;
    if (/[*?[\]{}]/.test(target)) {
      const { glob } = await import('glob');
      const found = await glob(target, { cwd, nodir: true, posix: true, dot: false });
      if (found.length === 0) throw new UsageError(`no file matches ${target}`);
      for (const path of found) search.addFile(shownPath(cwd, path));
    } else {
      const advice = await didYouMean(target, commands);
      throw new UsageError(
        `there is no file or folder ${target.replace(/(:\d+){1,2}$/, '')}`,
        advice === null ? null : `${advice} (a command)`,
      );
    }
  }
  return search.found();
}

class Search {
  readonly #cwd: string;
  readonly #whole = new Set<string>();
  readonly #lines = new Map<string, number[]>();
  readonly #ids = new Map<string, Set<string>>();
  readonly #diagnostics: Diagnostic[] = [];
  /** Real paths of the folders on the way down and done: a loop of links is entered once. */
  readonly #visited = new Set<string>();

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  addFile(path: string): void {
    this.#whole.add(path);
  }

  /** An existing file or folder. */
  addPlain(target: string): boolean {
    const kind = this.#kindOf(target);
    if (kind === 'folder') this.#addFolder(shownPath(this.#cwd, target));
    else if (kind === 'file') this.addFile(shownPath(this.#cwd, target));
    return kind !== null;
  }

  /** `file.sdt:LINE`, `file.sdt:LINE:COL` or `file.sdt#title[axis=value]`. */
  addPart(target: string): boolean {
    const line = /^(.*?):(\d+)(?::\d+)?$/.exec(target);
    if (line?.[1] !== undefined && this.#kindOf(line[1]) === 'file') {
      const path = shownPath(this.#cwd, line[1]);
      this.#lines.set(path, [...(this.#lines.get(path) ?? []), Number(line[2])]);
      return true;
    }
    for (let at = target.indexOf('#'); at > 0; at = target.indexOf('#', at + 1)) {
      if (this.#kindOf(target.slice(0, at)) !== 'file') continue;
      const path = shownPath(this.#cwd, target.slice(0, at));
      this.#ids.set(path, (this.#ids.get(path) ?? new Set()).add(path + target.slice(at)));
      return true;
    }
    return false;
  }

  found(): Discovered {
    const places = new Map<string, Places>();
    const files = new Set(this.#whole);
    for (const path of [...this.#lines.keys(), ...this.#ids.keys()]) {
      files.add(path);
      if (this.#whole.has(path)) continue;
      places.set(path, {
        lines: this.#lines.get(path) ?? [],
        ids: this.#ids.get(path) ?? new Set(),
      });
    }
    return { files: [...files].sort(byName), places, diagnostics: this.#diagnostics };
  }

  #kindOf(path: string): 'file' | 'folder' | null {
    try {
      return statSync(this.#absolute(path)).isDirectory() ? 'folder' : 'file';
    } catch {
      return null;
    }
  }

  #absolute(path: string): string {
    return isAbsolute(path) ? path : join(this.#cwd, path);
  }

  /** Every script below a folder; hidden folders and `node_modules` are not entered. */
  #addFolder(folder: string): void {
    try {
      const real = realpathSync(this.#absolute(folder));
      if (this.#visited.has(real)) return;
      this.#visited.add(real);
      for (const entry of readdirSync(this.#absolute(folder), { withFileTypes: true })) {
        if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
        const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
        const kind = entry.isSymbolicLink() ? this.#kindOf(path) : null;
        if (kind === 'folder' || entry.isDirectory()) this.#addFolder(path);
        else if (!entry.name.endsWith(EXTENSION)) continue;
        // What is no regular file, or a link that leads nowhere, gets its diagnostic when it is read.
        else this.addFile(path);
      }
    } catch (error) {
      const message = `cannot read the folder: ${reasonOf(error)}`;
      this.#diagnostics.push(fileDiagnostic('SDT001', folder, message));
    }
  }
}

/** By code units: the same order on every machine. */
function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
