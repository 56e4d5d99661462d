/** `domain` and `space` lines: roots of tables, and the register values that put them in force. */
import type { PlanLine } from '../../dsl/index.ts';
import type { Edit } from '../../emulator/index.ts';
import {
  IsolationTable,
  MODELS,
  MPT_GEOMETRIES,
  MTT_GEOMETRIES,
  PageTable,
  REVISIONS,
  STAGE_GEOMETRIES,
} from '../../emulator/index.ts';
import type { Harts } from '../session/actors.ts';
import { CaseError, CaseSkip } from '../session/case-error.ts';
import { refuseMode } from '../session/platform.ts';
import { packRoot } from '../session/registers.ts';
import type { DomainState, SpaceState, World } from '../session/world.ts';
import { GStageTable } from '../isolation/gstage-table.ts';
import { PmpRegions } from '../isolation/pmp-regions.ts';
import { Recorded, tableMemory } from './pool.ts';

type DomainLine = Extract<PlanLine, { readonly kind: 'domain' }>;
type SpaceLine = Extract<PlanLine, { readonly kind: 'space' }>;

const ISOLATION_GEOMETRIES = { ...MPT_GEOMETRIES, ...MTT_GEOMETRIES };
const PAGE = 4096n;
/** An L2 table for 64 GiB takes the 16 KiB that its alignment costs anyway. */
const LEAST_LIMIT = 1n << 36n;

export function buildDomain(world: World, line: DomainLine): void {
  // Firmware knows the hosting domain by its SDID.
  const free = () => (world.areas !== null && line.name === 'host' ? 0n : freeSdid(world));
  const sdid = line.sdid === null ? free() : world.resolve(line.sdid);
  if (sdid > 63n) throw new CaseError('an SDID has 6 bits at most');
  const { name } = line;
  const { isolation } = MODELS[world.setup.model];
  if (isolation === 'pmp') {
    world.domains.set(name, { name, sdid, register: 0n, table: new PmpRegions() });
  } else if (isolation === 'gstage') {
    world.domains.set(name, guestDomain(world, line, sdid));
  } else buildProtected(world, line, sdid);
}

/** A domain behind a G-stage of its own; its VMID is its SDID plus one, so that none is 0. */
function guestDomain(world: World, { name, tables }: DomainLine, sdid: bigint): DomainState {
  const { platform, setup } = world;
  const geometry = STAGE_GEOMETRIES[setup.firmware.gstage];
  const table = GStageTable.create(geometry, tableMemory(world), world.allocator(tables));
  if (typeof table === 'string') throw new CaseError(table);
  const register = packRoot('hgatp', platform.xlen, geometry.mode, sdid + 1n, table.root);
  return { name, sdid, register, table };
}

/** A domain behind a protection table, or behind nothing. */
function buildProtected(world: World, line: DomainLine, sdid: bigint): void {
  const { platform, setup } = world;
  const asked = setup.model === 'flat' ? null : (line.mpt ?? setup.mpt);
  const mode = asked === 'bare' ? null : asked;
  const revision = REVISIONS[platform.revision];
  if (mode === null) {
    const register = packRoot(revision.csr, platform.xlen, 0, sdid, 0n);
    world.domains.set(line.name, { name: line.name, sdid, register, table: null });
    return;
  }
  const refusal = refuseMode(mode, platform);
  if (refusal?.status === 'skip') throw new CaseSkip(refusal.reason);
  if (refusal !== null) throw new CaseError(refusal.reason);
  const geometry = ISOLATION_GEOMETRIES[mode as keyof typeof ISOLATION_GEOMETRIES];
  const table = IsolationTable.create(geometry, tableMemory(world), world.allocator(line.tables), {
    l3Valid: revision.l3Valid,
    limit: addressLimit(world),
  });
  if (typeof table === 'string') throw new CaseError(table);
  const register = packRoot(revision.csr, platform.xlen, geometry.mode, sdid, table.root);
  world.domains.set(line.name, { name: line.name, sdid, register, table });
}

export function buildSpace(world: World, line: SpaceLine): void {
  const { platform } = world;
  if (line.stage === 'io') throw new CaseSkip('not modelled yet: I/O address spaces');
  if (!(line.mode in STAGE_GEOMETRIES)) throw new CaseError(`no translation mode ${line.mode}`);
  const geometry = STAGE_GEOMETRIES[line.mode as keyof typeof STAGE_GEOMETRIES];
  const domain = world.domain(line.domain);
  const pages = new Recorded(world.allocator(line.tables));
  const memory = tableMemory(world);
  const table = PageTable.create(geometry, memory, pages);
  if (typeof table === 'string') throw new CaseError(table);
  const id = line.id === null ? freeId(world, line) : world.resolve(line.id);
  const name = line.stage === 'g' ? 'hgatp' : 'satp';
  const space: SpaceState = {
    name: line.name,
    stage: line.stage,
    domain,
    table,
    id,
    register: packRoot(name, platform.xlen, geometry.mode, id, table.root),
    pages,
    mapped: new Map(),
  };
  world.spaces.set(line.name, space);
  mapTablePages(world);
}

/**
 * A VS-stage table lies at guest physical addresses that equal its physical ones: every G-stage space that an
 * actor puts below it maps its pages, one 4 KiB leaf each, unless a line has mapped them already.
 */
export function mapTablePages(world: World): void {
  for (const [name, stages] of world.below) {
    const space = world.spaces.get(name);
    if (space?.stage !== 'vs') continue;
    for (const below of stages) {
      const guest = world.spaces.get(below);
      if (guest?.stage === 'g') mapPages(world, space, guest);
    }
  }
}

function mapPages(world: World, space: SpaceState, guest: SpaceState): void {
  const taken = space.pages.taken;
  for (let k = space.mapped.get(guest.name) ?? 0; k < taken.length; k++) {
    const { base, size } = taken[k] ?? { base: 0n, size: 0n };
    for (let at = base; at < base + size; at += PAGE) {
      if (isMapped(world, guest, at)) continue;
      const edit = guest.table.map(at, at, PAGE, 3, { user: true, leaf: PAGE });
      if (edit.error !== null) throw new CaseError(edit.error);
    }
  }
  space.mapped.set(guest.name, taken.length);
}

function isMapped(world: World, guest: SpaceState, address: bigint): boolean {
  const entry = guest.table.entryAddress(address, null);
  if (entry === null) return false;
  const memory = tableMemory(world);
  const value = memory.read(entry, world.platform.xlen / 8);
  // V and one of R, W, X: a leaf.
  return (value & 1n) !== 0n && (value & 0xen) !== 0n;
}

/** The end of the platform's physical addresses: MTT-era L2 tables are only as long as that needs. */
function addressLimit({ platform, plan }: World): bigint {
  let limit = LEAST_LIMIT;
  for (const { base, size } of [...platform.ram, ...platform.io, ...plan.regions]) {
    if (base + size > limit) limit = base + size;
  }
  return limit;
}

/** The lowest SDID from 1 on that no line claims. */
function freeSdid(world: World): bigint {
  const taken = new Set<bigint>();
  for (const line of world.plan.lines) {
    if (line.kind === 'domain' && line.sdid !== null) taken.add(world.resolve(line.sdid));
  }
  for (const domain of world.domains.values()) taken.add(domain.sdid);
  let sdid = 1n;
  while (taken.has(sdid)) sdid++;
  return sdid;
}

/** The lowest ASID or VMID that no other space of the domain has or will have. */
function freeId(world: World, { stage, domain }: SpaceLine): bigint {
  const taken = new Set<bigint>();
  for (const line of world.plan.lines) {
    if (line.kind !== 'space' || line.id === null || line.domain !== domain) continue;
    if ((line.stage === 'g') === (stage === 'g')) taken.add(world.resolve(line.id));
  }
  for (const space of world.spaces.values()) {
    const alike = (space.stage === 'g') === (stage === 'g');
    if (alike && space.domain.name === domain) taken.add(space.id);
  }
  let id = 0n;
  while (taken.has(id)) id++;
  return id;
}

export function domainEdited(
  harts: Harts,
  domain: DomainState,
  edit: Edit,
  unfenced: boolean,
): void {
  if (edit.error !== null) throw new CaseError(edit.error);
  if (!unfenced) harts.fences.isolationChanged(domain, edit.change);
}
