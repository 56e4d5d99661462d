/** Where a project begins: what lies outside it is nobody's to print. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const CONFIG_FILE = 'sdt.config.json';

/** What a script's name ends in. */
export const EXTENSION = '.sdt';

/** The nearest folder at or above `folder` that holds a configuration or a repository; else `folder`. Real path. */
export function projectRoot(folder: string): string {
  const real = realpathSync(folder);
  for (let at = real; at !== dirname(at); at = dirname(at)) {
    if ([CONFIG_FILE, '.git'].some((mark) => existsSync(join(at, mark)))) return at;
  }
  return real;
}

/** Whether a real path lies in a folder. */
export function liesIn(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return inside !== '..' && !inside.startsWith('../') && !inside.startsWith('..\\');
}
