/** Whether a fence instruction names another identifier or address than the change that it should make visible. */
import type { PlanAction, PlanLine } from '../plan.ts';
import { overlaps } from '../resolve/range.ts';
import { type CaseView, constant, type ConstantRange, hex, rangeOf } from './case-view.ts';
import { isolationModes, largestLeaf, spaceModes } from './leaves.ts';

export type FenceAction = Extract<PlanAction, { do: 'fence' }>;

/** A change of the protection table of a domain, or of the page tables of a space. */
export interface Target {
  readonly domain: string | null;
  readonly space: string | null;
  readonly range: ConstantRange;
}

const PAGE = 4096n;
/** Bits of the widest identifiers; beyond, registers are cut. */
const WIDEST = { sdid: 6n, asid: 16n, vmid: 14n } as const;

/** What the fence names and what it should; null if it covers the change, or if that cannot be known before the run. */
export function missed(
  fence: FenceAction,
  { domain, space, range }: Target,
  view: CaseView,
): string | null {
  const row = view.scenario.vocabulary.fences.get(fence.fence);
  if (row === undefined) return null;
  const id = constant(fence.of);
  const at = constant(fence.for);
  const width = row.of === null ? 0n : widthOf(row.of, view);
  const differs = (own: bigint | null): own is bigint =>
    own !== null && id !== null && BigInt.asUintN(Number(width), own ^ id) !== 0n;
  if (domain !== null) {
    if (row.for !== 'pa') return null;
    const own = lineOf('domain', domain, view);
    if (own !== null && differs(constant(own.sdid))) {
      return `names SDID ${id}, but '${domain}' has ${constant(own.sdid)}`;
    }
    if (at === null || isPoked(domain, view)) return null;
    return elsewhere(at, range, leafOfGrants(domain, range, view));
  }
  const own = space === null ? null : lineOf('space', space, view);
  if (own === null || space === null) return null;
  if (row.for === 'gpa' && own.stage === 'g') {
    // Its address operand is shifted: what it names is not compared.
    return differs(constant(own.id))
      ? `names VMID ${id}, but '${space}' has ${constant(own.id)}`
      : null;
  }
  if (row.for !== 'va' || own.stage === 'g' || own.stage === 'io') return null;
  if (differs(constant(own.id))) return `names ASID ${id}, but '${space}' has ${constant(own.id)}`;
  if (at === null || isPoked(space, view)) return null;
  return elsewhere(at, range, leafOfMaps(space, range, view));
}

/** `unit`: what one cached entry may hold, at most. */
function elsewhere(at: bigint, range: ConstantRange, unit: bigint): string | null {
  const first = range.base / unit;
  const last = (range.base + range.size - 1n) / unit;
  const own = at / unit;
  return own < first || own > last
    ? `names ${hex(at)}, but the change is at ${hex(range.base)}`
    : null;
}

/** Whether a line writes entries that nobody decodes before the run. */
function isPoked(name: string, view: CaseView): boolean {
  return view.lines.some(
    ({ line }) =>
      line.kind === 'poke' &&
      typeof line.at !== 'bigint' &&
      line.at.ref === 'table' &&
      line.at.of === name,
  );
}

function widthOf(kind: keyof typeof WIDEST, { frame }: CaseView): bigint {
  const asked = frame.machine.properties.findLast(({ name }) => name === `${kind}len`)?.values[0];
  return typeof asked === 'bigint' ? asked : WIDEST[kind];
}

type Declaring = Extract<PlanLine, { kind: 'domain' | 'space' }>;

function lineOf<K extends Declaring['kind']>(
  kind: K,
  name: string,
  view: CaseView,
): Extract<Declaring, { kind: K }> | null {
  const found = view.lines.find(({ line }) => line.kind === kind && line.name === name)?.line;
  return (found as Extract<Declaring, { kind: K }> | undefined) ?? null;
}

/** An entry of the protection table holds sixteen tuples at most, a NAPOT group 512 times as much; MTT-era fences work on 1G. */
function leafOfGrants(domain: string, range: ConstantRange, view: CaseView): bigint {
  const modes = isolationModes(view);
  let leaf = modes.every(({ isolation }) => isolation === 'smmtt') ? 1n << 30n : PAGE;
  for (const { line } of view.lines) {
    let size: bigint | null = null;
    if (line.kind === 'grant' && line.to.includes(domain)) {
      const extent = rangeOf(line.extent);
      if (extent === null || !overlaps(extent, range)) continue;
      size = constant(line.using?.size ?? null) ?? largestLeaf(extent, modes);
    } else if (line.kind === 'entry' && line.of === domain) {
      const level = Number(constant(line.level) ?? 0n);
      const sizes = modes.map(({ leafSizes }) => leafSizes[level] ?? PAGE);
      size = sizes.reduce((most, each) => (each > most ? each : most), PAGE);
      if (line.content.kind === 'napot') size *= 512n;
    }
    if (size !== null && size > leaf) leaf = size;
  }
  return leaf * 16n;
}

function leafOfMaps(space: string, range: ConstantRange, view: CaseView): bigint {
  const modes = spaceModes(space, view);
  let leaf = PAGE;
  for (const { line } of view.lines) {
    if (line.kind === 'entry' && line.of === space && line.level !== null) {
      leaf = modes.flatMap(({ leafSizes }) => leafSizes).reduce((a, b) => (a > b ? a : b), leaf);
    }
    if (line.kind !== 'map' || line.space !== space) continue;
    const [from, to, size] = [constant(line.from), constant(line.to), constant(line.size)];
    if (from === null || size === null || !overlaps({ base: from, size }, range)) continue;
    const asked = constant(line.using);
    const most = asked ?? largestLeaf({ base: from | (to ?? 0n), size }, modes);
    if (most > leaf) leaf = most;
  }
  return leaf;
}
