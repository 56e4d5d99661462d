/** One block of host memory, handed out in slots of a page; never grown, so that no view goes stale. */

/** The part of the engine's global that the arena needs; browsers and Node have it. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number; maximum: number }) => {
    readonly buffer: ArrayBuffer;
  };
};

/** A case touched more memory than the platform's `arena`. */
export class ArenaFull extends Error {
  constructor(pages: number) {
    super(`the case touched more than ${pages} pages of memory`);
    this.name = 'ArenaFull';
  }
}

export class Arena {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly view: DataView;
  readonly slots: number;
  /** Slot 0 is never handed out. */
  private next = 1;

  /** `size`: bytes, at most 2 GiB, so that byte positions stay positive 32-bit integers. */
  constructor(size: number) {
    this.slots = Math.min(size, 2 ** 31 - 4096) >>> 12;
    // WebAssembly memory costs nothing until touched, and the collector does not run for it.
    const pages = Math.ceil(this.slots / 16);
    const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.view = new DataView(buffer);
  }

  /** A slot with the contents of another. */
  copy(from: number): number {
    const slot = this.take();
    this.words.copyWithin(slot << 10, from << 10, (from + 1) << 10);
    return slot;
  }

  /** A slot with arbitrary contents. Throws `ArenaFull`. */
  take(): number {
    if (this.next >= this.slots) throw new ArenaFull(this.slots);
    return this.next++;
  }

  /** Takes back every slot; the lowest, warm ones are handed out first again. */
  clear(): void {
    this.next = 1;
  }
}
