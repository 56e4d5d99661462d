/** The nesting root: HS-mode firmware that runs every domain in VS, unmodified, and emulates the hypervisor extension for it. */
import type { HandlerFactory } from '../handler.ts';
import { boot } from './boot.ts';
import { rootAt } from './context.ts';
import { handle } from './handle.ts';

export const root: HandlerFactory = (spec, _domain, decide) => ({
  name: 'root',
  clobbers: 'x',
  boot: (port) => boot(rootAt(port, spec, decide.root)),
  handle: (port) => handle(rootAt(port, spec, decide.root)),
});
