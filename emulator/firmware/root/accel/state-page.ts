/** Where hypothetical hardware keeps virtual H CSRs in a page, the root takes them from there and leaves them there. */
import { VS_SET } from '../../layouts/root-hart.ts';
import type { Op } from '../../port.ts';
import type { Root } from '../context.ts';
import { virtualCsrs } from '../csr-rows.ts';
import { HNEST } from './bits.ts';

/** The slot of a CSR number, and the first of those for the domain's own set: 8 bytes each. */
const slotOf = (number: number) => ((number & 0xc00) >> 2) | (number & 0xff);
const OWN = 0x280;

interface Slot {
  readonly field: Parameters<Root['hart']['get']>[0];
  readonly index: number;
  readonly slot: number;
}

/** Every virtual CSR, and the set that its world has while its guest runs. */
function slots(): readonly Slot[] {
  const rows = virtualCsrs().flatMap(({ cell, name, number }): readonly Slot[] => {
    if (cell.kind === 'view' || name === 'hgeip') return [];
    return [{ field: cell.field, index: cell.index, slot: slotOf(number) }];
  });
  const own = VS_SET.map((_, index): Slot => ({ field: 'own', index, slot: OWN + index }));
  const interrupts = (['ownHvip', 'ownHie'] as const).map((field, k): Slot => {
    return { field, index: 0, slot: OWN + VS_SET.length + k };
  });
  return [...rows, ...own, ...interrupts];
}

const placeOf = ({ map, port }: Root, { slot }: Slot) =>
  map.statePage(port.hart) + BigInt(8 * slot);

/** First thing: what the hardware did since. */
export function* takeState(root: Root): Op<void> {
  const { hart, port, spec } = root;
  if (spec.acceleration.size > 0) {
    const hnest = yield* port.csrr('hnest');
    hart.set('virt', (hnest & HNEST.V2) === 0n ? 0n : 1n);
  }
  if (!spec.acceleration.has('csr_page')) return;
  for (const slot of slots()) {
    hart.set(slot.field, port.own.read(placeOf(root, slot), 8), slot.index);
  }
}

/** Last thing. */
export function giveState(root: Root): void {
  const { hart, port, spec } = root;
  if (!spec.acceleration.has('csr_page')) return;
  for (const slot of slots()) {
    port.own.write(placeOf(root, slot), 8, hart.get(slot.field, slot.index));
  }
}
