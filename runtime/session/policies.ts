/** The caching policies that one run visits. */
import { CACHING } from '../../emulator/index.ts';

/** The policies that `--caching WORD` stands for; null: what each scenario says. */
export function policies(word: string | null): readonly (string | null)[] {
  return word === 'all' ? CACHING : [word];
}
