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
    const page = this.#pages.get(at / PAGE);
    const offset = Number(at % PAGE);
    if (page === undefined || offset + size > 4096) {
      let value = 0n;
      for (let k = size - 1; k >= 0; k--) value = (value << 8n) | BigInt(this.byte(at + BigInt(k)));
      return value;
    }
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
        for (let n = 0; n < 8; n++) page[k + n] = Number((word >> BigInt(8 * n)) & 0xffn);
      }
      this.#pages.set(number, page);
    }
    page[Number(at % PAGE)] = byte;
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
