/** Where the hart walks the domain's table for its guest by itself (walk3): no shadow, but VMIDs to keep apart. */
import type { Op } from '../../port.ts';
import type { Root } from '../context.ts';
import { domainOf, guestVmid, recordOf } from '../context.ts';
import { findHostPage } from '../domain-table.ts';
import type { Fill } from '../fill.ts';
import type { Need } from '../need.ts';
import { permits } from '../need.ts';

import { HNEST } from './bits.ts';

const PPN_AND_MODE = (15n << 60n) | ((1n << 44n) - 1n);
const VMID = 0x3fffn;

export const hasThirdStage = ({ spec }: Root): boolean => spec.acceleration.has('walk3');

/** hgatp2: the domain's own hgatp under the VMID that its guest has on this hart. */
export function innerHgatp(root: Root): bigint {
  return (root.hart.get('hgatp') & PPN_AND_MODE) | (guestVmid(root, domainOf(root)) << 44n);
}

/** What was cached for a guest of another VMID goes before this one's runs. */
export function* prepareStage(root: Root): Op<void> {
  const { hart, port } = root;
  const vmid = (hart.get('hgatp') >> 44n) & VMID;
  const hnest = yield* port.csrr('hnest');
  if ((hnest & HNEST.VMID) >> 16n === vmid) return;
  yield* port.csrw('hnest', (hnest & ~HNEST.VMID) | (vmid << 16n));
  yield* port.fence('hfence_gvma', null, guestVmid(root, domainOf(root)));
  yield* asGuest(root, () => port.fence('hfence_vvma', null, null));
}

/** With the guest's stages in force, for fences and accesses on its behalf. */
export function* asGuest<T>(root: Root, work: () => Op<T>): Op<T> {
  const { port } = root;
  yield* port.csrw('hgatp2', innerHgatp(root));
  const hnest = yield* port.csrs('hnest', HNEST.V2);
  const result = yield* work();
  yield* port.csrw('hnest', hnest);
  return result;
}

/** A guest-page fault of the guest: of the domain's stage, or of what that maps. */
export function* judgeStage(root: Root, page: bigint, need: Need): Op<Fill> {
  const { port } = root;
  if (((yield* port.csrr('hnest')) & HNEST.OUTER) === 0n) return 'guest fault';
  const { found } = findHostPage(root, page);
  if (found === null || !permits(found.rights, need)) return 'access fault';
  yield* port.fence('hfence_gvma', null, null);
  return 'filled';
}

/** A domain leaves the hart, another comes: each has a VMID of its own for its guest, and one that it has given it. */
export function* switchStage(root: Root, to: number): Op<void> {
  if (!hasThirdStage(root)) return;
  const { port, spec } = root;
  const next = spec.domains.findIndex(({ sdid }) => sdid === to);
  const hnest = yield* port.csrr('hnest');
  recordOf(root).set('shadowFor', ((hnest & HNEST.VMID) >> 16n) << 44n);
  const vmid = (recordOf(root, next).get('shadowFor') >> 44n) & VMID;
  yield* port.csrw('hnest', (hnest & ~HNEST.VMID) | (vmid << 16n));
  yield* port.csrw('hgatp2', guestVmid(root, next) << 44n);
}
