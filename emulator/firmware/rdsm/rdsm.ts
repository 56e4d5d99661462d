/**
 * The root domain security manager: M-mode firmware that owns the protection tables and switches worlds. Where a model
 * has one world only, it is the plain firmware below it.
 */
import type { HandlerFactory } from '../handler.ts';
import { boot } from './boot.ts';
import { machineGround } from './machine-ground.ts';
import { Monitor } from './monitor.ts';
import { trap } from './trap.ts';

const HOST = 0;

export const rdsm: HandlerFactory = (spec, _domain, decide) => ({
  name: 'rdsm',
  clobbers: 'x',
  *boot(port) {
    yield* boot(new Monitor(port, spec, decide.rdsm, machineGround, HOST));
  },
  *handle(port) {
    yield* trap(yield* Monitor.enter(port, spec, decide.rdsm, machineGround));
  },
});
