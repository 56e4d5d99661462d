/** The shape of a CSR as data, and what its special behaviour may use. */
import type { Mode } from '../access/context.ts';
import type { Denial } from '../access/trap.ts';
import type { Feature, Platform } from '../platform.ts';
import type { Pmp } from '../protect/pmp.ts';
import type { Fired } from '../rules/fired.ts';
import type { CsrDecisions } from './csr-decisions.ts';

/** The hart's state as the functions of a row see it. */
export interface CsrState {
  readonly hartId: number;
  readonly platform: Platform;
  readonly pmp: Pmp;
  readonly decide: CsrDecisions;
  readonly fired: Fired;
  /** Instructions executed since reset, explicit steps and those that trapped included. */
  readonly retired: number;
  /** Of these, those that trapped. */
  readonly trapped: number;
  /** 1 while an instruction executes that `retired` does not count yet. */
  readonly inFlight: number;
  /** mtime. */
  readonly time: bigint;
  /** Interrupts that devices raise: bits of mip. */
  readonly lines: number;
  /** The registers, one cell each (`cellOf`), and the same memory as words: low, high. */
  readonly cells: BigUint64Array;
  readonly words: Uint32Array;
  /** Whether an instruction with V=1 is reading or writing. */
  readonly guest: boolean;
  /** The raw 64-bit register behind a CSR. */
  raw(name: string): bigint;
  setRaw(name: string, value: bigint): void;
  /** A new supervisor domain is in force (mmpt, mttp). */
  domainChanged(): void;
}

export interface CsrRow {
  readonly name: string;
  /** Bits 11:10 = 3: read-only; bits 9:8: the lowest privilege. */
  readonly number: number;
  /** The only XLEN at which it exists; null: both. */
  readonly xlen: 32 | 64 | null;
  readonly exists: (platform: Platform) => boolean;
  /** Bits of the register that software can write. */
  readonly mask: (platform: Platform) => bigint;
  /** Value after reset: read-only bits and resets that are not zero. */
  readonly initial: (platform: Platform) => bigint;
  /** 64 bits wide at XLEN 32 too: the upper half is reached through another CSR. */
  readonly wide: boolean;
  /** For an upper half: the CSR that it belongs to. */
  readonly highOf: string | null;
  /** The VS CSR that takes its place while V=1. */
  readonly virtual: string | null;
  /** Whether a write may change how memory accesses are decided. */
  readonly affectsAccess: boolean;
  /** What a write leaves: `wanted` has the unwritable bits of `old` already. */
  readonly legalise: ((state: CsrState, old: bigint, wanted: bigint) => bigint) | null;
  /** For a CSR that is a view of other state. */
  readonly read: ((state: CsrState) => bigint) | null;
  readonly write: ((state: CsrState, value: bigint) => void) | null;
  /** What set and clear start from, where that is not what is read. */
  readonly software: ((state: CsrState) => bigint) | null;
  /** What closes it to a mode besides privilege; asked first. */
  readonly gate: ((state: CsrState, mode: Mode) => Denial | null) | null;
}

/** Cause 2, or 22 where the manual says virtual instruction. */
export const closed = (cause: 2 | 22): Denial => ({ cause, because: 'csr.privilege', rule: null });

const ALWAYS = () => true;

/** Writable mask of a whole register; a write is cut to XLEN anyway. */
export const WHOLE = 0xffff_ffff_ffff_ffffn;

/** One row; what is not given is the ordinary case: a plain read/write register of XLEN bits. */
export function csr(
  name: string,
  number: number,
  more: Partial<Omit<CsrRow, 'name' | 'number' | 'mask' | 'initial'>> & {
    readonly mask?: bigint | ((platform: Platform) => bigint);
    readonly initial?: bigint | ((platform: Platform) => bigint);
  } = {},
): CsrRow {
  const { mask = WHOLE, initial = 0n } = more;
  return {
    name,
    number,
    xlen: null,
    exists: ALWAYS,
    wide: false,
    highOf: null,
    virtual: null,
    affectsAccess: false,
    legalise: null,
    read: null,
    write: null,
    software: null,
    gate: null,
    ...more,
    mask: typeof mask === 'bigint' ? () => mask : mask,
    initial: typeof initial === 'bigint' ? () => initial : initial,
  };
}

/** A 64-bit register, and at XLEN 32 the CSR of its upper half. */
export function wide(
  name: string,
  number: number,
  highNumber: number,
  more: Parameters<typeof csr>[2] = {},
): readonly CsrRow[] {
  const low = csr(name, number, { ...more, wide: true });
  const { exists, affectsAccess, gate } = low;
  const virtual = low.virtual === null ? null : `${low.virtual}h`;
  const high = { xlen: 32, highOf: name, exists, affectsAccess, gate, virtual } as const;
  return [low, csr(`${name}h`, highNumber, high)];
}

export const hasFeature = (feature: Feature) => (platform: Platform) =>
  platform.features.has(feature);

export const withHypervisor = hasFeature('H');

/** `value` with the field `mask` kept from `old` where `legal` says no. */
export function keepUnless(legal: boolean, old: bigint, wanted: bigint, mask: bigint): bigint {
  return legal ? wanted : (wanted & ~mask) | (old & mask);
}
