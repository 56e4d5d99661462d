/** Memory that a TVM names by guest physical address: found by the tables of its G-stage. */
import type { Op } from '../../port.ts';
import type { TsmContext } from '../context.ts';
import { gpaSpace, mappings } from '../tvm/gstage.ts';
import { isWithin, readRegions } from '../tvm/regions.ts';
import type { Tvm } from '../tvm/tvm.ts';

const PAGE = 4096n;

/** A part of a range that is contiguous in physical memory. */
interface Extent {
  readonly at: bigint;
  readonly from: number;
  readonly bytes: number;
}

/** Whether a range ends behind the last guest physical address. */
export function overflows(context: TsmContext, gpa: bigint, bytes: bigint): boolean {
  return gpa + bytes > gpaSpace(context);
}

/** Whether a range lies in what the TVM keeps from the host: not shared, no MMIO, not on its way to either. */
export function isConfidential(context: TsmContext, tvm: Tvm, gpa: bigint, bytes: bigint): boolean {
  return isWithin(readRegions(context, tvm), gpa, bytes, ['confidential']);
}

/** Whether there is memory behind all of a range. */
export function isBacked(context: TsmContext, tvm: Tvm, gpa: bigint, bytes: bigint): boolean {
  return extents(context, tvm, gpa, bytes) !== null;
}

/** A copy of the bytes; null: some page is not there. */
export function* readGuest(
  context: TsmContext,
  tvm: Tvm,
  gpa: bigint,
  bytes: bigint,
): Op<Uint8Array | null> {
  const parts = extents(context, tvm, gpa, bytes);
  if (parts === null) return null;
  const copy = new Uint8Array(Number(bytes));
  for (const part of parts) {
    const piece = yield* context.port.tryReadBytes(part.at, part.bytes);
    if (!(piece instanceof Uint8Array)) return null;
    copy.set(piece, part.from);
  }
  return copy;
}

/** @returns whether all pages were there; else nothing was written, or the part before a page of the host that is gone */
export function* writeGuest(
  context: TsmContext,
  tvm: Tvm,
  gpa: bigint,
  bytes: Uint8Array,
): Op<boolean> {
  const parts = extents(context, tvm, gpa, BigInt(bytes.length));
  if (parts === null) return false;
  for (const part of parts) {
    const piece = bytes.subarray(part.from, part.from + part.bytes);
    if ((yield* context.port.tryWriteBytes(part.at, piece)) !== null) return false;
  }
  return true;
}

function extents(
  context: TsmContext,
  tvm: Tvm,
  gpa: bigint,
  bytes: bigint,
): readonly Extent[] | null {
  const end = gpa + bytes;
  if (end > gpaSpace(context)) return null;
  const found: Extent[] = [];
  let reached = gpa;
  const first = gpa - (gpa % PAGE);
  for (const mapping of mappings(context, tvm, first, end - first)) {
    const past = mapping.base + mapping.size < end ? mapping.base + mapping.size : end;
    if (mapping.state !== 'mapped' || mapping.base > reached) return null;
    found.push({
      at: mapping.to + (reached - mapping.base),
      from: Number(reached - gpa),
      bytes: Number(past - reached),
    });
    reached = past;
  }
  return reached === end ? found : null;
}
