/** Symbols of a program, by name and by address; names are decoded when they are asked for. */

/** A symbol that names a place. */
export interface Place {
  /** As the program sees it: a virtual address. */
  readonly address: bigint;
  /** Where its name begins among the names. */
  readonly name: number;
}

/** Names longer than this are cut. */
const LONGEST = 256;

export class Symbols {
  readonly #symbols: readonly Place[];
  /** Names, each closed by a zero. */
  readonly #names: Uint8Array;
  /** The address behind the last byte of the program. */
  readonly #end: bigint;

  constructor(symbols: readonly Place[], names: Uint8Array, end: bigint) {
    this.#symbols = [...symbols].sort((a, b) => compare(a.address, b.address));
    this.#names = names;
    this.#end = end;
  }

  get count(): number {
    return this.#symbols.length;
  }

  /** The address of a symbol; null: there is none of that name. */
  find(name: string): bigint | null {
    const wanted = [...name].map((char) => char.charCodeAt(0)).concat(0);
    for (const symbol of this.#symbols) {
      if (wanted.every((byte, k) => this.#names[symbol.name + k] === byte)) return symbol.address;
    }
    return null;
  }

  /** The last symbol at or before an address, and how far before; null: none, or the address is behind the program. */
  nearest(address: bigint): { readonly name: string; readonly offset: bigint } | null {
    if (address >= this.#end) return null;
    let low = 0;
    let high = this.#symbols.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#symbols[middle].address <= address) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return null;
    const last = this.#symbols[low - 1];
    return { name: this.#nameAt(last.name), offset: address - last.address };
  }

  #nameAt(at: number): string {
    const end = this.#names.indexOf(0, at);
    const bytes = this.#names.subarray(at, end < 0 ? undefined : end).subarray(0, LONGEST);
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  }
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export const noSymbols = (): Symbols => new Symbols([], new Uint8Array(), 0n);
