/** CoVE deployment model 3: the TSM shares M-mode with its driver, memory is split once and PMP isolates. */
import type { Model } from './model.ts';
import { inPlace } from './modes.ts';

export const TSM_M: Model = {
  name: 'tsm_m',
  says: 'RDSM and TSM in M, the host in HS; PMP isolates, memory is split once',
  isolation: 'pmp',
  requires: [],
  tvms: 'promote',
  handlers: [{ name: 'rdsm', mode: 'M' }],
  physicalMode: (kind, nominal) => (kind === 'tsm' && nominal !== 'U' ? 'M' : inPlace(nominal)),
};
