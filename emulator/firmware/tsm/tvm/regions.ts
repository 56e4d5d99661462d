/** Regions of a TVM's guest physical address space: sorted, without overlap, neighbours of one kind joined. */
import { MAX_REGIONS, REGION_KINDS, REGION_RECORD, type RegionKind } from '../../layouts/region.ts';
import { recordAt } from '../../layouts/record.ts';
import type { TsmContext } from '../context.ts';
import type { Tvm } from './tvm.ts';

export interface Region {
  readonly base: bigint;
  readonly size: bigint;
  readonly kind: RegionKind;
}

export function readRegions({ port, parts }: TsmContext, tvm: Tvm): Region[] {
  return Array.from({ length: Number(tvm.record.get('regions')) }, (_, k) => {
    const at = tvm.at + parts.regions + BigInt(k * REGION_RECORD.size);
    const record = recordAt(port.own, REGION_RECORD, at);
    return {
      base: record.get('base'),
      size: record.get('size'),
      kind: REGION_KINDS[Number(record.get('kind'))] ?? 'pci',
    };
  });
}

/** The caller has asked `fits`. */
export function writeRegions(
  { port, parts }: TsmContext,
  tvm: Tvm,
  regions: readonly Region[],
): void {
  regions.forEach(({ base, size, kind }, k) => {
    const at = tvm.at + parts.regions + BigInt(k * REGION_RECORD.size);
    const record = recordAt(port.own, REGION_RECORD, at);
    record.set('base', base);
    record.set('size', size);
    record.set('kind', BigInt(REGION_KINDS.indexOf(kind)));
  });
  tvm.record.set('regions', BigInt(regions.length));
}

export function fits(regions: readonly Region[]): boolean {
  return regions.length <= MAX_REGIONS;
}

/** The region that an address lies in. */
export function regionAt(regions: readonly Region[], gpa: bigint): Region | null {
  return regions.find(({ base, size }) => gpa >= base && gpa < base + size) ?? null;
}

export function overlaps(regions: readonly Region[], gpa: bigint, length: bigint): boolean {
  return regions.some(({ base, size }) => gpa < base + size && base < gpa + length);
}

/** Whether a range lies wholly in regions of some kinds. */
export function isWithin(
  regions: readonly Region[],
  gpa: bigint,
  length: bigint,
  kinds: readonly RegionKind[],
): boolean {
  for (let at = gpa; at < gpa + length;) {
    const region = regionAt(regions, at);
    if (region === null || !kinds.includes(region.kind)) return false;
    at = region.base + region.size;
  }
  return true;
}

/** The regions with a range given another kind, or none (null), whatever was there before. */
export function carve(
  regions: readonly Region[],
  gpa: bigint,
  length: bigint,
  kind: RegionKind | null,
): Region[] {
  const end = gpa + length;
  const rest = regions.flatMap((region) => {
    const past = region.base + region.size;
    if (end <= region.base || past <= gpa) return [region];
    const parts = [];
    if (region.base < gpa) parts.push({ ...region, size: gpa - region.base });
    if (end < past) parts.push({ ...region, base: end, size: past - end });
    return parts;
  });
  if (kind !== null) rest.push({ base: gpa, size: length, kind });
  return joined(rest);
}

function joined(regions: readonly Region[]): Region[] {
  const sorted = [...regions].sort((a, b) => (a.base < b.base ? -1 : 1));
  const result: Region[] = [];
  for (const region of sorted) {
    const last = result.at(-1);
    if (last?.kind === region.kind && last.base + last.size === region.base) {
      result[result.length - 1] = { ...last, size: last.size + region.size };
    } else {
      result.push(region);
    }
  }
  return result;
}
