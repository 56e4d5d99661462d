/** The page tracker: state and owner of every page that the host may name. */
import type { TableMemory } from '../../../isolate/table-memory.ts';
import type { Area, FirmwareSpec } from '../../spec.ts';
import { PAGE_STATES, type PageState } from '../../layouts/page.ts';
import { TSM_RECORD, type TsmMap } from '../../layouts/tsm.ts';

const PAGE = 4096n;
const INDEX = 511n;

export interface PageRecord {
  readonly state: PageState;
  /** Guest id; 0: of no TVM. */
  readonly owner: number;
  /** Epoch of an unassigned page, uses of a shared one. */
  readonly value: bigint;
}

const ORDINARY: PageRecord = { state: 'host', owner: 0, value: 0n };

/** Records lie in the TSM's memory, 8 bytes a page, in chunks that come into use with the first write. */
export class PageTracker {
  readonly #own: TableMemory;
  readonly #map: TsmMap;
  readonly #firmware: readonly Area[];
  /** The chunk that was used last: neighbours are asked for together, and a chunk stays where it is. */
  #last = { entry: -1n, chunk: 0n };

  constructor(own: TableMemory, map: TsmMap, spec: FirmwareSpec) {
    this.#own = own;
    this.#map = map;
    this.#firmware = [
      spec.rdsm,
      spec.root,
      spec.tables,
      ...spec.domains.map((d) => d.memory),
    ].filter((area) => area !== null);
  }

  /** The record of the page at a physical address; null: not memory that the host may name. */
  get(at: bigint): PageRecord | null {
    const entry = this.#entry(at);
    if (entry === null) return null;
    const chunk = this.#chunk(entry);
    if (chunk === 0n) return ORDINARY;
    const word = this.#own.read(chunk + 8n * ((at / PAGE) & INDEX), 8);
    if (word === 0n) return ORDINARY;
    return {
      state: PAGE_STATES[Number(word & 0xffn)] ?? 'host',
      owner: Number((word >> 16n) & 0xffffn),
      value: word >> 32n,
    };
  }

  /** @throws RangeError for a page that has no record, or when the TSM's memory is used up (see `room`). */
  set(at: bigint, state: PageState, owner = 0, value = 0n): void {
    const entry = this.#entry(at);
    if (entry === null) throw new RangeError('a page outside the memory that the host may name');
    const chunk = this.#chunk(entry) || this.#take(entry);
    const word =
      BigInt(PAGE_STATES.indexOf(state)) | (BigInt(owner) << 16n) | ((value & 0xffff_ffffn) << 32n);
    this.#own.write(chunk + 8n * ((at / PAGE) & INDEX), 8, word);
  }

  /** The records of a range; null: not all of it is memory that the host may name. */
  range(base: bigint, pages: bigint): readonly PageRecord[] | null {
    const records: PageRecord[] = [];
    for (let at = base; at < base + pages * PAGE; at += PAGE) {
      const record = this.get(at);
      if (record === null) return null;
      records.push(record);
    }
    return records;
  }

  /** Whether every page of a range is one that the host may name and satisfies `test`. */
  every(base: bigint, pages: bigint, test: (record: PageRecord, at: bigint) => boolean): boolean {
    for (let at = base; at < base + pages * PAGE; at += PAGE) {
      const record = this.get(at);
      if (record === null || !test(record, at)) return false;
    }
    return true;
  }

  /** Whether the TSM has memory for the records of a range. */
  hasRoom(base: bigint, pages: bigint): boolean {
    const chunks = (pages + INDEX) / 512n + 1n;
    const { base: first, size } = this.#map.chunks;
    return this.#nextChunk() + chunks * PAGE <= first + size || this.#isRecorded(base, pages);
  }

  #isRecorded(base: bigint, pages: bigint): boolean {
    for (let at = base; at < base + pages * PAGE; at += PAGE) {
      const entry = this.#entry(at);
      if (entry === null || this.#own.read(entry, 8) === 0n) return false;
    }
    return true;
  }

  #chunk(entry: bigint): bigint {
    if (entry === this.#last.entry) return this.#last.chunk;
    const chunk = this.#own.read(entry, 8);
    if (chunk !== 0n) this.#last = { entry, chunk };
    return chunk;
  }

  #entry(at: bigint): bigint | null {
    if (this.#firmware.some(({ base, size }) => at >= base && at < base + size)) return null;
    return this.#map.chunkEntry(at);
  }

  #nextChunk(): bigint {
    return this.#own.read(TSM_RECORD.at(this.#map.record, 'nextChunk'), 8);
  }

  /** A chunk is never given back. */
  #take(entry: bigint): bigint {
    const chunk = this.#nextChunk();
    const { base, size } = this.#map.chunks;
    if (chunk + PAGE > base + size) throw new RangeError('no memory for the page tracker');
    for (let at = chunk; at < chunk + PAGE; at += 8n) this.#own.write(at, 8, 0n);
    this.#own.write(TSM_RECORD.at(this.#map.record, 'nextChunk'), 8, chunk + PAGE);
    this.#own.write(entry, 8, chunk);
    return chunk;
  }
}
