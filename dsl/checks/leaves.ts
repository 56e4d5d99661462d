/** 3xx: leaf sizes, levels and alignments that the mode of a table cannot have. */
import type { Placed } from '../compile/scope.ts';
import type { PlanLine, PlanRegion } from '../plan.ts';
import type { Accept } from '../report.ts';
import { wordOf } from '../resolve/frame.ts';
import type { TableMode } from '../vocabulary.ts';
import {
  type CaseCheck,
  type CaseView,
  constant,
  type ConstantRange,
  hex,
  rangeOf,
  sizeText,
} from './case-view.ts';
import { reachesOver } from './regions.ts';

const PAGE = 4096n;

export const checkLeaves: CaseCheck = (view, accept) => {
  const modes = isolationModes(view);
  const slips = new Slips(view);
  for (const { placed, line } of view.lines) {
    switch (line.kind) {
      case 'grant':
        if (checkPages(placed, line.extent, slips, accept) && line.using !== null)
          checkGrantLeaf(placed, line, modes, accept);
        break;
      case 'revoke':
        checkPages(placed, line.extent, slips, accept);
        break;
      case 'entry':
        checkEntryLevel(placed, line, modes, view, accept);
        break;
      case 'map':
        checkMap(placed, line, view, slips, accept);
        break;
      default:
    }
  }
};

/** Regions that are no whole pages: each is told once, not again with every line that names it. */
class Slips {
  readonly #told: Set<string>;
  readonly #slips: readonly PlanRegion[];

  constructor({ frame }: CaseView) {
    this.#slips = frame.regions.filter(
      ({ base, size }) => base % PAGE !== 0n || size % PAGE !== 0n,
    );
    this.#told = new Set(
      this.#slips.filter((region) => region.aliases === null && reachesOver(region)).map(nameOf),
    );
  }

  /** Whether an address, or an extent, is wrong because of a region that was told already; from now on it was. */
  wasTold(base: bigint, size: bigint | null): boolean {
    const slip = this.#slips.find((region) =>
      region.base % PAGE === 0n
        ? base === region.base && size === region.size
        : base >= region.base &&
          base < region.base + region.size &&
          (base - region.base) % PAGE === 0n,
    );
    if (slip === undefined) return false;
    if (this.#told.has(slip.name)) return true;
    this.#told.add(slip.name);
    return false;
  }
}

const nameOf = ({ name }: PlanRegion): string => name;

type IsolationMode = TableMode & { readonly isolation: 'smmpt' | 'smmtt' };

/** The mode asked for, or all modes that the machine may choose. */
export function isolationModes(view: CaseView): readonly IsolationMode[] {
  const { vocabulary } = view.scenario;
  const asked = wordOf(view.frame, 'mpt');
  if (asked !== null) {
    const mode = vocabulary.isolationModes.get(asked);
    return mode === undefined ? [] : [mode];
  }
  const revision = wordOf(view.frame, 'revision');
  const isolation = revision === null ? null : vocabulary.revisions.get(revision)?.isolation;
  return [...vocabulary.isolationModes.values()].filter(
    (mode) => mode.xlen === view.frame.xlen && (isolation === null || mode.isolation === isolation),
  );
}

/** The largest leaf that an extent can be made of in one of these modes. */
export function largestLeaf(
  { base, size }: ConstantRange,
  modes: readonly Pick<TableMode, 'leafSizes'>[],
): bigint {
  const fitting = modes
    .flatMap(({ leafSizes }) => leafSizes)
    .filter((leaf) => base % leaf === 0n && size % leaf === 0n);
  return fitting.reduce((most, leaf) => (leaf > most ? leaf : most), PAGE);
}

/** Permissions are given to whole pages; false if these are none. */
function checkPages(
  placed: Placed,
  extent: Extract<PlanLine, { kind: 'grant' }>['extent'],
  slips: Slips,
  accept: Accept,
): boolean {
  const range = rangeOf(extent);
  const s = placed.line.statement;
  if (range === null || (s.kind !== 'grant' && s.kind !== 'revoke')) return true;
  if (range.base % PAGE === 0n && range.size % PAGE === 0n) return true;
  if (slips.wasTold(range.base, range.size)) return false;
  if (range.base % PAGE !== 0n) {
    accept('SDT303', s.extent.span, `${hex(range.base)} is not the start of a page`, {
      help: 'permissions are given to whole pages of 4K',
    });
  } else {
    accept('SDT303', s.extent.span, `${sizeText(range.size)} bytes are not a number of pages`, {
      // A size without its unit is the likeliest slip.
      help:
        range.size < 1024n
          ? `permissions are given to whole pages of 4K: did you mean ${range.size}K?`
          : 'permissions are given to whole pages of 4K',
    });
  }
  return false;
}

function checkGrantLeaf(
  placed: Placed,
  line: Extract<PlanLine, { kind: 'grant' }>,
  modes: readonly IsolationMode[],
  accept: Accept,
): void {
  const s = placed.line.statement;
  const size = constant(line.using!.size);
  if (s.kind !== 'grant' || s.using === null || size === null || modes.length === 0) return;
  const sizes = new Set(
    modes.flatMap((mode) => (line.using!.napot ? napotSizes(mode) : mode.leafSizes)),
  );
  if (!sizes.has(size)) {
    accept('SDT304', s.using.size.span, `${namesOf(modes)} has no leaves of ${sizeText(size)}`, {
      help: `${line.using!.napot ? 'NAPOT groups' : 'leaves'} of it: ${[...sizes].map(sizeText).join(', ')}`,
    });
    return;
  }
  const range = rangeOf(line.extent);
  if (range !== null && (range.base % size !== 0n || range.size % size !== 0n)) {
    accept(
      'SDT311',
      s.extent.span,
      `${hex(range.base)} size ${sizeText(range.size)} is not made of aligned leaves of ${sizeText(size)}`,
      { help: `a region can be declared 'aligned ${sizeText(size)}'` },
    );
  }
}

/** A NAPOT group: 32 entries of 16 tuples (RV64), 128 entries of 8 tuples (RV32).  SMMPT-NAPOT-05 */
function napotSizes(mode: IsolationMode): bigint[] {
  if (mode.isolation === 'smmtt') return [];
  return mode.leafSizes.map((size) => size * (mode.xlen === 64 ? 512n : 1024n));
}

function namesOf(modes: readonly TableMode[]): string {
  return modes.length === 1 ? modes[0].name : 'no mode of this machine';
}

function checkEntryLevel(
  placed: Placed,
  line: Extract<PlanLine, { kind: 'entry' }>,
  modes: readonly IsolationMode[],
  view: CaseView,
  accept: Accept,
): void {
  const s = placed.line.statement;
  const level = constant(line.level);
  if (s.kind !== 'entry' || s.level === null || level === null) return;
  const possible =
    view.scenario.names.get(line.of)?.kind === 'space' ? spaceModes(line.of, view) : modes;
  if (possible.length === 0 || possible.some((mode) => level < BigInt(mode.leafSizes.length)))
    return;
  const most = Math.max(...possible.map((mode) => mode.leafSizes.length - 1));
  accept('SDT304', s.level.span, `${namesOf(possible)} has no level ${level}`, {
    help: `its root is level ${most}`,
  });
}

/** The translation mode of a space, as a list of one; empty when it is not known. */
export function spaceModes(name: string, view: CaseView): readonly TableMode[] {
  for (const { line } of view.lines) {
    if (line.kind === 'space' && line.name === name) {
      const mode = view.scenario.vocabulary.translationModes.get(line.mode);
      return mode === undefined ? [] : [mode];
    }
  }
  return [];
}

function checkMap(
  placed: Placed,
  line: Extract<PlanLine, { kind: 'map' }>,
  view: CaseView,
  slips: Slips,
  accept: Accept,
): void {
  const s = placed.line.statement;
  const [mode] = spaceModes(line.space, view);
  if (s.kind !== 'map' || mode === undefined) return;
  const [from, to, size, using] = [line.from, line.to, line.size, line.using].map(constant);
  const leaf = using ?? PAGE;
  if (s.using !== null && using !== null && using !== undefined) {
    const { without } = view.frame.machine;
    const svnapot = mode.xlen === 64 && using === 16n * PAGE && !without.includes('Svnapot');
    if (!mode.leafSizes.includes(using) && !svnapot) {
      accept('SDT304', s.using.span, `${mode.name} has no leaves of ${sizeText(using)}`, {
        help: `its leaves: ${mode.leafSizes.map(sizeText).join(', ')}`,
      });
      return;
    }
  }
  const parts = [
    [from, s.from],
    [to, s.to],
    [size, s.size],
  ] as const;
  for (const [value, expr] of parts) {
    if (value === null || value === undefined || value % leaf === 0n) continue;
    if (expr === s.to && value % PAGE !== 0n && slips.wasTold(value, size ?? null)) continue;
    accept('SDT312', expr.span, `${hex(value)} is not a multiple of ${sizeText(leaf)}`, {
      help: 'whole leaves are mapped',
    });
  }
  if (from === null || from === undefined || size === null || size === undefined) return;
  if (!isAddress(from, size, mode)) {
    accept('SDT312', s.from.span, `${hex(from)} is no address of ${mode.name}`, {
      help: isGuest(mode)
        ? `it has ${mode.addressBits} bits`
        : `the upper bits must be copies of bit ${mode.addressBits - 1}`,
    });
  }
}

const isGuest = (mode: TableMode): boolean => mode.stages.includes('g');

/** Whether the first and the last byte are addresses that the mode translates. */
function isAddress(from: bigint, size: bigint, mode: TableMode): boolean {
  const last = from + (size === 0n ? 0n : size - 1n);
  const bits = BigInt(mode.addressBits);
  if (isGuest(mode) || mode.xlen === 32) return last < 1n << bits;
  const half = 1n << (bits - 1n);
  return last < half || (from >= (1n << 64n) - half && last < 1n << 64n);
}
