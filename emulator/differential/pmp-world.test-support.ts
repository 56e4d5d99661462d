/** Random PMP entries: mostly one that opens everything, sometimes rules across pages that the world uses. */
import type { Machine } from '../machine.ts';
import type { Random } from './random.test-support.ts';

/** Sixteen entries; `wholePages`: rules cover whole target pages and have these rights; the last one opens all memory to S and U unless a lock-down is rolled.
 * Returns the addresses at which rules begin. */
export function plantPmp(
  random: Random,
  machine: Machine,
  xlen: 32 | 64,
  targets: readonly bigint[],
  wholePages: readonly number[] | null,
): readonly bigint[] {
  const config = Array.from({ length: 16 }, () => 0);
  const address = Array.from({ length: 16 }, () => 0n);
  const top = xlen === 64 ? (1n << 54n) - 1n : (1n << 32n) - 1n;
  address[15] = top;
  config[15] = 0x1f;
  const edges: bigint[] = [];
  const locked = targets.length > 0 && wholePages === null && random.chance(0.3);
  for (let k = 0; k < 11 && targets.length > 0; k++) {
    const page = random.pick(targets) + BigInt(random.below(512) * 8);
    const rights =
      wholePages !== null
        ? random.pick(wholePages)
        : random.pick([0, 0, 1, 1, 3, 4, 5, 7, ...(locked ? [2, 6] : [])]);
    edges.push(page);
    const lock = random.chance(0.25) ? 0x80 : 0;
    const kind = wholePages !== null ? 3 : random.pick([1, 2, 2, 3]);
    if (kind === 1 && k < 10) {
      address[k] = page >> 2n;
      address[k + 1] = (page >> 2n) + BigInt(1 + random.below(1500));
      config[k + 1] = 0x08 | rights | lock;
      k++;
      continue;
    }
    address[k] = page >> 2n;
    if (kind === 3) {
      const ones = wholePages !== null ? 9n : BigInt(random.below(13));
      address[k] = ((page >> 2n) & ~((1n << ones) - 1n)) | ((1n << ones) - 1n);
      address[k] = BigInt.asUintN(54, (address[k] ?? 0n) & ~(1n << ones));
    }
    config[k] = ((kind === 3 ? 3 : 2) << 3) | rights | lock;
  }
  if (locked) {
    // A lock-down: M-mode reads its tables by a locked shared rule, unless that is left out.
    machine.pokeCsr(0, 'mseccfg', random.pick([1n, 1n, 2n, 3n]));
    address[14] = top;
    if (random.chance(0.8)) {
      config[14] = random.chance(0.5) ? 0x9f : 0x1b;
      config[15] = 0x1f;
    }
  }
  for (const [k, value] of address.entries()) machine.pokeCsr(0, `pmpaddr${k}`, value);
  const perRegister = xlen / 8;
  for (let first = 0; first < 16; first += perRegister) {
    const value = config
      .slice(first, first + perRegister)
      .reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    machine.pokeCsr(0, `pmpcfg${first / 4}`, value);
  }
  return edges;
}
