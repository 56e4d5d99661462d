/** Confidential memory that the TSM itself chooses for a TVM: usable pages of nobody, found in the tracker. */
import { PAGES_PER_CHUNK } from '../../layouts/page.ts';
import type { TsmContext } from '../context.ts';
import { hostEpoch } from './host-epoch.ts';

const PAGE = 4096n;
const CHUNK = PAGE * BigInt(PAGES_PER_CHUNK);

export class Allotment {
  readonly #free: Set<bigint>;

  constructor(context: TsmContext) {
    this.#free = new Set(usable(context));
  }

  get size(): number {
    return this.#free.size;
  }

  /** The first free stretch of so many pages whose address is a multiple of `alignment` pages; null: there is none. */
  take(pages = 1n, alignment = 1n): bigint | null {
    for (const at of this.#free) {
      if (at % (alignment * PAGE) !== 0n) continue;
      const stretch = Array.from({ length: Number(pages) }, (_, k) => at + BigInt(k) * PAGE);
      if (!stretch.every((page) => this.#free.has(page))) continue;
      for (const page of stretch) this.#free.delete(page);
      return at;
    }
    return null;
  }
}

/** Ascending. Chunks that the tracker never wrote hold ordinary memory only. */
function* usable(context: TsmContext): Generator<bigint> {
  const { port, map, pages, spec } = context;
  const epoch = hostEpoch(context);
  for (const { base, size } of spec.ram) {
    for (let chunk = base - (base % CHUNK); chunk < base + size; chunk += CHUNK) {
      const entry = map.chunkEntry(chunk < base ? base : chunk);
      if (entry === null || port.own.read(entry, 8) === 0n) continue;
      for (let at = chunk; at < chunk + CHUNK; at += PAGE) {
        const record = pages.get(at);
        if (record?.state === 'unassigned' && epoch.isFenced(record.value)) yield at;
      }
    }
  }
}
