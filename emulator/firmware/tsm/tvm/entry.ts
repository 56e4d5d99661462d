/** Entries of a TVM's G-stage: leaves, pointers, and leaves that are blocked. */
import type { StageGeometry } from '../../../translate/geometry.ts';

const PAGE = 4096n;
const V = 1n;
const XWR = 7n << 1n;
/** In an entry without V the hardware reads nothing else: R says that a leaf was here, the rest when it was blocked. */
const WAS_LEAF = 1n << 1n;
const LEAF_FLAGS = V | (1n << 4n) | (1n << 6n) | (1n << 7n);

export function isPointer(entry: bigint): boolean {
  return (entry & V) !== 0n && (entry & XWR) === 0n;
}

export function isLeaf(entry: bigint): boolean {
  return (entry & V) !== 0n && (entry & XWR) !== 0n;
}

export function isBlocked(entry: bigint): boolean {
  return (entry & (V | WAS_LEAF)) === WAS_LEAF;
}

/** Physical address of the page or table that an entry names, blocked or not. */
export function target(g: StageGeometry, entry: bigint): bigint {
  return ((entry >> 10n) & pageNumbers(g)) * PAGE;
}

export function pointer(to: bigint): bigint {
  return ((to / PAGE) << 10n) | V;
}

export function leaf(to: bigint, xwr: number): bigint {
  return ((to / PAGE) << 10n) | LEAF_FLAGS | (BigInt(xwr) << 1n);
}

/** An invalid entry that keeps the page, and the low bits of the epoch in which it became invalid. */
export function blocked(g: StageGeometry, to: bigint, epoch: bigint): bigint {
  const low = (epoch & 0xffn) << 2n;
  const high = g.xlen === 64 ? ((epoch >> 8n) & 0xffn) << 54n : 0n;
  return ((to / PAGE) << 10n) | low | high | WAS_LEAF;
}

/** The epoch of a blocked entry: the latest up to `current` that ends in its bits, so never one too early. */
export function blockedIn(g: StageGeometry, entry: bigint, current: bigint): bigint {
  const low = (entry >> 2n) & 0xffn;
  const bits = g.xlen === 64 ? (((entry >> 54n) & 0xffn) << 8n) | low : low;
  const range = g.xlen === 64 ? 1n << 16n : 1n << 8n;
  const age = (current - bits) & (range - 1n);
  return current - age;
}

function pageNumbers(g: StageGeometry): bigint {
  return g.xlen === 64 ? 0xfff_ffff_ffffn : 0x3f_ffffn;
}
