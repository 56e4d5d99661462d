/** Where a TSM keeps what: its own memory from the first page on. */
import type { Area, FirmwareSpec } from '../spec.ts';
import { EPOCH } from './epoch.ts';
import { struct } from './struct.ts';

const PAGE = 4096n;
/** TVMs that exist at a time. */
export const MAX_TVMS = 128;
/** Bytes of physical memory that one page of the tracker records. */
const CHUNK = 512n * PAGE;

/** The second page. */
export const TSM_RECORD = struct({
  /** 1 while a hart works on what harts share. */
  lock: 8,
  /** The id of the next TVM. */
  nextGuest: 8,
  /** The next page for the tracker. */
  nextChunk: 8,
  /** Records of the TVMs: addresses of their state pages, 0 where there is none. */
  tvms: [8, MAX_TVMS],
});

/** One page for each hart; sscratch holds its address. The rest belongs to the run of vCPUs. */
export const HART_RECORD = struct({
  /** mhartid */
  hart: 8,
  /** 1 while it executes in the host's address space, 0 while in a guest. */
  inHost: 8,
  /** The version of the host's epoch that it entered with last. */
  hostVersion: 8,
});

/** From the start of a hart's page to what `layouts/hart-context.ts` describes. */
export const HART_CONTEXT_OFFSET = 256n;

export interface TsmMap {
  readonly area: Area;
  /** TSM_RECORD */
  readonly record: bigint;
  /** EPOCH of the host's harts. */
  readonly epoch: bigint;
  /** HART_RECORD */
  hart(hart: number): bigint;
  /** Address of the tracker's entry for a page's chunk: the address of its records, 0 where there are none yet. */
  chunkEntry(page: bigint): bigint | null;
  /** Pages that the tracker takes for chunks, as they come into use. */
  readonly chunks: Area;
}

/** Follows from the platform alone. */
export function tsmMap(spec: FirmwareSpec, area: Area): TsmMap {
  const record = area.base + PAGE;
  const harts = record + PAGE;
  const roots = harts + PAGE * BigInt(spec.harts);
  let end = roots;
  const entries = spec.ram.map(({ base, size }) => {
    const first = base / CHUNK;
    const past = (base + size + CHUNK - 1n) / CHUNK;
    const from = end;
    end += 8n * (past - first);
    return { base, size, first, from };
  });
  const chunks = ((end + PAGE - 1n) / PAGE) * PAGE;
  return {
    area,
    record,
    epoch: record + PAGE - BigInt(EPOCH.size),
    hart: (hart) => harts + PAGE * BigInt(hart),
    chunkEntry(page) {
      const ram = entries.find(({ base, size }) => page >= base && page < base + size);
      return ram === undefined ? null : ram.from + 8n * (page / CHUNK - ram.first);
    },
    chunks: { base: chunks, size: area.base + area.size - chunks },
  };
}
