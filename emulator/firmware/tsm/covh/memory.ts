/** COVH, what a TVM's memory is made of: add_tvm_memory_region and add_tvm_page_table_pages. */
import { refuse } from '../../abi/check.ts';
import { COVH } from '../../abi/covh.ts';
import type { Op } from '../../port.ts';
import { errorProfile, failure, type Outcome, success, type TsmContext } from '../context.ts';
import { assign, isRefused } from '../pages/donation.ts';
import { gpaSpace } from '../tvm/gstage.ts';
import { addTables } from '../tvm/pool.ts';
import { carve, fits, overlaps, readRegions, type Region, writeRegions } from '../tvm/regions.ts';
import { findTvm, tvmState } from '../tvm/tvm.ts';
import type { Values } from './call.ts';
import { isAligned, PAGE, wraps } from './ranges.ts';

export function* addMemoryRegion(
  context: TsmContext,
  { tvm_guest_id: id, tvm_gpa_addr: gpa, region_len: length }: Values<'add_tvm_memory_region'>,
): Op<Outcome> {
  const { port } = context;
  const tvm = findTvm(context, id);
  const before = tvm === null ? [] : readRegions(context, tvm);
  const after = (): Region[] => carve(before, gpa, length, 'confidential');
  const { checks } = COVH.functions.add_tvm_memory_region;
  const refused = yield* refuse(port, errorProfile(context), checks, {
    tvm: () => tvm === null,
    state: () => tvm !== null && !context.decisions.isIn(tvmState(tvm), 'initializing'),
    length() {
      if (length !== 0n && isAligned(length, PAGE)) return false;
      port.fired(length === 0n ? 'REGN-04' : 'REGN-03');
      return true;
    },
    alignment() {
      if (isAligned(gpa, PAGE)) return false;
      port.fired('REGN-03');
      return true;
    },
    overflow: () => gpa + length > gpaSpace(context),
    overlap: () => overlaps(before, gpa, length),
    regions: () => !fits(after()),
  });
  if (refused !== 0n || tvm === null) return failure(refused);
  const regions = after();
  if (regions.length <= before.length) port.fired('REGN-06');
  writeRegions(context, tvm, regions);
  return success();
}

export function* addPageTablePages(
  context: TsmContext,
  {
    tvm_guest_id: id,
    base_page_address: base,
    num_pages: count,
  }: Values<'add_tvm_page_table_pages'>,
): Op<Outcome> {
  const { port } = context;
  const tvm = findTvm(context, id);
  const { checks } = COVH.functions.add_tvm_page_table_pages;
  const refused = yield* refuse(port, errorProfile(context), checks, {
    tvm: () => tvm === null,
    count: () => count === 0n,
    overflow: () => wraps(context, base, count * PAGE),
    alignment: () => !isAligned(base, PAGE),
    pages: () => isRefused(context, base, count),
  });
  if (refused !== 0n || tvm === null) return failure(refused);
  yield* assign(context, base, count, 'table', id, 'table');
  addTables(context, tvm, base, count);
  port.fired('PTP-02');
  port.fired('PTP-05');
  return success();
}
