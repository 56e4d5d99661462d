/** Physical memory of a plain hart: pages over a background. */

const PAGE = 4096n;

export class PhysicalMemory {
  readonly #pages = new Map<bigint, Uint8Array>();
  readonly #background: (at: bigint, size: number) => bigint;
  /** Addresses written by the last step. */
  readonly written = new Map<bigint, number>();

  /** `background` says what 1 to 8 bytes hold that nobody wrote, little-endian. */
  constructor(background: (at: bigint, size: number) => bigint) {
    this.#background = background;
  }

  /** 1 to 16 bytes, little-endian. */
  read(at: bigint, size: number): bigint {
    const offset = Number(at % PAGE);
    if (offset + size > 4096 || size > 8) {
      let value = 0n;
      for (let k = size - 1; k >= 0; k--) value = (value << 8n) | BigInt(this.byte(at + BigInt(k)));
      return value;
    }
    const page = this.#pages.get(at / PAGE);
    if (page === undefined) return this.#background(at, size);
    const view = new DataView(page.buffer);
    if (size === 8) return view.getBigUint64(offset, true);
    if (size === 4) return BigInt(view.getUint32(offset, true));
    if (size === 2) return BigInt(view.getUint16(offset, true));
    let value = 0n;
    for (let k = size - 1; k >= 0; k--) value = (value << 8n) | BigInt(page[offset + k] ?? 0);
    return value;
  }

  byte(at: bigint): number {
    const page = this.#pages.get(at / PAGE);
    return page?.[Number(at % PAGE)] ?? Number(this.#background(at, 1));
  }

  setByte(at: bigint, byte: number): void {
    const number = at / PAGE;
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = new Uint8Array(4096);
      for (let k = 0; k < 4096; k += 8) {
        const word = this.#background(number * PAGE + BigInt(k), 8);
        new DataView(page.buffer).setBigUint64(k, word, true);
      }
      this.#pages.set(number, page);
    }
    page[Number(at % PAGE)] = byte;
  }

  /** Takes over what the background holds in a page now, and is no longer told of its changes. */
  keep(at: bigint): void {
    this.setByte(at, this.byte(at));
  }

  /** The pages that are kept or were written, by number. */
  kept(): ReadonlyMap<bigint, Uint8Array> {
    return this.#pages;
  }

  write(at: bigint, size: number, value: bigint): void {
    for (let k = 0; k < size; k++) {
      this.setByte(at + BigInt(k), Number((value >> BigInt(8 * k)) & 0xffn));
    }
  }

  commit(bytes: ReadonlyMap<bigint, number>): void {
    for (const [at, byte] of bytes) {
      this.setByte(at, byte);
      this.written.set(at, byte);
    }
  }
}
