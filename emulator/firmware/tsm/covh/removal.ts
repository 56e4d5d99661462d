/** COVH, pages that leave a TVM: invalidated, fenced, and removed or validated again. */
import { refuse } from '../../abi/check.ts';
import { COVH } from '../../abi/covh.ts';
import type { Op } from '../../port.ts';
import { errorProfile, failure, type Outcome, success, type TsmContext } from '../context.ts';
import { leavePages } from '../tvm/dismantle.ts';
import { blocked, blockedIn, leaf } from '../tvm/entry.ts';
import {
  type Content,
  exactly,
  geometryOf,
  gpaSpace,
  type Mapping,
  rightsTo,
  write,
} from '../tvm/gstage.ts';
import { readRegions, regionAt } from '../tvm/regions.ts';
import { findTvm, type Tvm, tvmState } from '../tvm/tvm.ts';
import type { Values } from './call.ts';
import { isAligned, PAGE } from './ranges.ts';

type Named = Values<'tvm_invalidate_pages'>;

/** Conditions that the three calls share. */
function rangeConditions(context: TsmContext, tvm: Tvm | null, { gpa, len }: Named) {
  return {
    tvm: () => tvm === null,
    state: () => tvm !== null && !context.decisions.isIn(tvmState(tvm), 'runnable'),
    length: () => len === 0n || !isAligned(len, PAGE),
    alignment: () => !isAligned(gpa, PAGE),
    overflow: () => gpa + len > gpaSpace(context),
  };
}

/** The leaves of the range in a state; null: it is not made of those. */
function leaves(
  context: TsmContext,
  tvm: Tvm | null,
  { gpa, len }: Named,
  state: 'mapped' | 'blocked',
): readonly Mapping[] | null {
  return tvm === null ? null : exactly(context, tvm, gpa, len, state);
}

export function* invalidatePages(context: TsmContext, named: Named): Op<Outcome> {
  const { port, pages } = context;
  const tvm = findTvm(context, named.tvm_guest_id);
  let found: readonly Mapping[] | null = null;
  const { checks } = COVH.functions.tvm_invalidate_pages;
  const refused = yield* refuse(port, errorProfile(context), checks, {
    ...rangeConditions(context, tvm, named),
    present: () => (found = leaves(context, tvm, named, 'mapped')) === null,
    owned: () =>
      found?.every(({ to, size }) =>
        pages.every(
          to,
          size / PAGE,
          ({ state, owner, value }) =>
            context.decisions.isBlockable(state, value) &&
            (state === 'shared' || BigInt(owner) === named.tvm_guest_id),
        ),
      ) === false,
  });
  if (refused !== 0n || tvm === null || found === null) return failure(refused);
  const epoch = tvm.epoch.current;
  for (const mapping of found as readonly Mapping[]) {
    write(context, mapping, blocked(geometryOf(context), mapping.to, epoch));
  }
  port.fired('TFEN-07');
  return success();
}

/** Back to what it was: nobody has to be fenced, since a stale translation says the same. */
export function* validatePages(context: TsmContext, named: Named): Op<Outcome> {
  const { port } = context;
  const tvm = findTvm(context, named.tvm_guest_id);
  let found: readonly Mapping[] | null = null;
  const { checks } = COVH.functions.tvm_validate_pages;
  const refused = yield* refuse(port, errorProfile(context), checks, {
    ...rangeConditions(context, tvm, named),
    invalidated: () => (found = leaves(context, tvm, named, 'blocked')) === null,
  });
  if (refused !== 0n || tvm === null || found === null) return failure(refused);
  for (const mapping of found as readonly Mapping[]) {
    write(context, mapping, leaf(mapping.to, rightsTo(context, contentOf(context, mapping.to))));
  }
  port.fired('TFEN-05');
  return success();
}

/** What the TVM agreed to lose; a page of its own stays confidential, one of the host has one user less. */
export function* removePages(context: TsmContext, named: Named): Op<Outcome> {
  const { port } = context;
  const tvm = findTvm(context, named.tvm_guest_id);
  let found: readonly Mapping[] | null = null;
  const { checks } = COVH.functions.tvm_remove_pages;
  const refused = yield* refuse(port, errorProfile(context), checks, {
    ...rangeConditions(context, tvm, named),
    removable: () => tvm !== null && !isRemovable(context, tvm, named),
    invalidated: () => (found = leaves(context, tvm, named, 'blocked')) === null,
    fenced() {
      if (tvm === null || found === null || !context.decisions.comparesVersions()) return false;
      if (isFenced(context, tvm, found)) return false;
      port.fired(tvm.epoch.isFencing ? 'TFEN-04' : 'TFEN-09');
      return true;
    },
  });
  if (refused !== 0n || tvm === null || found === null) return failure(refused);
  for (const mapping of found as readonly Mapping[]) {
    write(context, mapping, 0n);
    leavePages(context, mapping.to, mapping.size);
  }
  port.fired('TFEN-12');
  return success();
}

/** Whether no vCPU can hold a translation to any of them. */
export function isFenced(context: TsmContext, tvm: Tvm, found: readonly Mapping[]): boolean {
  const g = geometryOf(context);
  const { epoch } = tvm;
  return found.every(({ entry }) => epoch.isFenced(blockedIn(g, entry, epoch.current)));
}

export function contentOf({ pages }: TsmContext, to: bigint): Content {
  return pages.get(to)?.state === 'data' ? 'data' : 'shared';
}

function isRemovable(context: TsmContext, tvm: Tvm, { gpa, len }: Named): boolean {
  const regions = readRegions(context, tvm);
  for (let at = gpa; at < gpa + len;) {
    const region = regionAt(regions, at);
    if (region === null || !context.decisions.isRemovable(region.kind)) return false;
    at = region.base + region.size;
  }
  return true;
}
