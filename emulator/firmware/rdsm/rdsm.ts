/**
 * The root domain security manager: M-mode firmware that owns the protection tables and switches worlds. Where a model
 * has one world only, it is the plain firmware below it.
 */
import type { HandlerFactory } from '../handler.ts';
import { boot } from './boot.ts';
import { tsmInMachine } from './inside.ts';
import { machineGround } from './machine-ground.ts';
import { Monitor } from './monitor.ts';
import { trap } from './trap.ts';

const HOST = 0;

export const rdsm: HandlerFactory = (spec, _domain, decide) => {
  const inside = tsmInMachine(spec, decide);
  const ground = inside?.ground ?? machineGround;
  return {
    name: 'rdsm',
    clobbers: 'x',
    *boot(port) {
      if (inside !== null) yield* inside.boot(port);
      yield* boot(new Monitor(port, spec, decide.rdsm, ground, HOST));
    },
    *handle(port) {
      const monitor = yield* Monitor.enter(port, spec, decide.rdsm, ground);
      if (inside !== null && (yield* inside.isGuestTrap(monitor))) {
        return yield* inside.guestTrap(port);
      }
      yield* trap(monitor);
    },
  };
};
