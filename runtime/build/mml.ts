/** Under mseccfg.MML the walker's reads need a rule for M-mode: a locked, read-only one over the table pool. */
import { PMPCFG } from '../session/registers.ts';
import type { World } from '../session/world.ts';
import { readPmpConfig, writeExtent } from './pmp.ts';

/** Takes the highest free entries of a hart, unless a `pmp` line covers the pool already. */
export function protectTables(world: World, hart: number): void {
  const { pool, platform, plan } = world;
  const covered = plan.lines.some((line) => {
    if (line.kind !== 'pmp' || line.on === 'all') return false;
    const base = world.resolve(line.on.base);
    return base <= pool.base && pool.base + pool.size <= base + world.resolve(line.on.size);
  });
  if (covered) return;
  for (let index = platform.pmpEntries - 2; index > 0; index--) {
    if (readPmpConfig(world, hart, index) !== 0n) continue;
    if (readPmpConfig(world, hart, index - 1) !== 0n) continue;
    writeExtent(world, hart, index, PMPCFG.L | PMPCFG.R, pool.base, pool.size);
    return;
  }
}
