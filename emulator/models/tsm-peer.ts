/** CoVE deployment model 1: the TSM is a peer of the host in a domain of its own, and the protection table isolates. */
import type { Model } from './model.ts';
import { inPlace } from './modes.ts';

export const TSM_PEER: Model = {
  name: 'tsm_peer',
  says: 'RDSM in M, host and TSM as peers in HS; the protection table isolates',
  isolation: 'mpt',
  requires: [],
  tvms: 'all',
  handlers: [{ name: 'rdsm', mode: 'M' }],
  physicalMode: (_kind, nominal) => inPlace(nominal),
};
