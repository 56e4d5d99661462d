/** Boots the firmware of a case: what it is told, whose memory is whose, and the host's NACL pages. */
import type { Area, FirmwareDomain, FirmwareSpec } from '../../emulator/index.ts';
import { REVISIONS } from '../../emulator/index.ts';
import { CaseError, CaseSkip } from '../session/case-error.ts';
import type { DomainState, World } from '../session/world.ts';
import type { Areas } from './areas.ts';
import { kindOf } from './domain-kind.ts';
import { splitOf } from './split.ts';

/** Installs the firmware; throws a `CaseSkip` where the machine cannot have it. */
export function bootFirmware(world: World, areas: Areas): void {
  const { rdsm, root, tsms, tables } = areas;
  // A loader clears what an image does not fill.
  for (const area of [rdsm, root, tables, ...tsms]) {
    if (area !== null) world.backEnd.fill(area.base, area.size, 0n);
  }
  const refused = world.backEnd.boot(specOf(world, areas));
  if (refused !== null) throw new CaseSkip(refused);
}

function specOf(world: World, areas: Areas): FirmwareSpec {
  const { platform, setup } = world;
  const { firmware } = setup;
  const device = (kind: string): bigint | null => {
    const found = platform.devices?.find((other) => other.kind === kind);
    return found === undefined || !('base' in found) ? null : found.base;
  };
  const host = world.domains.get('host');
  if (host === undefined) {
    throw new CaseError("firmware serves a host: declare 'domain host' above the first step");
  }
  if (host.sdid !== 0n) throw new CaseError(`the host has SDID 0, not ${host.sdid}`);
  const split = splitOf(world, areas);
  return {
    model: setup.model,
    xlen: platform.xlen,
    harts: platform.harts,
    ram: platform.ram,
    aliases: platform.aliases,
    rdsm: areas.rdsm,
    root: areas.root,
    tables: areas.tables,
    domains: domainsOf(world, areas.tsms),
    ...(split === null ? {} : { split }),
    mpt: setup.mpt,
    l3Valid: REVISIONS[platform.revision].l3Valid,
    gstage: firmware.gstage,
    features: platform.features,
    vmidlen: platform.vmidlen,
    sdidlen: platform.sdidlen,
    tsm: firmware.tsm,
    clint: device('clint'),
    uart: device('uart'),
    finisher: device('finisher'),
    seed: platform.seed,
    schedule: firmware.schedule,
    amnesia: firmware.amnesia,
    nacl: firmware.nacl,
    shadowPages: firmware.shadowPages,
    acceleration: firmware.acceleration,
  };
}

function domainsOf(world: World, tsms: readonly Area[]): readonly FirmwareDomain[] {
  let next = 0;
  return [...world.domains.values()].map((domain: DomainState): FirmwareDomain => {
    const kind = kindOf(domain.name);
    const { name, sdid, register } = domain;
    return {
      name,
      sdid: Number(sdid),
      kind,
      mmpt: domain.table === null ? 0n : register,
      memory: kind === 'tsm' ? (tsms[next++] ?? null) : null,
    };
  });
}
