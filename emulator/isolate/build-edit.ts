/** What a builder did to a table, so that whoever asked can fence exactly what the specification requires. */
import type { Xwr } from './table-memory.ts';

export interface Change {
  /** An invalid entry became a pointer. */
  readonly pointerAdded: boolean;
  /** An invalid entry became a leaf. */
  readonly leafAdded: boolean;
  /** A pointer was rewritten or removed, or a leaf and a pointer took each other's place. */
  readonly pointerChanged: boolean;
  /** A valid leaf was rewritten or made invalid. */
  readonly leafChanged: boolean;
  /** First address of every mapping that a valid leaf gave before and that changed; page tables: added ones too. */
  readonly addresses: readonly bigint[];
}

/** What the change asked for came to; `error` says in one sentence why it could not be made. */
export type Edit =
  | { readonly error: null; readonly change: Change }
  | { readonly error: string; readonly change: null };

/** What `entry of ... for ...` writes. */
export type EntryContent =
  | { readonly kind: 'invalid' }
  | { readonly kind: 'xwr'; readonly xwr: Xwr }
  | { readonly kind: 'raw'; readonly value: bigint }
  | { readonly kind: 'reserved bit'; readonly bit: number }
  | { readonly kind: 'napot'; readonly g: number; readonly xwr: Xwr };

/** The permission words of the language as tuples; `w` and `wx` are reserved encodings. */
export const XWR_OF: Readonly<Record<string, Xwr>> = {
  none: 0,
  r: 1,
  w: 2,
  rw: 3,
  x: 4,
  rx: 5,
  wx: 6,
  rwx: 7,
};

export const XWR_NAMES: readonly string[] = ['none', 'r', 'w', 'rw', 'x', 'rx', 'wx', 'rwx'];

export type EntryState = 'invalid' | 'leaf' | 'pointer';

/** Collects the effect of one operation. */
export class EditLog {
  #pointerAdded = false;
  #leafAdded = false;
  #pointerChanged = false;
  #leafChanged = false;
  readonly #addresses: bigint[] = [];

  /** One entry went from one state to another, with another content. */
  note(before: EntryState, after: EntryState, addresses: readonly bigint[]): void {
    if (before === 'invalid' && after === 'invalid') return;
    if (before === 'invalid' && after === 'pointer') this.#pointerAdded = true;
    else if (before === 'pointer' || after === 'pointer') this.#pointerChanged = true;
    else {
      if (before === 'invalid') this.#leafAdded = true;
      else this.#leafChanged = true;
      this.#addresses.push(...addresses);
    }
  }

  done(): Edit {
    return {
      error: null,
      change: {
        pointerAdded: this.#pointerAdded,
        leafAdded: this.#leafAdded,
        pointerChanged: this.#pointerChanged,
        leafChanged: this.#leafChanged,
        addresses: this.#addresses,
      },
    };
  }
}

export function refuse(error: string): Edit {
  return { error, change: null };
}

/** What no entry of so many bits can hold, in a table of mode `name`; null: it fits. */
export function refuseContent(
  name: string,
  entrySize: number,
  content: EntryContent,
): string | null {
  const bits = entrySize * 8;
  if (content.kind === 'raw' && content.value >> BigInt(bits) !== 0n) {
    return `${hex(content.value)} does not fit in an entry of ${bits} bits`;
  }
  if (content.kind === 'reserved bit' && content.bit >= bits) {
    return `an entry of ${name} has bits 0 to ${bits - 1}`;
  }
  return null;
}

export function noRoom(name: string): string {
  return `no room for another table of ${name}`;
}

export function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** `0x8000_0000`, as the language writes addresses. */
export function hex(value: bigint): string {
  const digits = value.toString(16);
  return `0x${digits.length > 4 ? digits.replace(/\B(?=(....)+$)/g, '_') : digits}`;
}

/** Bytes in the largest unit that divides them: `4K`, `2M`. */
export function bytes(size: bigint): string {
  for (const [shift, unit] of [
    [40n, 'T'],
    [30n, 'G'],
    [20n, 'M'],
    [10n, 'K'],
  ] as const) {
    if (size !== 0n && size % (1n << shift) === 0n) return `${size >> shift}${unit}`;
  }
  return `${size}`;
}
