/** Set-up lines that change tables or memory, each followed by the fences that its change requires. */
import type { PlanExtent, PlanLine } from '../../dsl/index.ts';
import type { CacheKind, Edit, EntryContent } from '../../emulator/index.ts';
import { XWR_OF } from '../../emulator/index.ts';
import { loadImage } from './image.ts';
import type { Harts } from '../session/actors.ts';
import { loadProgram } from '../execute/program.ts';
import { CaseError, CaseSkip } from '../session/case-error.ts';
import type { SpaceState, World } from '../session/world.ts';
import { buildPmp } from './pmp.ts';
import { buildDomain, buildSpace, domainEdited, mapTablePages } from './tables.ts';

type Line<K extends PlanLine['kind']> = Extract<PlanLine, { readonly kind: K }>;

/** Steps and checks are the session's, TVMs the firmware's; everything else is built here. */
export type SetupLine = Exclude<PlanLine, { readonly kind: 'step' | 'check' | 'tvm' | 'repeats' }>;

export function buildLine(world: World, harts: Harts, line: SetupLine): void {
  switch (line.kind) {
    case 'domain':
      buildDomain(world, line);
      break;
    case 'space':
      buildSpace(world, line);
      break;
    case 'grant':
      buildGrant(world, harts, line);
      break;
    case 'revoke':
      buildRevoke(world, harts, line);
      break;
    case 'entry':
      buildEntry(world, harts, line);
      break;
    case 'map':
      buildMap(world, harts, line);
      break;
    case 'unmap': {
      const space = world.space(line.space);
      const edit = space.table.unmap(world.resolve(line.from), world.resolve(line.size));
      spaceEdited(world, harts, space, edit, line.unfenced);
      break;
    }
    case 'pmp':
      buildPmp(world, line);
      harts.fences.protectionChanged();
      break;
    case 'poke': {
      const at = world.resolve(line.at);
      world.backEnd.write(at, line.size, world.resolve(line.value));
      world.history?.written(at, line.size);
      break;
    }
    case 'poison':
    case 'scrub': {
      const { base, size } = extentOf(world, line.extent);
      if (line.kind === 'poison') world.backEnd.poison(base, size);
      else world.backEnd.fill(base, size, 0n);
      break;
    }
    case 'fence':
      harts.fences.shootdown(line.fence, line.of, line.for);
      break;
    case 'flush':
      world.backEnd.flush(line.what as CacheKind);
      break;
    case 'program':
      // A TVM above may have needed it already.
      if (!world.programs.has(line.name)) {
        world.programs.set(line.name, loadProgram(world, line));
      }
      break;
    case 'image':
      loadImage(world, harts, line);
      break;
    case 'unmodelled':
      throw new CaseSkip(`not modelled yet: ${line.why}`);
  }
}

function buildGrant(world: World, harts: Harts, line: Line<'grant'>): void {
  const { base, size } = extentOf(world, line.extent);
  const xwr = XWR_OF[line.perms] ?? 0;
  if (line.perms === 'w' || line.perms === 'wx') {
    throw new CaseError(`${line.perms} is a reserved encoding: a table cannot grant it`);
  }
  const options =
    line.using === null
      ? undefined
      : { leaf: world.resolve(line.using.size), napot: line.using.napot };
  for (const name of line.to) {
    const domain = world.domain(name);
    if (domain.table === null) continue;
    const edit = domain.table.set(base, size, xwr, options);
    domainEdited(harts, domain, edit, line.unfenced);
  }
}

function buildRevoke(world: World, harts: Harts, line: Line<'revoke'>): void {
  const { base, size } = extentOf(world, line.extent);
  for (const name of line.from) {
    const domain = world.domain(name);
    if (domain.table === null) continue;
    domainEdited(harts, domain, domain.table.set(base, size, 0), line.unfenced);
  }
}

function buildMap(world: World, harts: Harts, line: Line<'map'>): void {
  const space = world.space(line.space);
  const from = world.resolve(line.from);
  const to = world.resolve(line.to);
  const size = world.resolve(line.size);
  const { user, fresh, global } = line;
  const leaf = line.using === null ? {} : { leaf: world.resolve(line.using) };
  const xwr = XWR_OF[line.perms] ?? 0;
  const edit = space.table.map(from, to, size, xwr, { user, fresh, global, ...leaf });
  spaceEdited(world, harts, space, edit, line.unfenced);
}

function buildEntry(world: World, harts: Harts, line: Line<'entry'>): void {
  const { base, size } = extentOf(world, line.extent);
  const level = line.level === null ? null : Number(world.resolve(line.level));
  const content = entryContent(world, line);
  const domain = world.domains.get(line.of);
  if (domain === undefined) {
    const space = world.space(line.of);
    const edit = space.table.entry(base, size, level, content);
    spaceEdited(world, harts, space, edit, line.unfenced);
  } else {
    if (domain.table === null) {
      if (world.setup.model === 'flat') return;
      throw new CaseError(`${domain.name} has no table: its mode is Bare`);
    }
    domainEdited(harts, domain, domain.table.entry(base, size, level, content), line.unfenced);
  }
}

function entryContent(world: World, { content }: Line<'entry'>): EntryContent {
  switch (content.kind) {
    case 'invalid':
      return content;
    case 'perms':
      return { kind: 'xwr', xwr: XWR_OF[content.perms] ?? 0 };
    case 'xwr': {
      const xwr = Number(world.resolve(content.value));
      if (xwr > 7) throw new CaseError('an XWR tuple has 3 bits');
      return { kind: 'xwr', xwr };
    }
    case 'raw':
      return { kind: 'raw', value: world.resolve(content.value) };
    case 'reserved bit':
      return { kind: 'reserved bit', bit: Number(world.resolve(content.value)) };
    case 'napot':
      return {
        kind: 'napot',
        g: Number(world.resolve(content.g)),
        xwr: XWR_OF[content.perms] ?? 0,
      };
  }
}

function spaceEdited(
  world: World,
  harts: Harts,
  space: SpaceState,
  edit: Edit,
  unfenced: boolean,
): void {
  if (edit.error !== null) throw new CaseError(edit.error);
  if (space.stage === 'vs') mapTablePages(world);
  if (!unfenced) harts.fences.translationChanged(space, edit.change);
}

function extentOf(world: World, extent: PlanExtent): { base: bigint; size: bigint } {
  return { base: world.resolve(extent.base), size: world.resolve(extent.size) };
}
