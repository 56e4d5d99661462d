/** COVH, memory that changes sides: convert_pages and reclaim_pages. */
import { refuse } from '../../abi/check.ts';
import { COVH } from '../../abi/covh.ts';
import { ERRORS } from '../../abi/errors.ts';
import type { PageState } from '../../layouts/page.ts';
import type { Op } from '../../port.ts';
import { errorProfile, failure, type Outcome, success, type TsmContext } from '../context.ts';
import { scrub } from '../pages/donation.ts';
import { hostEpoch } from '../pages/host-epoch.ts';
import { isPinned } from '../pages/pinned.ts';
import type { PageRecord } from '../pages/tracker.ts';
import type { Values } from './call.ts';
import { isAligned, PAGE, wraps } from './ranges.ts';

export function* convertPages(
  context: TsmContext,
  { base_page_address: base, num_pages: count }: Values<'convert_pages'>,
): Op<Outcome> {
  const { port, pages, seat, decisions } = context;
  let records: readonly PageRecord[] | null = null;
  const every = (test: (state: PageState) => boolean): boolean =>
    records?.every(({ state }) => test(state)) === true;
  const refused = yield* refuse(port, errorProfile(context), COVH.functions.convert_pages.checks, {
    static: () => isStatic(context),
    count: () => count === 0n,
    overflow() {
      if (!wraps(context, base, count * PAGE)) return false;
      port.fired('CONV-10');
      return true;
    },
    alignment: () => !isAligned(base, PAGE),
    memory: () => (records = pages.range(base, count)) === null,
    aliased: () => isAliased(context, base, count * PAGE),
    converted() {
      if (every((state) => state === 'host' || state === 'shared')) return false;
      if (count > 1n) port.fired('CONV-07');
      return true;
    },
    pinned: () => isPinned(context, base, count),
    shared: () => !every((state) => decisions.isConvertible(state)),
  });
  if (refused !== 0n) return failure(refused);
  if (!pages.hasRoom(base, count)) return failure(ERRORS.failed);
  // First nobody can make new translations to the pages, then they are marked.
  if (!(yield* seat.setOwner(port, base, count, 'tsm'))) {
    port.fired('CONV-11');
    return failure(ERRORS.invalid_address);
  }
  const epoch = hostEpoch(context).current;
  for (let at = base; at < base + count * PAGE; at += PAGE) pages.set(at, 'unassigned', 0, epoch);
  port.fired('CONV-01');
  port.note({ what: 'step', text: `${count} pages converted in epoch ${epoch}` });
  return success(count);
}

export function* reclaimPages(
  context: TsmContext,
  { base_page_address: base, num_pages: count }: Values<'reclaim_pages'>,
): Op<Outcome> {
  const { port, pages } = context;
  const epoch = hostEpoch(context);
  let records: readonly PageRecord[] = [];
  const refused = yield* refuse(port, errorProfile(context), COVH.functions.reclaim_pages.checks, {
    static: () => isStatic(context),
    count: () => count === 0n,
    overflow: () => wraps(context, base, count * PAGE),
    alignment: () => !isAligned(base, PAGE),
    memory() {
      const found = pages.range(base, count);
      records = found ?? [];
      return found === null;
    },
    assigned: () => isAssigned(context, records),
    converting: () =>
      records.some(({ state, value }) => state === 'unassigned' && !epoch.isFenced(value)),
    ordinary: () => records.some(({ state }) => state !== 'unassigned'),
  });
  if (refused !== 0n) return failure(refused);
  for (const run of unassignedRuns(context, base, records)) {
    yield* giveBack(context, run.base, run.count);
  }
  return success(count);
}

function* giveBack(context: TsmContext, base: bigint, count: bigint): Op<void> {
  const { port, pages, seat, decisions } = context;
  // While the pages are still the TSM's alone.
  if (decisions.mustScrub('reclaim')) yield* scrub(context, base, count);
  if (!(yield* seat.setOwner(port, base, count, 'host'))) {
    throw new Error('pages of the TSM are not its own to give back');
  }
  for (let at = base; at < base + count * PAGE; at += PAGE) pages.set(at, 'host');
  for (const rule of ['RECL-01', 'RECL-06', 'RECL-07'] as const) port.fired(rule);
  port.note({ what: 'step', text: `${count} pages reclaimed` });
}

/** Stretches of confidential memory that nobody has; what is the host's already stays as it is. */
function unassignedRuns(
  { port }: TsmContext,
  base: bigint,
  records: readonly PageRecord[],
): readonly { readonly base: bigint; readonly count: bigint }[] {
  const runs: { base: bigint; count: bigint }[] = [];
  records.forEach(({ state }, k) => {
    const at = base + BigInt(k) * PAGE;
    const last = runs.at(-1);
    if (state === 'host' || state === 'shared') port.fired('RECL-05');
    else if (last !== undefined && last.base + last.count * PAGE === at) last.count++;
    else runs.push({ base: at, count: 1n });
  });
  return runs;
}

function isAssigned({ port, decisions }: TsmContext, records: readonly PageRecord[]): boolean {
  const taken = records.find(({ state }) => !decisions.isReclaimable(state));
  if (taken === undefined) return false;
  port.fired(taken.state === 'data' ? 'RECL-02' : 'RECL-03');
  if (records.length > 1) port.fired('RECL-08');
  return true;
}

function isAliased({ spec }: TsmContext, base: bigint, length: bigint): boolean {
  return spec.aliases.some(
    ({ base: alias, of, size }) =>
      (alias < base + length && base < alias + size) || (of < base + length && base < of + size),
  );
}

export function isStatic({ port, seat }: TsmContext): boolean {
  if (seat.canConvert) return false;
  port.fired('CONV-16');
  return true;
}
