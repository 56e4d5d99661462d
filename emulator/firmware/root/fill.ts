/** Guest-page faults of a domain's guest: shadowed, or handed to whoever owes the mapping. */
import type { Op } from '../port.ts';
import { hasThirdStage, judgeStage } from './accel/third-stage.ts';
import type { Root } from './context.ts';
import { findHostPage, modeOf } from './domain-table.ts';
import { findGuestPage } from './guest-table.ts';
import type { Need } from './need.ts';
import { permits } from './need.ts';
import { fillShadow } from './shadow-table.ts';

/**
 * `filled`: the access may be made again. `guest fault`: the domain's table has no such mapping for its guest.
 * `access fault`: the memory that it maps there is not the domain's.
 */
export type Fill = 'filled' | 'guest fault' | 'access fault';

/** Looks a guest page up in both tables and shadows it. */
export function* fill(root: Root, page: bigint, need: Need): Op<Fill> {
  const { decide, hart, port } = root;
  if (hasThirdStage(root)) return yield* judgeStage(root, page, need);
  // Without a table of its own the guest sees what the domain sees.
  if (modeOf(hart.get('hgatp')) === 0n) return 'access fault';
  const guest = yield* findGuestPage(root, page, need);
  if (guest.found === 'denied') return 'access fault';
  if (guest.found === 'missing' || !permits(guest.found.rights, need)) return 'guest fault';
  const { found, references } = findHostPage(root, guest.found.page);
  const host = decide.hostPage(found, guest.found.page);
  if (host === null || !permits(host.rights, need)) {
    port.fired('ISO-13');
    return 'access fault';
  }
  const own = decide.writable(guest.found.dirty) ? guest.found.rights : guest.found.rights & ~2;
  const written = yield* fillShadow(root, {
    page,
    host: host.page,
    level: decide.level(guest.found.level, host.level),
    rights: decide.rights(own, host.rights),
    memoryType: guest.found.memoryType,
  });
  const all = guest.references + references + written;
  port.note({ what: 'shadow', event: 'fill', entries: 1, references: all });
  return 'filled';
}
