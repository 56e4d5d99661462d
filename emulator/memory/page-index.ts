/** Page number to frame: an open-address table; frames are small dense numbers, in order of first sight. */

const FIRST = 1024;

/**
 * Where a page is looked for first: the top bits of a product, so that neither neighbours nor pages far apart by a power
 * of two collide. A walk waits for it at every entry: pages that differ above 2^32 only share a place.
 */
function place(page: number, shift: number): number {
  return Math.imul(page | 0, 0x9e3779b1) >>> shift;
}

export class PageIndex {
  /** Frames handed out since `clear`. */
  count = 0;
  /** By frame: its page. */
  pages = new Float64Array(FIRST / 2);
  private keys = new Float64Array(FIRST).fill(-1);
  private frames = new Int32Array(FIRST);
  private mask = FIRST - 1;
  private shift = Math.clz32(FIRST - 1);

  /** The frame of a page, or -1. */
  find(page: number): number {
    const { keys, mask } = this;
    let at = place(page, this.shift);
    for (;;) {
      const key = keys[at];
      if (key === page) return this.frames[at];
      if (key === -1) return -1;
      at = (at + 1) & mask;
    }
  }

  /** A new frame for a page that has none. */
  add(page: number): number {
    if (this.count === this.pages.length) this.grow();
    const frame = this.count++;
    this.pages[frame] = page;
    this.place(page, frame);
    return frame;
  }

  clear(): void {
    const { count, keys, mask, pages } = this;
    if (count * 4 > keys.length) keys.fill(-1);
    else {
      // Backwards: what was placed last ends its probe sequence, so nothing is cut off.
      for (let frame = count - 1; frame >= 0; frame--) {
        const page = pages[frame];
        let at = place(page, this.shift);
        while (keys[at] !== page) at = (at + 1) & mask;
        keys[at] = -1;
      }
    }
    this.count = 0;
  }

  private place(page: number, frame: number): void {
    const { keys, mask } = this;
    let at = place(page, this.shift);
    while (keys[at] !== -1) at = (at + 1) & mask;
    keys[at] = page;
    this.frames[at] = frame;
  }

  private grow(): void {
    const { pages, count } = this;
    this.pages = new Float64Array(pages.length * 2);
    this.pages.set(pages);
    this.keys = new Float64Array(this.keys.length * 2).fill(-1);
    this.frames = new Int32Array(this.keys.length);
    this.mask = this.keys.length - 1;
    this.shift = Math.clz32(this.mask);
    for (let frame = 0; frame < count; frame++) this.place(pages[frame], frame);
  }
}
