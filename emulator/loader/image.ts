/** What a loader makes of a file: bytes at physical addresses, an entry, symbols; or why it refuses. */
import type { Range } from '../platform.ts';
import { noSymbols } from './symbols.ts';
import type { Symbols } from './symbols.ts';

/** A refusal: a sentence on what is wrong, and one on what to do. */
export interface LoadError {
  readonly message: string;
  readonly advice: string;
}

export interface Segment {
  /** Physical address of the first byte. */
  readonly address: bigint;
  /** May be a view of the file. */
  readonly bytes: Uint8Array;
  /** Zero bytes behind them. */
  readonly zeros: number;
}

/** The floating-point calling convention a program was compiled for. */
export type FloatAbi = 'soft' | 'single' | 'double' | 'quad';

export interface Image {
  /** Null: the file does not say. */
  readonly xlen: 32 | 64 | null;
  /** Physical address of the first instruction. */
  readonly entry: bigint;
  /** By address; they do not overlap. */
  readonly segments: readonly Segment[];
  readonly symbols: Symbols;
  /** Whether it has compressed instructions; null: the file does not say. */
  readonly compressed: boolean | null;
  readonly floatAbi: FloatAbi | null;
  /** Where the program talks to its host, if it has such symbols. */
  readonly tohost: bigint | null;
  readonly fromhost: bigint | null;
}

export type Loaded =
  | { readonly image: Image; readonly error: null }
  | { readonly image: null; readonly error: LoadError };

/** Thrown by the parts of a loader; `attempt` turns it into data. */
export class Refused extends Error {
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

/** What `load` makes, or its refusal. */
export function attempt(load: () => Image): Loaded {
  try {
    return { image: load(), error: null };
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    return { image: null, error: { message: refused.message, advice: refused.advice } };
  }
}

/** An image of nothing but bytes. */
export function plainImage(segments: readonly Segment[], entry: bigint): Image {
  return {
    xlen: null,
    entry,
    segments,
    symbols: noSymbols(),
    compressed: null,
    floatAbi: null,
    tohost: null,
    fromhost: null,
  };
}

/** The end of a segment: the address behind its last byte. */
export function endOf({ address, bytes, zeros }: Segment): bigint {
  return address + BigInt(bytes.length) + BigInt(zeros);
}

export const hex = (value: bigint | number): string => `0x${value.toString(16)}`;

/** Why an image does not fit into main memory; null: it does. Ranges that touch are one. */
export function misplaced(image: Image, ram: readonly Range[]): LoadError | null {
  for (const segment of image.segments) {
    const end = endOf(segment);
    if (covers(ram, segment.address, end)) continue;
    const known = ram
      .map(({ base, size }) => `${hex(base)} to ${hex(base + size - 1n)}`)
      .join(', ');
    return {
      message: `a segment at ${hex(segment.address)} to ${hex(end - 1n)} lies outside RAM`,
      advice: `RAM is ${known}: link the program there (GNU ld: -n leaves the file's own headers out), or give the machine more`,
    };
  }
  return null;
}

function covers(ram: readonly Range[], from: bigint, end: bigint): boolean {
  let at = from;
  for (let step = 0; at < end && step <= ram.length; step++) {
    const range = ram.find(({ base, size }) => at >= base && at < base + size);
    if (range === undefined) return false;
    at = range.base + range.size;
  }
  return at >= end;
}

/** Where an address is: `main+0x12`, or null if nothing is known of it. */
export function whereabouts(image: Image, address: bigint): string | null {
  const near = image.symbols.nearest(address);
  if (near === null) return null;
  return near.offset === 0n ? near.name : `${near.name}+${hex(near.offset)}`;
}
