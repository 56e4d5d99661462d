/** The firmware that machines are shipped with, by name. Nothing of it is looked at before a machine boots it. */
import type { HandlerFactory, HandlerName } from './handler.ts';
import { rdsm } from './rdsm/rdsm.ts';
import { root } from './root/root.ts';
import { tsm } from './tsm/entry.ts';

export const HANDLERS: Readonly<Record<HandlerName, HandlerFactory>> = {
  rdsm: (spec, domain, decide) => rdsm(spec, domain, decide),
  root: (spec, domain, decide) => root(spec, domain, decide),
  tsm: (spec, domain, decide) => tsm(spec, domain, decide),
};
