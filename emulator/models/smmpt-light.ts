/** Domains of S-mode software without the hypervisor extension: the protection table isolates, there are no TVMs. */
import type { Model } from './model.ts';
import { inPlace } from './modes.ts';

export const SMMPT_LIGHT: Model = {
  name: 'smmpt_light',
  says: 'RDSM in M, domains in S-mode without H; the protection table isolates',
  isolation: 'mpt',
  requires: [],
  tvms: 'none',
  handlers: [{ name: 'rdsm', mode: 'M' }],
  without: ['H'],
  physicalMode: (_kind, nominal) => inPlace(nominal),
};
