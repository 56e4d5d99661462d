/** What a hart needs so that a domain is kept apart on it. */
import { MODELS, REVISIONS } from '../../emulator/index.ts';
import { writePmp } from '../build/pmp.ts';
import { CaseError } from '../session/case-error.ts';
import type { DomainState, World } from '../session/world.ts';
import { isDeprivileged } from './nominal.ts';
import type { PmpRegions } from './pmp-regions.ts';

/** The CSR that holds the root of a domain's table; null: the model or the machine has none. */
export function isolationCsr({ setup, platform }: World): 'mmpt' | 'mttp' | 'hgatp' | null {
  const { isolation } = MODELS[setup.model];
  if (isolation === 'gstage') return 'hgatp';
  if (isolation === 'pmp') return null;
  return platform.features.has('Smsd') ? REVISIONS[platform.revision].csr : null;
}

/** Whether that CSR is written for a domain: not for the one that is the root itself. */
export function isRegister({ setup }: World, { name }: DomainState): boolean {
  return MODELS[setup.model].isolation !== 'gstage' || isDeprivileged(setup, name);
}

/** NAPOT over all of memory, without rights. */
const DENY_ALL = { config: 3n << 3n, address: 0x3f_ffff_ffff_ffffn };

/**
 * The regions of a domain become the last PMP entries of a hart, with one behind them that denies the rest; what
 * belonged to the domain before is cleared.
 */
export function writeRegions(world: World, hart: number, regions: PmpRegions): void {
  const { pmpEntries } = world.platform;
  const entries = [...regions.entries(), DENY_ALL];
  const first = pmpEntries - entries.length;
  const free = firstFree(world);
  if (first < free) {
    throw new CaseError(
      `the domain's ${regions.regions.length} extents need ${entries.length} PMP entries, and ${pmpEntries - free} of ${pmpEntries} are left`,
    );
  }
  for (let k = free; k < first; k++) writePmp(world, hart, k, { config: 0n, address: 0n });
  const limit = world.platform.xlen === 32 ? 0xffff_ffffn : DENY_ALL.address;
  entries.forEach(({ config, address }, k) =>
    writePmp(world, hart, first + k, { config, address: address < limit ? address : limit }),
  );
}

/** Entries below are those of `pmp` lines. */
function firstFree({ plan }: World): number {
  const used = plan.lines.flatMap((line) => (line.kind === 'pmp' ? [line.index] : []));
  return Math.max(-1, ...used) + 1;
}
