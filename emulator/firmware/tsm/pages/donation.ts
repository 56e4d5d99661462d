/** Pages that the host gives to a TVM: which it may give, and what becomes of them. */
import type { PageState } from '../../layouts/page.ts';
import type { Op } from '../../port.ts';
import type { RuleId } from '../../../rules/fired.ts';
import type { TsmContext } from '../context.ts';
import { hostEpoch } from './host-epoch.ts';
import type { PageRecord } from './tracker.ts';

const PAGE = 4096n;

/** Why a page cannot be given: no memory of the host, never converted, not fenced since, of a TVM already. */
export type Objection = 'memory' | 'ordinary' | 'unfenced' | 'assigned';

const ISOLATED: readonly RuleId[] = ['ISO-01', 'ISO-02', 'ISO-03', 'ISO-04', 'ISO-05', 'ISO-06'];

/** Rules that an objection decides in some call. */
export type ObjectionRules = { readonly [why in Objection]?: readonly RuleId[] };

function objection(
  { decisions }: TsmContext,
  record: PageRecord | null,
  oldestHeld: bigint,
): Objection | null {
  if (record === null) return 'memory';
  const { state, value } = record;
  if (!decisions.isGivable(state)) {
    return state === 'host' || state === 'shared' ? 'ordinary' : 'assigned';
  }
  return state !== 'unassigned' || decisions.isFenced(value, oldestHeld) ? null : 'unfenced';
}

/** Whether some page of a range cannot be given; fires what that decides. */
export function isRefused(
  context: TsmContext,
  base: bigint,
  pages: bigint,
  rules: ObjectionRules = {},
): boolean {
  const { port } = context;
  const { oldestHeld } = hostEpoch(context);
  for (let at = base; at < base + pages * PAGE; at += PAGE) {
    const record = context.pages.get(at);
    const why = objection(context, record, oldestHeld);
    if (why === null) continue;
    for (const rule of rules[why] ?? []) port.fired(rule);
    if (why === 'unfenced') fireUnfenced(context, record?.value ?? 0n);
    return true;
  }
  port.fired('CONV-04');
  return false;
}

/** Which half of the protocol is missing. */
function fireUnfenced(context: TsmContext, marked: bigint): void {
  const { port } = context;
  const epoch = hostEpoch(context);
  port.fired('CONV-02');
  port.fired('FENCE-06');
  if (epoch.isFencing) port.fired(marked < epoch.current ? 'CONV-03' : 'CONV-05');
  else if (epoch.current > 1n) port.fired('CONV-05');
}

/** Gives pages a use in a TVM; those that nothing overwrites at once are zeroed. */
export function* assign(
  context: TsmContext,
  base: bigint,
  pages: bigint,
  state: PageState,
  owner: bigint,
  content: 'zero' | 'table' | 'state' | 'copy',
): Op<void> {
  for (let at = base; at < base + pages * PAGE; at += PAGE) {
    context.pages.set(at, state, Number(owner));
  }
  if (state === 'data') {
    // It is the TVM's alone: the host lost it at conversion, and no other TVM has it.
    for (const rule of ISOLATED) context.port.fired(rule);
  }
  if (content !== 'copy' && context.decisions.mustScrub(content)) {
    yield* scrub(context, base, pages);
  }
}

export function* scrub({ port }: TsmContext, base: bigint, pages: bigint): Op<void> {
  const bytes = Number(pages * PAGE);
  yield* port.zero(base, bytes);
  port.note({ what: 'scrubbed', bytes });
}

/** A page that leaves a TVM stays confidential, with what it holds, until it is used again or reclaimed. */
export function release({ pages }: TsmContext, at: bigint): void {
  pages.set(at, 'unassigned');
}

/** One more use of a page of the host by a TVM or by NACL. */
export function pin({ pages }: TsmContext, at: bigint): void {
  const record = pages.get(at);
  if (record !== null) pages.set(at, 'shared', 0, record.value + 1n);
}

export function unpin({ pages }: TsmContext, at: bigint): void {
  const record = pages.get(at);
  if (record?.state !== 'shared') return;
  if (record.value <= 1n) pages.set(at, 'host');
  else pages.set(at, 'shared', 0, record.value - 1n);
}
