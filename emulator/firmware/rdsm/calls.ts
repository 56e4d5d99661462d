/** Calls from S-mode, by extension: who serves them, and to whom they are offered. */
import { EXTENSIONS, extensionOf, splitFunctionWord } from '../abi/abi.ts';
import type { Op } from '../port.ts';
import type { FirmwareDomain } from '../spec.ts';
import type { Monitor } from './monitor.ts';
import { privateCall } from './private.ts';
import type { Returned, Serve } from './returned.ts';
import { done, NOT_SUPPORTED, refused } from './returned.ts';
import { base } from './sbi/base.ts';
import { console } from './sbi/dbcn.ts';
import { hsm } from './sbi/hsm.ts';
import { ipi } from './sbi/ipi.ts';
import { rfence } from './sbi/rfence.ts';
import { reset } from './sbi/srst.ts';
import { timer } from './sbi/time.ts';
import { teecall } from './tee.ts';

type Kind = FirmwareDomain['kind'];

interface Service {
  readonly serve: Serve;
  readonly callers: readonly Kind[];
  /** Whether this platform and model offer it. */
  readonly offered: (monitor: Monitor) => boolean;
}

const EVERYBODY: readonly Kind[] = ['host', 'tsm', 'plain'];
const SUPERVISORS: readonly Kind[] = ['host', 'plain'];
const always = () => true;
const A6 = 16;
const A7 = 17;

const service = (
  serve: Serve,
  callers: readonly Kind[] = SUPERVISORS,
  offered: Service['offered'] = always,
): Service => ({ serve, callers, offered });

/** The TSM to which calls without an SDID go: that of the lowest. Null: there is none. */
function firstTsm({ spec, store }: Monitor): number | null {
  const known = spec.domains.filter(({ kind }) => kind === 'tsm').map(({ sdid }) => sdid);
  return known.find((sdid) => store.isActive(sdid)) ?? known[0] ?? null;
}

const withTsm = (monitor: Monitor) => hasWorlds(monitor) && firstTsm(monitor) !== null;
const hasWorlds = (monitor: Monitor) => monitor.ground.hasWorlds(monitor);

const SERVICES: ReadonlyMap<bigint, Service> = new Map([
  [EXTENSIONS.sbi.eid, service(base(isOffered), EVERYBODY)],
  [EXTENSIONS.time.eid, service(timer)],
  [EXTENSIONS.ipi.eid, service(ipi, SUPERVISORS, ({ spec }) => spec.clint !== null)],
  [EXTENSIONS.rfence.eid, service(rfence)],
  [EXTENSIONS.hsm.eid, service(hsm)],
  [EXTENSIONS.srst.eid, service(reset, SUPERVISORS, ({ spec }) => spec.finisher !== null)],
  [EXTENSIONS.dbcn.eid, service(console, EVERYBODY, ({ spec }) => spec.uart !== null)],
  [EXTENSIONS.supd.eid, service(activeDomains, EVERYBODY, hasWorlds)],
  [EXTENSIONS.covh.eid, service(toTsm, ['host'], withTsm)],
  [EXTENSIONS.nacl.eid, service(toTsm, ['host'], withTsm)],
  [EXTENSIONS.rdsm.eid, service(privateCall, EVERYBODY, hasWorlds)],
]);

/** Services that need the domains themselves. */
const COVE: ReadonlySet<Service | null> = new Set(
  [EXTENSIONS.supd, EXTENSIONS.covh, EXTENSIONS.nacl, EXTENSIONS.rdsm].map(
    ({ eid }) => SERVICES.get(eid) ?? null,
  ),
);

/** The service of an extension for this caller; null: it has none. */
function serviceOf(monitor: Monitor, eid: bigint): Service | null {
  const row = SERVICES.get(eid);
  if (row === undefined) return null;
  const offered = row.callers.includes(monitor.kind) && row.offered(monitor);
  return monitor.decide.isOffered(offered) ? row : null;
}

/** For probes. */
function isOffered(monitor: Monitor, eid: bigint): boolean {
  if (eid === EXTENSIONS.covg.eid) monitor.port.fired('ABI-10');
  return serviceOf(monitor, eid) !== null;
}

/** ECALL from S-mode, at `pc`. */
export function* serve(monitor: Monitor, pc: bigint): Op<never> {
  const { port, frame, decide } = monitor;
  const eid = monitor.x(A7);
  const row = serviceOf(monitor, eid);
  if (row === null && eid === EXTENSIONS.covg.eid) {
    port.fired('ABI-09');
    // Evidence is among the calls that only a TVM has.
    port.fired('ATT-10');
  }
  if (extensionOf(eid) === null) port.fired('ABI-03');
  const { error, value } = yield* answer(monitor, row, pc);
  frame.set('x', BigInt.asUintN(port.xlen, error), 10);
  frame.set('x', BigInt.asUintN(port.xlen, value), 11);
  return yield* monitor.leave(frame, decide.nextPc(pc));
}

function* answer(monitor: Monitor, row: Service | null, pc: bigint): Op<Returned> {
  const { elsewhere } = monitor.ground;
  if (elsewhere !== null && !COVE.has(row)) return yield* elsewhere(monitor, pc);
  return row === null ? NOT_SUPPORTED : yield* row.serve(monitor, pc);
}

/** COVH, and the NACL calls that CoVE needs: they belong to the TSM that a6 names. */
function* toTsm(monitor: Monitor, pc: bigint): Op<Returned> {
  const { port, store, decide } = monitor;
  const { reserved, sdid: named } = splitFunctionWord(monitor.x(A6));
  if (!decide.isFunctionWord(reserved)) {
    port.fired('ABI-05');
    return NOT_SUPPORTED;
  }
  port.fired('ABI-01');
  const to = named === 0 ? (firstTsm(monitor) ?? 0) : named;
  const isActive = store.isActive(to);
  if (!decide.isCallable(isActive ? store.kindOf(to) : null, isActive)) {
    port.fired(isActive ? 'SUPD-03' : 'ABI-06');
    return refused('invalid_param');
  }
  return yield* (monitor.ground.callTsm ?? teecall)(monitor, to, pc);
}

function* activeDomains(monitor: Monitor): Op<Returned> {
  const { port, store, decide } = monitor;
  if (monitor.x(A6) !== 0n) {
    port.fired('ABI-02');
    return NOT_SUPPORTED;
  }
  port.fired('SUPD-01');
  port.fired('SUPD-02');
  return done(decide.activeDomains(store.activeBits));
}
