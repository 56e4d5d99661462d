/** A TSM that is part of the root: its calls are served where the host trapped, its guests are the root's own. */
import type { FirmwareDecisions } from '../decisions.ts';
import type { Op, Port } from '../port.ts';
import type { Ground } from '../rdsm/ground.ts';
import { Monitor } from '../rdsm/monitor.ts';
import type { FirmwareSpec } from '../spec.ts';
import { lock, unlock } from '../tsm/context.ts';
import { hostCall } from '../tsm/dispatch.ts';
import { bootOn, contextsOf } from '../tsm/entry.ts';
import { guestTrap } from '../tsm/run/index.ts';
import { rootSeat } from '../tsm/seats/root.ts';
import { hartContext } from '../tsm/vcpu/vcpu.ts';
import { rootGround } from './ground.ts';

const HOST = 0;

export interface Inside {
  readonly ground: Ground;
  boot(port: Port): Op<void>;
  /** Whether the hart executes a TVM: its traps are the TSM's. */
  runsGuest(port: Port): boolean;
  guestTrap(port: Port): Op<never>;
}

/** Null: in this model the TSM is somebody else, or there is none. */
export function tsmInside(spec: FirmwareSpec, decide: FirmwareDecisions): Inside | null {
  const domain = spec.domains.find(({ kind }) => kind === 'tsm');
  if (spec.model !== 'tsm_root' || domain === undefined) return null;
  const ground = rootGround(decide.root, function* (monitor, _to, pc) {
    const context = contextOn(monitor.port);
    // Where the host goes on; a run puts it aside with the rest of the host's state.
    yield* monitor.port.csrw('sepc', decide.rdsm.nextPc(pc));
    yield* lock(context);
    const outcome = yield* hostCall(context);
    yield* unlock(context);
    return outcome;
  });
  const monitorOn = (port: Port) => new Monitor(port, spec, decide.rdsm, ground, HOST);
  const contextOn = contextsOf(spec, domain.sdid, decide, rootSeat(monitorOn, decide.root));
  return {
    ground,
    boot: (port) => bootOn(contextOn(port)),
    runsGuest: (port) => hartContext(contextOn(port)).get('vcpu') !== 0n,
    guestTrap: (port) => guestTrap(contextOn(port)),
  };
}
