/** Harts that a call names: a mask and the hart that its bit 0 stands for. */
import type { Monitor } from '../monitor.ts';

/** hart_mask_base of all ones: every hart. Null: one of them does not exist. */
export function namedHarts({ port, spec }: Monitor, mask: bigint, base: bigint): number[] | null {
  const all = [...Array(spec.harts).keys()];
  if (base === (1n << BigInt(port.xlen)) - 1n) return all;
  const harts: number[] = [];
  for (let bit = 0; bit < port.xlen; bit++) {
    if (((mask >> BigInt(bit)) & 1n) === 0n) continue;
    const hart = base + BigInt(bit);
    if (hart >= BigInt(spec.harts)) return null;
    harts.push(Number(hart));
  }
  return harts;
}

/** Of these, harts that run supervisor software. */
export function started({ store }: Monitor, harts: readonly number[]): number[] {
  return harts.filter((id) => store.hart(id).get('hsm') === 0n);
}
