/** One block of host memory, handed out in slots of a page; never grown, so that no view goes stale. */
import { CELL, cellsOf, reservedSlots } from './layout.ts';

/** The part of the engine's global that the arena needs; browsers and Node have it. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number; maximum: number }) => ArenaMemory;
};

/** What generated code imports. */
export interface ArenaMemory {
  readonly buffer: ArrayBuffer;
}

/** A case touched more memory than the platform's `arena`. */
export class ArenaFull extends Error {
  constructor(pages: number) {
    super(`the case touched more than ${pages} pages of memory`);
    this.name = 'ArenaFull';
  }
}

export class Arena {
  readonly memory: ArenaMemory;
  readonly bytes: Uint8Array;
  readonly words: Int32Array<ArrayBuffer>;
  readonly view: DataView;
  /** Slots of simulated memory. */
  readonly slots: number;
  readonly harts: number;
  /** Pages of decoded code that have ever been written: the others are zero. */
  codePages = 0;
  /** The first slots hold registers, decoded code and ways. */
  private readonly first: number;
  private readonly end: number;
  private next: number;
  /** Registers may differ from zero. */
  private used = false;

  /** `size`: bytes of simulated memory, together below 2 GiB, so that byte positions stay positive 32-bit integers. */
  constructor(size: number, harts: number) {
    this.harts = harts;
    this.first = reservedSlots(harts);
    this.end = Math.min(this.first + (size >>> 12), 2 ** 19 - 1);
    this.slots = this.end - this.first;
    this.next = this.first;
    // Costs nothing until touched, but is counted: beyond 32 MiB the collector runs.
    const pages = Math.ceil(this.end / 16);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const { buffer } = this.memory;
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.view = new DataView(buffer);
  }

  /** Whether every slot is handed out. */
  get isFull(): boolean {
    return this.next >= this.end;
  }

  /** A slot with the contents of another. */
  copy(from: number): number {
    const slot = this.take();
    this.words.copyWithin(slot << 10, from << 10, (from + 1) << 10);
    return slot;
  }

  /** A slot with arbitrary contents. Throws `ArenaFull`. */
  take(): number {
    if (this.isFull) throw new ArenaFull(this.slots);
    return this.next++;
  }

  /** From now on registers may differ from zero. */
  touchRegisters(): void {
    this.used = true;
  }

  /** Takes back every slot; the lowest, warm ones are handed out first again. Registers are zero afterwards. */
  clear(): void {
    this.next = this.first;
    if (!this.used) return;
    this.used = false;
    for (let hart = 0; hart < this.harts; hart++) {
      const at = cellsOf(hart);
      this.bytes.fill(0, at, at + CELL.size);
    }
  }
}
