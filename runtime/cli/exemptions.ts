/** `exempt.csv` beside the suites: rules that no scenario can decide, one reason each. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RULE_IDS } from '../../emulator/index.ts';
import { UsageError } from './usage-error.ts';

const FILE = 'exempt.csv';

/** Rule id to reason, from every `exempt.csv` in the folders of these scripts and above, within the working folder. */
export function exemptions(cwd: string, paths: readonly string[]): ReadonlyMap<string, string> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let folder = dirname(path); !folders.has(folder); folder = dirname(folder)) {
      folders.add(folder);
    }
  }
  const known = new Set<string>(RULE_IDS);
  const reasons = new Map<string, string>();
  for (const folder of folders) {
    const shown = join(folder, FILE);
    const place = shown.startsWith('/') ? shown : join(cwd, shown);
    if (!existsSync(place)) continue;
    for (const [index, row] of rowsOf(readFileSync(place, 'utf8'), shown).entries()) {
      const [rule = '', reason = ''] = row;
      if (index === 0 && rule === 'rule') continue;
      if (!known.has(rule)) throw new UsageError(`${shown}: there is no rule '${rule}'`);
      if (reason === '') throw new UsageError(`${shown}: ${rule} is exempt without a reason`);
      reasons.set(rule, reason);
    }
  }
  return reasons;
}

/** The cells of a CSV text: commas, quotes doubled inside quotes, one record per line. */
function rowsOf(text: string, shown: string): string[][] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)];
    if (cells.length < 2)
      throw new UsageError(`${shown}: '${line}' is not of the form rule,reason`);
    return cells.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
  });
}
