/** What the root does on each hart before any domain's software runs. */
import { RDSM_MAGIC } from '../layouts/rdsm.ts';
import { VS_SET } from '../layouts/root-hart.ts';
import type { Op } from '../port.ts';
import { BOOT_ENTRY, HOME, layOut, prepareHart, toBoot } from '../rdsm/boot.ts';
import { saveWorld, switchWorld } from '../rdsm/worlds.ts';
import { enabled } from './accel/bits.ts';
import { giveState } from './accel/state-page.ts';
import type { Root } from './context.ts';
import { domainOf, guestVmid, recordOf } from './context.ts';
import { virtualCsrs } from './csr-rows.ts';
import { probeCsrs } from './probe.ts';
import { poolPage } from './shadow-pool.ts';
import { load } from './worlds.ts';

const ONES = (1n << 64n) - 1n;
const SSIE = 1n << 1n;

export function* boot(root: Root): Op<never> {
  const { monitor, port, map, spec } = root;
  if (port.hart === 0) {
    clearPool(root);
    layOut(monitor);
  }
  while ((yield* port.load(monitor.store.shared.base)) !== RDSM_MAGIC) yield* port.pause();
  prepareHart(monitor);
  yield* port.csrw('stvec', map.base);
  yield* port.csrw('sscratch', monitor.frame.base);
  yield* probeCsrs(root);
  clearHart(root);
  if (spec.acceleration.size > 0) {
    yield* port.csrw('hnestpg', map.statePage(port.hart));
    yield* port.csrw('hnest', enabled(spec.acceleration));
    yield* port.csrw('hgatp2', guestVmid(root, domainOf(root)) << 44n);
    giveState(root);
  }
  for (const index of spec.domains.keys()) {
    const record = recordOf(root, index);
    record.set('nacl', ONES);
    record.set('shadow', 0n);
    record.set('shadowFor', 0n);
  }
  yield* port.fence('hfence_gvma', null, null);
  yield* port.csrw('sie', SSIE);
  yield* load(root, 'own', { pc: HOME, supervisor: true });
  yield* saveWorld(monitor);
  return yield* bootNext(root);
}

/** Nothing in the pool is taken. */
function clearPool(root: Root): void {
  for (let index = 0; index < root.spec.shadowPages; index++) {
    const page = poolPage(root, index);
    for (const field of ['owner', 'parent', 'isRoot', 'entries', 'low', 'high'] as const) {
      page.set(field, 0n);
    }
  }
}

/** The virtual hart as a real one comes out of reset. */
export function clearHart({ hart }: Root): void {
  hart.set('virt', 0n);
  hart.set('clock', 0n);
  for (const [index, { cell }] of virtualCsrs().entries()) {
    if (cell.kind === 'field') hart.set(cell.field, hart.get('fixed', index), cell.index);
  }
  for (const [index, name] of VS_SET.entries()) {
    if (name === 'vstimecmp') hart.set('guest', ONES, index);
    hart.set('own', hart.get('guest', index), index);
  }
  hart.set('ownHvip', 0n);
  hart.set('ownHie', 0n);
}

/** The firmware of the next domain boots in VS-mode behind its own table; after the last one the host begins at home. */
export function* bootNext({ monitor, port }: Root): Op<never> {
  const { caller, hart } = monitor;
  const domains = toBoot(monitor);
  const next = domains[domains.findIndex(({ sdid }) => sdid === caller) + 1];
  if (next?.memory != null) {
    yield* switchWorld(monitor, next.sdid, 'return');
    hart.set('caller', 0n);
    const values = [BigInt(port.hart), BigInt(next.sdid)];
    return yield* monitor.start(next.memory.base + BOOT_ENTRY, values);
  }
  if (caller !== 0) yield* switchWorld(monitor, 0, 'return');
  return yield* monitor.start(HOME, [BigInt(port.hart), 0n]);
}
