/** The RDSM is a root hypervisor: software of every domain, TSM included, runs unmodified behind a G-stage. */
import type { Model } from './model.ts';
import { deprivileged } from './modes.ts';

export const RDSM_HS: Model = {
  name: 'rdsm_hs',
  says: 'RDSM in HS emulates H, every domain in VS; one G-stage per domain and shadow tables isolate',
  isolation: 'gstage',
  requires: ['H'],
  tvms: 'all',
  handlers: [
    { name: 'rdsm', mode: 'M' },
    { name: 'root', mode: 'HS' },
  ],
  physicalMode: (_kind, nominal) => deprivileged(nominal),
};

/** The same with hypothetical hardware that takes over parts of the emulation. */
export const NESTED_ACCEL: Model = {
  ...RDSM_HS,
  name: 'nested_accel',
  says: 'as rdsm_hs, with hypothetical hardware for nesting (machine accel ..)',
};
