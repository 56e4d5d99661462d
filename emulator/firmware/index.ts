/** The firmware that machines are shipped with, by name. Its modules do nothing when they are loaded. */
import type { HandlerFactory, HandlerName } from './handler.ts';
import { rdsm } from './rdsm/rdsm.ts';
import { root } from './root/root.ts';
import { tsm } from './tsm/entry.ts';

export const HANDLERS: Readonly<Partial<Record<HandlerName, HandlerFactory>>> = { rdsm, root, tsm };
