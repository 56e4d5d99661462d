/** The nesting root: HS-mode firmware that runs every domain in VS, unmodified, and emulates the hypervisor extension for it. */
import type { HandlerFactory } from '../handler.ts';
import { Monitor } from '../rdsm/monitor.ts';
import { boot } from './boot.ts';
import { rootOf } from './context.ts';
import { rootGround } from './ground.ts';
import { handle } from './handle.ts';

const HOST = 0;

export const root: HandlerFactory = (spec, _domain, decide) => {
  const ground = rootGround(decide.root);
  return {
    name: 'root',
    clobbers: 'x',
    boot: (port) => boot(rootOf(new Monitor(port, spec, decide.rdsm, ground, HOST), decide.root)),
    *handle(port) {
      const monitor = yield* Monitor.enter(port, spec, decide.rdsm, ground);
      yield* handle(rootOf(monitor, decide.root));
    },
  };
};
