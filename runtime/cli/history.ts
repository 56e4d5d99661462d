/** `--last-failed`: which cases were red in the last run here, kept in `.sdt/`. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseResult } from '../session/results.ts';
import { isGreen } from '../session/results.ts';
import { writeWhole } from './atomic-file.ts';

const FOLDER = '.sdt';
const FILE = 'last-run.json';
/** More failures than this are no list to go through one by one. */
const MOST = 20_000;

/** Ids that failed in the last run; null when none is known. */
export function lastFailed(cwd: string): ReadonlySet<string> | null {
  try {
    const value: unknown = JSON.parse(readFileSync(join(cwd, FOLDER, FILE), 'utf8'));
    const failed = typeof value === 'object' && value !== null && 'failed' in value && value.failed;
    if (!Array.isArray(failed)) return null;
    const ids = failed.filter((id) => typeof id === 'string');
    return ids.length === 0 ? null : new Set(ids);
  } catch {
    return null;
  }
}

/** Gathers the red cases of this run and merges them with those that it did not touch. */
export class History {
  readonly #cwd: string;
  readonly #before: Set<string>;
  readonly #failed = new Set<string>();

  /** `whole`: every case runs, so that what failed earlier and is gone is forgotten. */
  constructor(cwd: string, whole: boolean) {
    this.#cwd = cwd;
    this.#before = new Set(whole ? [] : lastFailed(cwd));
  }

  add(result: CaseResult): void {
    this.#before.delete(result.id);
    if (!isGreen(result.status) && this.#failed.size < MOST) this.#failed.add(result.id);
  }

  /** Writes the file, if there is anything to say. A folder that cannot be written is no reason to fail. */
  save(): void {
    const failed = [...this.#before, ...this.#failed].sort();
    const folder = join(this.#cwd, FOLDER);
    if (failed.length === 0 && !existsSync(join(folder, FILE))) return;
    try {
      mkdirSync(folder, { recursive: true });
    } catch {
      return;
    }
    const ignore = join(folder, '.gitignore');
    if (!existsSync(ignore)) writeWhole(ignore, '*\n');
    writeWhole(join(folder, FILE), `${JSON.stringify({ failed }, null, 2)}\n`);
  }
}
