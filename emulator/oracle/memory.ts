/** Physical memory as a map of bytes over a background, and the log of references to it. */
import type { Reference } from './state.ts';

export class OracleMemory {
  readonly bytes = new Map<bigint, number>();
  readonly references: Reference[] = [];
  /** What was met on the way, in words, for the measure of a generator. */
  readonly seen = new Map<string, number>();
  /** What memory holds that nobody wrote: 1 to 8 bytes, little-endian. */
  readonly #background: (at: bigint, size: number) => bigint;
  /** Bytes whose error cannot be corrected. */
  readonly #poison: ReadonlySet<bigint>;

  constructor(
    background: (at: bigint, size: number) => bigint,
    poison: ReadonlySet<bigint> = new Set(),
  ) {
    this.#background = background;
    this.#poison = poison;
  }

  isPoisoned(at: bigint, size: number): boolean {
    if (this.#poison.size === 0) return false;
    return [...Array(size).keys()].some((k) => this.#poison.has(at + BigInt(k)));
  }

  /** `size` bytes as a number in the given byte order. */
  read(at: bigint, size: number, big = false): bigint {
    if (this.bytes.size === 0 && !big) return this.#background(at, size);
    let value = 0n;
    for (let k = 0; k < size; k++) {
      const byte = this.byte(at + BigInt(big ? k : size - 1 - k));
      value = (value << 8n) | BigInt(byte);
    }
    return value;
  }

  write(at: bigint, size: number, value: bigint, big = false): void {
    for (let k = 0; k < size; k++) {
      const place = big ? size - 1 - k : k;
      this.bytes.set(at + BigInt(k), Number((value >> BigInt(8 * place)) & 0xffn));
    }
  }

  byte(at: bigint): number {
    return this.bytes.get(at) ?? Number(this.#background(at, 1));
  }

  saw(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  note(kind: Reference['kind'], at: bigint): void {
    this.references.push({ kind, at });
  }
}
