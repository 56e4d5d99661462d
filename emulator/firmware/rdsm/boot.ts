/** What happens on each hart before software of any domain runs. */
import { DOMAIN_KINDS, RDSM_MAGIC, RDSM_MAP } from '../layouts/rdsm.ts';
import type { Op } from '../port.ts';
import type { FirmwareDomain } from '../spec.ts';
import type { Monitor } from './monitor.ts';
import { protect } from './protect.ts';
import { clearSeat, isolationCsr, saveWorld, switchWorld } from './worlds.ts';

/** Where harts without a program stand: outside memory. */
export const HOME = 0x800n;
/** From the page of a handler to its boot entry. */
export const BOOT_ENTRY = 0x800n;

const HOST = 0;
const STCE = 1n << 63n;
const ECALL_FROM_S = 1n << 9n;
const SUPERVISOR_INTERRUPTS = 0x666n;
const MSIE = 1n << 3n;
const COUNTERS = 7n;
const MPP = 3n << 11n;
const MPP_S = 1n << 11n;
const MPV = 1n << 39n;
const NMIE = 1n << 3n;

/** Firmware of domains that this RDSM has to boot, in order. */
export function toBoot(monitor: Monitor): readonly FirmwareDomain[] {
  const { ground } = monitor;
  if (!ground.hasWorlds(monitor) || ground.callTsm !== null) return [];
  return monitor.spec.domains.filter(({ kind }) => kind === 'tsm');
}

/** The supervisor that the plain firmware of a nesting model starts; null: the host itself. */
function rootOf({ spec }: Monitor): bigint | null {
  return spec.root?.base ?? null;
}

export function* boot(monitor: Monitor): Op<never> {
  const { port } = monitor;
  if (port.hart === 0) layOut(monitor);
  while (monitor.store.shared.get('magic') !== RDSM_MAGIC) yield* port.pause();
  prepareHart(monitor);
  yield* configure(monitor);
  yield* saveWorld(monitor);
  return yield* bootNext(monitor, 0);
}

/** Records and the pool of pages for tables, as the platform's description says. */
export function layOut({ spec, store }: Monitor): void {
  if (RDSM_MAP.size(spec.harts) > spec.rdsm.size) {
    throw new RangeError(`the memory of the RDSM is too small for ${spec.harts} harts`);
  }
  const { shared } = store;
  shared.set('epoch', 1n);
  shared.set('tables', spec.tables.base);
  let active = 0n;
  for (const { sdid, kind, mmpt, memory } of spec.domains) {
    active |= 1n << BigInt(sdid);
    const record = store.domain(sdid);
    record.set('kind', BigInt(DOMAIN_KINDS.indexOf(kind)));
    record.set('mmpt', mmpt);
    record.set('base', memory?.base ?? 0n);
    record.set('size', memory?.size ?? 0n);
    record.set('created', 0n);
  }
  shared.set('active', active);
  shared.set('magic', RDSM_MAGIC);
}

export function prepareHart(monitor: Monitor): void {
  const { hart, store, spec } = monitor;
  hart.set('epoch', store.shared.get('epoch'));
  for (const field of ['hsm', 'caller', 'interrupted', 'ipi', 'mail', 'done'] as const) {
    hart.set(field, 0n);
  }
  for (const { sdid } of spec.domains) clearSeat(monitor, sdid);
}

function* configure(monitor: Monitor): Op<void> {
  const { port, spec } = monitor;
  yield* port.csrw('mtvec', spec.rdsm.base);
  yield* port.csrw('mscratch', monitor.frame.base);
  if (monitor.has('pmp')) yield* protect(port, spec.rdsm);
  const isolation = monitor.ground.hasWorlds(monitor) ? isolationCsr(monitor) : null;
  if (isolation !== null) yield* port.csrw(isolation, monitor.store.domain(HOST).get('mmpt'));
  yield* port.csrw('medeleg', BigInt.asUintN(port.xlen, ~ECALL_FROM_S));
  yield* port.csrw('mideleg', SUPERVISOR_INTERRUPTS);
  if (spec.clint !== null) yield* port.csrs('mie', MSIE);
  yield* port.csrs('mcounteren', COUNTERS);
  if (monitor.has('Sstc')) yield* monitor.setWide('menvcfg', STCE);
  if (monitor.has('Smstateen')) yield* monitor.setWide('mstateen0', (1n << 64n) - 1n);
  if (monitor.has('Smrnmi')) yield* port.csrs('mnstatus', NMIE);
}

/** The firmware of the next domain boots in S-mode under its own SDID; after the last one the host begins. */
function* bootNext(monitor: Monitor, index: number): Op<never> {
  const { port, hart } = monitor;
  const next = toBoot(monitor)[index];
  yield* toSupervisor(monitor);
  if (next?.memory != null) {
    yield* switchWorld(monitor, next.sdid, 'return');
    hart.set('caller', 0n);
    return yield* monitor.start(next.memory.base + BOOT_ENTRY, [
      BigInt(port.hart),
      BigInt(next.sdid),
    ]);
  }
  if (monitor.caller !== 0) yield* switchWorld(monitor, 0, 'return');
  const root = rootOf(monitor);
  return yield* monitor.start(root === null ? HOME : root + BOOT_ENTRY, [BigInt(port.hart), 0n]);
}

/** A TSM says that it has booted on this hart: what its CSRs hold is what its calls begin with. */
export function* booted(monitor: Monitor): Op<never> {
  const done = toBoot(monitor).findIndex(({ sdid }) => sdid === monitor.caller);
  return yield* bootNext(monitor, done + 1);
}

/** mret goes to S-mode, V=0. */
function* toSupervisor({ port, spec }: Monitor): Op<void> {
  const status = yield* port.csrr('mstatus');
  const virtual = port.xlen === 64 && spec.features.has('H') ? MPV : 0n;
  yield* port.csrw('mstatus', (status & ~(MPP | virtual)) | MPP_S);
  if (port.xlen === 32 && spec.features.has('H')) yield* port.csrc('mstatush', MPV >> 32n);
}
