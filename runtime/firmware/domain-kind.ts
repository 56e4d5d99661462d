/** What software a domain runs, told by its name. */
import type { FirmwareDomain } from '../../emulator/index.ts';

/** `host` is the hosting domain, `tsm`, `tsm2`, ... have a TSM, all others are plain. */
export function kindOf(name: string): FirmwareDomain['kind'] {
  if (name === 'host') return 'host';
  return name.startsWith('tsm') ? 'tsm' : 'plain';
}
