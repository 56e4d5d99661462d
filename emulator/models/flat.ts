/** No domains: the negative control, in which each denial of the others must come out as ok. */
import type { Model } from './model.ts';
import { inPlace } from './modes.ts';

export const FLAT: Model = {
  name: 'flat',
  says: 'no domains at all: the negative control',
  isolation: 'none',
  requires: [],
  tvms: 'none',
  handlers: [{ name: 'rdsm', mode: 'M' }],
  physicalMode: (_kind, nominal) => inPlace(nominal),
};
