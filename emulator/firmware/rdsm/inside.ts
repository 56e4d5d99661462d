/** A TSM that shares M-mode with the RDSM: its calls are served where the host trapped, its guests trap into M. */
import type { FirmwareDecisions } from '../decisions.ts';
import type { Op, Port } from '../port.ts';
import type { FirmwareSpec } from '../spec.ts';
import { tsmMap } from '../layouts/tsm.ts';
import { lock, type TsmContext, unlock } from '../tsm/context.ts';
import { hostCall } from '../tsm/dispatch.ts';
import { bootOn, contextsOf } from '../tsm/entry.ts';
import { guestTrap } from '../tsm/run/index.ts';
import { asTakenInHs, machineSeat } from '../tsm/seats/machine.ts';
import type { Ground } from './ground.ts';
import { machineGround } from './machine-ground.ts';
import { Monitor } from './monitor.ts';

const HOST = 0;
const PAGE = 4096n;
/** Interrupts of M-mode: software, timer, external. */
const MACHINE = [3n, 7n, 11n];

export interface InMachine {
  readonly ground: Ground;
  boot(port: Port): Op<void>;
  /** Whether what has trapped is a guest, and the trap the TSM's. */
  isGuestTrap(monitor: Monitor): Op<boolean>;
  guestTrap(port: Port): Op<never>;
}

/** Null: in this model the TSM is somebody else, or there is none. */
export function tsmInMachine(spec: FirmwareSpec, decide: FirmwareDecisions): InMachine | null {
  const domain = spec.domains.find(({ kind }) => kind === 'tsm');
  if (spec.model !== 'tsm_m' || domain === undefined || domain.memory === null) return null;
  const { sdid, memory } = domain;
  const ground: Ground = {
    ...machineGround,
    hasWorlds: () => true,
    *callTsm(monitor, _to, pc) {
      const context = contextOn(monitor.port);
      // Where the host goes on when a guest's run has ended.
      monitor.frame.set('mepc', decide.rdsm.nextPc(pc));
      yield* lock(context);
      const outcome = yield* hostCall(context);
      yield* unlock(context);
      return outcome;
    },
  };
  const monitorOn = (port: Port) => new Monitor(port, spec, decide.rdsm, ground, HOST);
  const map = tsmMap(spec, memory);
  const seat = machineSeat(monitorOn, (hart) => map.hart(hart), sdid);
  const contextOn = contextsOf(spec, sdid, decide, seat);
  return {
    ground,
    *boot(port) {
      const context = contextOn(port);
      yield* bootOn(context);
      if (port.hart === 0) divide(context);
    },
    *isGuestTrap({ port, caller }) {
      if (caller !== sdid) return false;
      const cause = yield* port.csrr('mcause');
      const interrupt = 1n << BigInt(port.xlen - 1);
      return (cause & interrupt) === 0n || !MACHINE.includes(cause & ~interrupt);
    },
    *guestTrap(port) {
      yield* asTakenInHs(port);
      return yield* guestTrap(contextOn(port));
    },
  };
}

/** What was divided off for TVMs before boot is confidential, and nobody can have reached it. */
function divide({ spec, pages }: TsmContext): void {
  for (const { base, size } of spec.split?.confidential ?? []) {
    for (let at = base; at < base + size; at += PAGE) pages.set(at, 'unassigned');
  }
}
