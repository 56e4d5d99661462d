/** Guest-page faults that reach the root: of a domain on memory that is not its own, or of its guest. */
import type { Op } from '../port.ts';
import type { Root } from './context.ts';
import { findHostPage } from './domain-table.ts';
import type { Fill } from './fill.ts';
import type { Need } from './need.ts';
import { permits } from './need.ts';
import { fill } from './fill.ts';
import type { Delivery } from './reflect.ts';
import { deliver } from './reflect.ts';
import { STATUS } from './worlds.ts';

/** htinst of an access to a page table of the first stage: a read (0x3000) or a write (0x3020), of 32 or 64 bits. */
export const isImplicit = (htinst: bigint): boolean =>
  (htinst & ~0x20n) === 0x3000n || (htinst & ~0x20n) === 0x2000n;
const isWrite = (htinst: bigint): boolean => (htinst & 0x20n) !== 0n;

const NEEDS: Readonly<Record<number, number>> = { 20: 4, 21: 1, 23: 2 };

/** What the access that faulted asked of the G-stage. `mxr`: makes X readable for explicit loads. */
export function needOf(cause: number, htinst: bigint, mxr: boolean): Need {
  if (isImplicit(htinst)) return { rights: isWrite(htinst) ? 2 : 1, mxr: false };
  return { rights: NEEDS[cause] ?? 1, mxr: mxr && cause === 21 };
}

/** A page-table access is reported as the access it was made for: no instruction is shown for an access fault. */
export function asAccessFault(root: Root, trap: Delivery): Delivery {
  const cause = BigInt(root.decide.accessFault(Number(trap.cause)));
  return { ...trap, cause, htval: 0n, htinst: isImplicit(trap.htinst) ? 0n : trap.htinst };
}

/** A trap to be delivered, or null: the access may be made again. */
export function judge(root: Root, trap: Delivery, outcome: Fill): Delivery | null {
  if (outcome === 'filled') return null;
  return outcome === 'guest fault' ? trap : asAccessFault(root, trap);
}

/** Causes 20, 21 and 23 as the hart has reported them to HS. */
export function* guestPageFault(root: Root, trap: Delivery): Op<void> {
  const { hart, port } = root;
  const page = trap.htval >> 10n;
  const inGuest = hart.get('virt') === 1n;
  const status = inGuest ? hart.get('own', 0) : yield* port.csrr('vsstatus');
  const need = needOf(Number(trap.cause), trap.htinst, (status & STATUS.MXR) !== 0n);
  if (inGuest) {
    const verdict = judge(root, trap, yield* fill(root, page, need));
    return verdict === null ? undefined : yield* deliver(root, verdict);
  }
  // What the hart had cached may be older than the table.
  const { found } = findHostPage(root, page);
  if (found !== null && permits(found.rights, need)) {
    return yield* port.fence('hfence_gvma', trap.htval, null);
  }
  yield* deliver(root, { ...asAccessFault(root, trap), gva: false });
}
