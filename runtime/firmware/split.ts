/** Memory that a model divides once, before boot: what domain lines gave to the TSM alone, and what is the host's. */
import type { FirmwareSpec } from '../../emulator/index.ts';
import { PmpRegions } from '../isolation/pmp-regions.ts';
import type { World } from '../session/world.ts';
import type { Areas } from './areas.ts';
import { kindOf } from './domain-kind.ts';

const READ_WRITE = 3;
const PAGE = 4096n;

/** Null: memory can change sides. */
export function splitOf(
  { domains }: World,
  { tsms }: Areas,
): NonNullable<FirmwareSpec['split']> | null {
  const host = domains.get('host')?.table;
  if (!(host instanceof PmpRegions)) return null;
  const apart = new PmpRegions();
  for (const { name, table } of domains.values()) {
    if (kindOf(name) !== 'tsm' || !(table instanceof PmpRegions)) continue;
    for (const { base, size, xwr } of table.regions) apart.set(base, size, xwr);
  }
  for (const { base, size } of [...host.regions, ...tsms]) apart.set(base, size, 0);
  const isWhole = ({ base, size }: { readonly base: bigint; readonly size: bigint }) =>
    base % PAGE === 0n && size % PAGE === 0n;
  return {
    confidential: apart.regions.filter(isWhole),
    host: host.regions.filter((area) => isWhole(area) && (area.xwr & READ_WRITE) === READ_WRITE),
  };
}
