/** The RDSM's own calls: memory of domains, fences of their tables, the way back from a TSM. */
import { functionOf } from '../abi/abi.ts';
import { readArguments } from '../abi/call.ts';
import { refuse } from '../abi/check.ts';
import { RDSM } from '../abi/rdsm.ts';
import { SUCCESS } from '../abi/errors.ts';
import type { Op } from '../port.ts';
import type { FirmwareDomain } from '../spec.ts';
import { assignMemory, revokeMemory } from './memory.ts';
import type { Monitor } from './monitor.ts';
import type { Returned } from './returned.ts';
import { done, NOT_SUPPORTED, refused } from './returned.ts';
import { SDIDS } from './store.ts';
import { interruptedReturn, teeret } from './tee.ts';

type Name = keyof typeof RDSM.functions;

/** Who may call what: a TSM for its own domain, the host for domains as such. */
const CALLERS: Readonly<Record<Name, readonly FirmwareDomain['kind'][]>> = {
  sd_create: ['host'],
  sd_destroy: ['host'],
  sd_assign_mem: ['tsm'],
  sd_revoke_mem: ['tsm'],
  mpt_fence: ['host', 'tsm'],
  sd_info: ['host', 'tsm'],
  teeret: ['tsm'],
  teeret_interrupted: ['tsm'],
  boot_done: ['tsm'],
  sd_enter: ['host', 'plain'],
};

const SERVE: Readonly<Record<Name, (monitor: Monitor, pc: bigint) => Op<Returned>>> = {
  sd_create: unsupported,
  sd_destroy: unsupported,
  sd_assign_mem: assignMemory,
  sd_revoke_mem: revokeMemory,
  mpt_fence: fenceTables,
  sd_info: describe,
  teeret,
  teeret_interrupted: interruptedReturn,
  boot_done: (monitor) => monitor.ground.booted(monitor),
  sd_enter: enterDomain,
};

const A6 = 16;

export function* privateCall(monitor: Monitor, pc: bigint): Op<Returned> {
  const { port, spec } = monitor;
  const name = functionOf(RDSM, Number(BigInt.asUintN(32, monitor.x(A6))), spec.tsm.profile);
  if (name === null) {
    port.fired('ABI-02');
    return NOT_SUPPORTED;
  }
  if (!CALLERS[name].includes(monitor.kind)) return refused('denied');
  return yield* SERVE[name](monitor, pc);
}

/** On every hart, now: those of one domain, or all. */
function* fenceTables(monitor: Monitor): Op<Returned> {
  const { port, spec, store } = monitor;
  const { sdid } = readArguments(RDSM.functions.mpt_fence, (number) => monitor.x(number));
  const all = sdid === (1n << BigInt(port.xlen)) - 1n;
  const error = yield* refuse(port, spec.tsm.profile, RDSM.functions.mpt_fence.checks, {
    sdid: () => !all && (sdid >= SDIDS || !store.isActive(Number(sdid))),
  });
  if (error !== SUCCESS) return { error, value: 0n };
  yield* monitor.ground.fenceTables(monitor, all ? null : Number(sdid));
  return done();
}

/** Bit 0: active; bit 1: its supervisor software is a TSM. */
function* describe(monitor: Monitor): Op<Returned> {
  const { port, spec, store } = monitor;
  const { sdid } = readArguments(RDSM.functions.sd_info, (number) => monitor.x(number));
  const error = yield* refuse(port, spec.tsm.profile, RDSM.functions.sd_info.checks, {
    sdid: () => sdid >= SDIDS || !store.isActive(Number(sdid)),
  });
  if (error !== SUCCESS) return { error, value: 0n };
  return done(store.kindOf(Number(sdid)) === 'tsm' ? 3n : 1n);
}

/** A TSM is entered by calls alone. */
function* enterDomain(monitor: Monitor, pc: bigint): Op<Returned> {
  const { port, spec, store, decide, frame } = monitor;
  const { sdid } = readArguments(RDSM.functions.sd_enter, (number) => monitor.x(number));
  const to = Number(sdid);
  const error = yield* refuse(port, spec.tsm.profile, RDSM.functions.sd_enter.checks, {
    sdid: () => sdid >= SDIDS || !store.isActive(to) || store.kindOf(to) === 'tsm',
  });
  if (error !== SUCCESS) return { error, value: 0n };
  frame.set('mepc', decide.nextPc(pc));
  frame.set('x', 0n, 10);
  frame.set('x', 0n, 11);
  yield* monitor.ground.switchWorld(monitor, to, 'return');
  const seat = monitor.seat(to);
  return yield* monitor.leave(seat, seat.get('mepc'));
}

function* unsupported(): Op<Returned> {
  return NOT_SUPPORTED;
}
