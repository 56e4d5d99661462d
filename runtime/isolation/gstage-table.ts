/** A domain kept apart by its own G-stage: what a grant gives is mapped there, each page at its own address. */
import type {
  Edit,
  EntryContent,
  IsolationTable,
  SetOptions,
  STAGE_GEOMETRIES,
  TableAllocator,
  TableMemory,
  Xwr,
} from '../../emulator/index.ts';
import { PageTable } from '../../emulator/index.ts';

type StageGeometry = (typeof STAGE_GEOMETRIES)[keyof typeof STAGE_GEOMETRIES];

const V = 1n;
const XWR_SHIFT = 1n;

export class GStageTable implements IsolationTable {
  readonly root: bigint;
  readonly rootSize: bigint;
  readonly leafSizes: readonly bigint[];
  readonly #table: PageTable;
  readonly #memory: TableMemory;
  readonly #entrySize: number;

  private constructor(table: PageTable, memory: TableMemory, entrySize: number) {
    this.#table = table;
    this.#memory = memory;
    this.#entrySize = entrySize;
    this.root = table.root;
    this.rootSize = table.rootSize;
    this.leafSizes = table.leafSizes;
  }

  /** A table that maps nothing; a string says why not. */
  static create(
    geometry: StageGeometry,
    memory: TableMemory,
    allocator: TableAllocator,
  ): GStageTable | string {
    const table = PageTable.create(geometry, memory, allocator);
    return typeof table === 'string' ? table : new GStageTable(table, memory, geometry.entrySize);
  }

  /** Maps the extent at its own addresses for U-mode, as G-stages want it; no rights: unmaps it. */
  set(base: bigint, size: bigint, xwr: Xwr, options: SetOptions = {}): Edit {
    if (xwr === 0) return this.#table.unmap(base, size);
    const leaf = options.leaf === undefined ? {} : { leaf: options.leaf };
    return this.#table.map(base, base, size, xwr, { user: true, ...leaf });
  }

  entry(base: bigint, size: bigint, level: number | null, content: EntryContent): Edit {
    return this.#table.entry(base, size, level, content);
  }

  entryAddress(address: bigint, level: number | null): bigint | null {
    return this.#table.entryAddress(address, level);
  }

  tablePage(address: bigint, level: number | null): bigint | null {
    return this.#table.tablePage(address, level);
  }

  rights(address: bigint): Xwr | null {
    const at = this.#table.entryAddress(address, null);
    if (at === null) return null;
    const entry = this.#memory.read(at, this.#entrySize);
    return (entry & V) === 0n ? null : Number((entry >> XWR_SHIFT) & 7n);
  }
}
