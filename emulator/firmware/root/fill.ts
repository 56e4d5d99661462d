/** Guest-page faults of a domain's guest: shadowed, or handed to whoever owes the mapping. */
import type { Op } from '../port.ts';
import { hasThirdStage, judgeStage } from './accel/third-stage.ts';
import type { Root } from './context.ts';
import { findHostPage, modeOf } from './domain-table.ts';
import type { GuestPage } from './guest-table.ts';
import { findGuestPage } from './guest-table.ts';
import { fillShadow } from './shadow-table.ts';

/** What an access needs: R, W or X as bits; a load may read X where MXR is set. */
export interface Need {
  readonly rights: number;
  readonly mxr: boolean;
}

const [R, W, X] = [1, 2, 4];

/**
 * `filled`: the access may be made again. `guest fault`: the domain's table has no such mapping for its guest.
 * `access fault`: the memory that it maps there is not the domain's.
 */
export type Fill = 'filled' | 'guest fault' | 'access fault';

export function permits(rights: number, { rights: needed, mxr }: Need): boolean {
  const granted = mxr && (rights & X) !== 0 ? rights | R : rights;
  return (granted & needed) === needed;
}

/** Looks a guest page up in both tables and shadows it. */
export function* fill(root: Root, page: bigint, need: Need): Op<Fill> {
  const { decide, hart, port } = root;
  if (hasThirdStage(root)) return yield* judgeStage(root, page, need);
  // Without a table of its own the guest sees what the domain sees.
  if (modeOf(hart.get('hgatp')) === 0n) return 'access fault';
  const guest = yield* findGuestPage(root, page);
  if (guest.found === 'denied') return 'access fault';
  if (guest.found === 'missing' || !allows(guest.found, need)) return 'guest fault';
  const host = findHostPage(root, guest.found.page);
  if (host.found === null || !permits(host.found.rights, need)) return 'access fault';
  const own = decide.writable(guest.found.dirty) ? guest.found.rights : guest.found.rights & ~W;
  const written = yield* fillShadow(root, {
    page,
    host: host.found.page,
    level: decide.level(guest.found.level, host.found.level),
    rights: decide.rights(own, host.found.rights),
    memoryType: guest.found.memoryType,
  });
  const references = guest.references + host.references + written;
  port.note({ what: 'shadow', event: 'fill', entries: 1, references });
  return 'filled';
}

/** A store needs D, too: hardware sets none in the table of a domain. */
const allows = ({ rights, dirty }: GuestPage, need: Need) =>
  permits(rights, need) && (dirty || (need.rights & W) === 0);
