/** CoVE deployment model 2: the TSM is the only software in HS, the host runs behind a G-stage of it. */
import type { Model } from './model.ts';
import { deprivileged, inPlace } from './modes.ts';

export const TSM_ROOT: Model = {
  name: 'tsm_root',
  says: 'TSM alone in HS, the host in VS; the G-stage isolates',
  isolation: 'gstage',
  requires: ['H'],
  tvms: 'all',
  handlers: [
    { name: 'rdsm', mode: 'M' },
    { name: 'root', mode: 'HS' },
  ],
  physicalMode: (kind, nominal) => (kind === 'tsm' ? inPlace(nominal) : deprivileged(nominal)),
};
