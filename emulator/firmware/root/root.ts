/**
 * The root: HS-mode firmware that runs every domain in VS, unmodified, and emulates the hypervisor extension for it. In
 * `tsm_root` the TSM is part of it, and the host its only domain.
 */
import type { HandlerFactory } from '../handler.ts';
import { Monitor } from '../rdsm/monitor.ts';
import { refuseAcceleration } from './accel/legal.ts';
import { boot } from './boot.ts';
import { rootOf } from './context.ts';
import { rootGround } from './ground.ts';
import { handle } from './handle.ts';
import { tsmInside } from './inside.ts';

export const root: HandlerFactory = (spec, _domain, decide) => {
  const why = refuseAcceleration(spec.acceleration);
  if (why !== null) throw new RangeError(why);
  const inside = tsmInside(spec, decide);
  const ground = inside?.ground ?? rootGround(decide.root);
  return {
    name: 'root',
    clobbers: 'x',
    *boot(port) {
      if (inside !== null) yield* inside.boot(port);
      return yield* boot(rootOf(new Monitor(port, spec, decide.rdsm, ground, HOST), decide.root));
    },
    *handle(port) {
      if (inside?.runsGuest(port) === true) return yield* inside.guestTrap(port);
      const monitor = yield* Monitor.enter(port, spec, decide.rdsm, ground);
      yield* handle(rootOf(monitor, decide.root));
    },
  };
};

const HOST = 0;
