/** Fences of protection tables: on the hart that edits, and on each other hart when it passes the RDSM. */
import type { Change } from '../../isolate/build-edit.ts';
import type { Op } from '../port.ts';
import { ask, canReach, EVERYTHING } from './mail.ts';
import type { Monitor } from './monitor.ts';
import { PAGE } from './tables.ts';

/** More pages than this are fenced at once. */
const SINGLY = 16n;

/** Before anything else at each entry: what other harts have edited since this one last fenced. */
export function* passFence({ port, store, hart, decide }: Monitor): Op<void> {
  const current = store.shared.get('epoch');
  if (!decide.isBehind(hart.get('epoch'), current)) return;
  yield* port.fence('mfence_pa', null, null);
  hart.set('epoch', current);
}

/** After an edit of tables: here now, elsewhere by and by. */
export function* fenceEdit(
  monitor: Monitor,
  changes: readonly Change[],
  base: bigint,
  pages: bigint,
): Op<void> {
  const { port, decide } = monitor;
  const changed = changes.some((change) => change.leafChanged || change.pointerChanged);
  port.fired(changed ? 'FENCE-07' : 'FENCE-08');
  if (!decide.mustFence(changed)) return;
  announce(monitor);
  // A pointer, or a leaf that was split, is not found by the address of a page.
  const pointers = changes.some((change) => change.pointerChanged);
  if (pointers || pages > SINGLY) yield* port.fence('mfence_pa', null, null);
  else if (pages === 1n || !monitor.has('Svinval')) {
    for (let k = 0n; k < pages; k++) yield* port.fence('mfence_pa', base + k * PAGE, null);
  } else {
    yield* port.fence('sfence_w_inval');
    for (let k = 0n; k < pages; k++) yield* port.fence('minval_pa', base + k * PAGE, null);
    yield* port.fence('sfence_inval_ir');
  }
}

/** Every other hart is behind from now on. */
export function announce({ store, hart }: Monitor): void {
  const epoch = store.shared.get('epoch') + 1n;
  store.shared.set('epoch', epoch);
  hart.set('epoch', epoch);
}

/** On every hart now, as far as others can be reached; those that cannot fence when they pass. */
export function* fenceTables(monitor: Monitor, sdid: number | null): Op<void> {
  const { port, spec } = monitor;
  const reaches = canReach(monitor);
  if (!reaches) announce(monitor);
  yield* ask(monitor, reaches ? [...Array(spec.harts).keys()] : [port.hart], {
    kind: 'mfence_pa',
    first: 0n,
    length: EVERYTHING,
    id: sdid === null ? EVERYTHING : BigInt(sdid),
  });
}
