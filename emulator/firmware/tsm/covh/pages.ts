/** COVH, pages of a TVM: measured, zeroed, shared with the host. */
import { refuse } from '../../abi/check.ts';
import { COVH } from '../../abi/covh.ts';
import { ERRORS } from '../../abi/errors.ts';
import type { Op } from '../../port.ts';
import { errorProfile, failure, type Outcome, success, type TsmContext } from '../context.ts';
import { extendPage } from '../measure/registers.ts';
import { assign, isRefused, type ObjectionRules, pin } from '../pages/donation.ts';
import { isReachable } from '../pages/host-memory.ts';
import { isFree, map, mappingAt, tablesNeeded } from '../tvm/gstage.ts';
import { isWithin, readRegions, regionAt } from '../tvm/regions.ts';
import { findTvm, type Tvm, tvmState } from '../tvm/tvm.ts';
import type { Values } from './call.ts';
import { isAligned, leafOf, PAGE, wraps } from './ranges.ts';

const ASSIGNED_AGAIN: ObjectionRules = {
  assigned: ['MEAS-06', 'MEAS-07', 'ISO-12', 'PTP-04'],
  ordinary: ['MEAS-02'],
};

const ZERO_REFUSED: ObjectionRules = {
  assigned: ['ZERO-08', 'ISO-12', 'PTP-04'],
  unfenced: ['ZERO-07'],
};

/** Where pages go in a TVM, as the arguments have it. */
interface Place {
  readonly tvm: Tvm | null;
  readonly gpa: bigint;
  readonly count: bigint;
  readonly leaf: { readonly size: bigint; readonly level: number } | null;
  /** Bytes. */
  readonly length: bigint;
}

function placeOf(
  context: TsmContext,
  named: { readonly tvm_guest_id: bigint; readonly tsm_page_type: bigint; num_pages: bigint },
  gpa: bigint,
): Place {
  const leaf = leafOf(context, named.tsm_page_type);
  const count = named.num_pages;
  const tvm = findTvm(context, named.tvm_guest_id);
  return { tvm, gpa, count, leaf, length: count * (leaf?.size ?? PAGE) };
}

/** Conditions that the three calls share. */
function mapConditions(context: TsmContext, place: Place) {
  const { tvm, gpa, count, leaf, length } = place;
  return {
    tvm: () => tvm === null,
    type: () => leaf === null,
    count: () => count === 0n,
    gpa_alignment: () => leaf !== null && !isAligned(gpa, leaf.size),
    page_tables() {
      if (tvm === null || leaf === null) return false;
      const needed = tablesNeeded(context, tvm, gpa, length, leaf.level);
      if (needed <= tvm.record.get('poolPages')) return false;
      context.port.fired('PTP-03');
      return true;
    },
  };
}

function isOutside(
  context: TsmContext,
  { tvm, gpa, length }: Place,
  content: 'measured' | 'zero' | 'shared',
): boolean {
  const kinds = context.decisions.mayLieIn(content);
  return tvm === null || !isWithin(readRegions(context, tvm), gpa, length, kinds);
}

function isTaken(context: TsmContext, { tvm, gpa, length, leaf }: Place): boolean {
  return tvm !== null && leaf !== null && !isFree(context, tvm, gpa, length, leaf.level);
}

export function* addMeasuredPages(
  context: TsmContext,
  values: Values<'add_tvm_measured_pages'>,
): Op<Outcome> {
  const { port, spec, parts, decisions } = context;
  const { source_address: source, dest_address: to, tvm_guest_gpa: gpa } = values;
  const place = placeOf(context, values, gpa);
  const { tvm, leaf, length } = place;
  const { checks } = COVH.functions.add_tvm_measured_pages;
  const refused = yield* refuse(port, errorProfile(context), checks, {
    ...mapConditions(context, place),
    state: () => tvm !== null && !decisions.isIn(tvmState(tvm), 'initializing'),
    overflow: () => [source, to, gpa].some((at) => wraps(context, at, length)),
    source_alignment: () => !isAligned(source, PAGE),
    alignment: () => !isAligned(to, PAGE),
    region() {
      if (!isOutside(context, place, 'measured')) return false;
      const isInside = tvm !== null && regionAt(readRegions(context, tvm), gpa) !== null;
      port.fired(isInside ? 'MEAS-04' : 'MEAS-03');
      return true;
    },
    *source() {
      return !(yield* isReachable(context, source, length));
    },
    pages: () => isRefused(context, to, length / PAGE, ASSIGNED_AGAIN),
    contiguous: () => leaf !== null && !isAligned(to, leaf.size),
    mapped: () => isTaken(context, place),
  });
  if (refused !== 0n || tvm === null || leaf === null) return failure(refused);
  if (!(yield* copyIn(context, source, to, length))) {
    port.fired('MEAS-09');
    return failure(ERRORS.invalid_address);
  }
  yield* assign(context, to, length / PAGE, 'data', values.tvm_guest_id, 'copy');
  const register = tvm.at + parts.measurements;
  for (let done = 0n; done < length; done += leaf.size) {
    const at = decisions.measured(source + done, to + done);
    yield* extendPage(port, spec.tsm.profile, register, gpa + done, at, leaf.size);
  }
  map(context, tvm, gpa, to, length, leaf.level, 'data');
  return success(place.count);
}

/** Once, page by page, into memory that the host cannot write: what is hashed is what the TVM will see. */
function* copyIn({ port }: TsmContext, from: bigint, to: bigint, length: bigint): Op<boolean> {
  for (let done = 0n; done < length; done += PAGE) {
    const bytes = yield* port.tryReadBytes(from + done, Number(PAGE));
    if (!(bytes instanceof Uint8Array)) return false;
    if ((yield* port.tryWriteBytes(to + done, bytes)) !== null) {
      throw new Error('confidential memory that the TSM cannot write');
    }
  }
  return true;
}

export function* addZeroPages(
  context: TsmContext,
  values: Values<'add_tvm_zero_pages'>,
): Op<Outcome> {
  const { port, decisions } = context;
  const { base_page_address: base, tvm_base_page_address: gpa } = values;
  const place = placeOf(context, values, gpa);
  const { tvm, leaf, length } = place;
  const { checks } = COVH.functions.add_tvm_zero_pages;
  const refused = yield* refuse(port, errorProfile(context), checks, {
    ...mapConditions(context, place),
    state: () => tvm !== null && !decisions.isIn(tvmState(tvm), 'runnable'),
    overflow: () => [base, gpa].some((at) => wraps(context, at, length)),
    alignment: () => !isAligned(base, PAGE),
    region() {
      if (!isOutside(context, place, 'zero')) return false;
      const kind = tvm === null ? null : regionAt(readRegions(context, tvm), gpa)?.kind;
      if (kind === 'shared') port.fired('SHAR-11');
      return true;
    },
    pages: () => isRefused(context, base, length / PAGE, ZERO_REFUSED),
    contiguous: () => leaf !== null && !isAligned(base, leaf.size),
    mapped() {
      if (!isTaken(context, place) || tvm === null) return false;
      const isBlocked = mappingAt(context, tvm, gpa).state === 'blocked';
      for (const rule of isBlocked ? (['TFEN-11'] as const) : (['ZERO-04', 'ZERO-09'] as const)) {
        port.fired(rule);
      }
      return true;
    },
  });
  if (refused !== 0n || tvm === null || leaf === null) return failure(refused);
  yield* assign(context, base, length / PAGE, 'data', values.tvm_guest_id, 'zero');
  map(context, tvm, gpa, base, length, leaf.level, 'data');
  for (const rule of ['ZERO-02', 'ZERO-05', 'ZERO-06', 'CONV-15'] as const) port.fired(rule);
  return success(place.count);
}

export function* addSharedPages(
  context: TsmContext,
  values: Values<'add_tvm_shared_pages'>,
): Op<Outcome> {
  const { port, pages, decisions } = context;
  const { base_page_address: base, tvm_base_page_address: gpa } = values;
  const place = placeOf(context, values, gpa);
  const { tvm, leaf, length } = place;
  const { checks } = COVH.functions.add_tvm_shared_pages;
  const refused = yield* refuse(port, errorProfile(context), checks, {
    ...mapConditions(context, place),
    state: () => tvm !== null && !decisions.isIn(tvmState(tvm), 'runnable'),
    type_4k: () => values.tsm_page_type !== 0n,
    overflow: () => [base, gpa].some((at) => wraps(context, at, length)),
    alignment: () => leaf !== null && !isAligned(base, leaf.size),
    region: () => isOutside(context, place, 'shared'),
    *pages() {
      if (yield* isReachable(context, base, length)) return false;
      port.fired(pages.get(base)?.state === 'host' ? 'SHRD-07' : 'SHRD-03');
      return true;
    },
    mapped: () => isTaken(context, place),
  });
  if (refused !== 0n || tvm === null || leaf === null) return failure(refused);
  if (!pages.hasRoom(base, length / PAGE)) return failure(ERRORS.failed);
  for (let at = base; at < base + length; at += PAGE) {
    if (pages.get(at)?.state === 'shared') port.fired('SHRD-05');
    pin(context, at);
  }
  map(context, tvm, gpa, base, length, leaf.level, 'shared');
  for (const rule of ['SHRD-04', 'SHRD-08'] as const) port.fired(rule);
  return success(place.count);
}
