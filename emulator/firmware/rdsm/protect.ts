/** PMP around the RDSM: nothing below M reaches it, whatever any other table says. */
import type { Op, Port } from '../port.ts';
import type { Area } from '../spec.ts';

const NAPOT = 3n << 3n;
const RWX = 7n;

/**
 * The last entry but one denies the area, the last one opens the rest if nothing else has. `area` is naturally aligned.
 */
export function* protect(port: Port, area: Area): Op<void> {
  const last = (yield* implements64(port)) ? 63 : 15;
  yield* port.csrw(`pmpaddr${last - 1}`, (area.base >> 2n) | ((area.size >> 3n) - 1n));
  yield* configure(port, last - 1, NAPOT);
  if ((yield* configured(port, last)) !== 0n) return;
  yield* port.csrw(`pmpaddr${last}`, port.xlen === 64 ? (1n << 54n) - 1n : (1n << 32n) - 1n);
  yield* configure(port, last, NAPOT | RWX);
}

/** Entries that do not exist read zero. */
function* implements64(port: Port): Op<boolean> {
  yield* port.csrw('pmpaddr63', -1n & 0xffff_ffffn);
  const held = (yield* port.csrr('pmpaddr63')) !== 0n;
  return held;
}

function place(port: Port, entry: number): { readonly csr: string; readonly shift: bigint } {
  const bytes = port.xlen / 8;
  const index = Math.floor(entry / bytes) * (bytes / 4);
  return { csr: `pmpcfg${index}`, shift: BigInt((entry % bytes) * 8) };
}

function* configured(port: Port, entry: number): Op<bigint> {
  const { csr, shift } = place(port, entry);
  return ((yield* port.csrr(csr)) >> shift) & 0xffn;
}

function* configure(port: Port, entry: number, value: bigint): Op<void> {
  const { csr, shift } = place(port, entry);
  const others = (yield* port.csrr(csr)) & ~(0xffn << shift);
  yield* port.csrw(csr, others | (value << shift));
}
