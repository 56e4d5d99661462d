/** Where regions lie: fixed ones first, then each other one in the first free aligned slot of RAM, in file order. */
import type { Expr, StatementOf } from '../syntax/ast.ts';
import type { Case } from './case.ts';
import { constantValue, evaluate } from './evaluate.ts';
import { DEFAULT_RAM, PAGE, type Range } from './range.ts';
import type { Placed, Scope } from '../compile/scope.ts';

/** The top of the first RAM bank, where tables are built: 16M, 64M for the larger tables of the MTT era. */
export function tablePool(ram: readonly Range[], isolation: 'smmpt' | 'smmtt'): Range {
  const bank = ram[0] ?? DEFAULT_RAM;
  const wanted = isolation === 'smmtt' ? 64n << 20n : 16n << 20n;
  const most = (bank.size / 4n / PAGE) * PAGE;
  const size = wanted < most ? wanted : most;
  return { base: bank.base + bank.size - size, size };
}

type RegionStatement = StatementOf<'region'>;

/** Places every region of the case into `c.frame`. Expects machine, RAM and pool to be there. */
export function placeRegions(lines: readonly Placed[], c: Case): void {
  c.frame.taken.push(c.frame.pool);
  let waiting: Placed[] = [];
  for (const placed of lines) {
    const region = placed.line.statement as RegionStatement;
    if (region.at === null || hangsOnUnplaced(placed, lines, c)) waiting.push(placed);
    else place(placed, null, c);
  }
  while (waiting.length > 0) {
    const later: Placed[] = [];
    for (const placed of waiting) {
      const region = placed.line.statement as RegionStatement;
      if (hangsOnUnplaced(placed, lines, c)) later.push(placed);
      else place(placed, region.at === null ? slotFinder : null, c);
    }
    // Regions that hang on each other in a circle are placed anyhow, and told so.
    if (later.length === waiting.length) {
      for (const placed of later.splice(0)) {
        const region = placed.line.statement as RegionStatement;
        place(placed, region.at === null ? slotFinder : null, c);
      }
    }
    waiting = later;
  }
  // Plans list regions in file order, whatever order they were placed in.
  c.frame.regions.push(
    ...lines.flatMap((placed) => {
      const name = (placed.line.statement as RegionStatement).name.text;
      return c.frame.byName.get(name) ?? [];
    }),
  );
}

/** Whether an `at` names a region that has no place yet. */
function hangsOnUnplaced(placed: Placed, lines: readonly Placed[], c: Case): boolean {
  return placed.line.mentions.names.some(
    (name) =>
      name !== (placed.line.statement as RegionStatement).name.text &&
      !c.frame.byName.has(name) &&
      lines.some((other) => (other.line.statement as RegionStatement).name.text === name),
  );
}

/** The value of an expression; null where it could not be made out, which has been told. */
function knownValue(expr: Expr, scope: Scope, c: Case, what: string): bigint | null {
  let told = false;
  const accept: Case['accept'] = (...finding) => {
    told = true;
    c.accept?.(...finding);
  };
  const value = constantValue(expr, scope, c.accept === null ? c : { ...c, accept }, what);
  return told ? null : value;
}

type SlotFinder = (size: bigint, aligned: bigint, c: Case) => bigint | null;

function place(placed: Placed, find: SlotFinder | null, c: Case): void {
  const region = placed.line.statement as RegionStatement;
  const { scope } = placed;
  c.position = placed.position;
  const name = region.name.text;
  if (c.frame.byName.has(name)) return;
  const known = knownValue(region.size, scope, c, 'the size of a region');
  const size = known ?? 0n;
  const asked =
    region.aligned === null ? PAGE : (knownValue(region.aligned, scope, c, 'an alignment') ?? PAGE);
  const possible = asked !== 0n && (asked & (asked - 1n)) === 0n;
  const aligned = possible ? asked : PAGE;
  let base = region.at === null ? 0n : constantValue(region.at, scope, c, 'the place of a region');
  // 0 stands for a place that could not be made out.
  if (region.at !== null && base === 0n) c.frame.unplaced.add(name);
  if (known === 0n) c.accept?.('SDT239', region.size.span, 'a region has at least one byte');
  if (!possible) {
    c.accept?.('SDT303', region.aligned!.span, `an alignment is a power of two, found ${asked}`);
  }
  if (region.at !== null && base % (region.aligned === null ? 1n : aligned) !== 0n) {
    c.accept?.('SDT303', region.at.span, `'${name}' does not lie on a multiple of ${aligned}`);
  }
  if (find !== null) {
    const slot = find(size, aligned > PAGE ? aligned : PAGE, c);
    if (slot === null) {
      c.accept?.('SDT310', region.span, `RAM has no room left for '${name}'`, {
        help: "add RAM ('machine ram at .. size ..'), or make the region smaller",
      });
    }
    if (slot === null) c.frame.unplaced.add(name);
    base = slot ?? c.frame.ram[0].base;
  }
  c.frame.byName.set(name, {
    name,
    base,
    size,
    holds: holdsOf(region, placed, c),
    program: programIn(region, c),
    aliases: region.aliases === null ? null : region.aliases.text,
    shared: region.shared,
  });
  if (region.aliases === null || region.at !== null) take({ base, size }, c.frame.taken);
}

/** The program that a region holds. */
function programIn({ holds }: RegionStatement, c: Case): string | null {
  if (holds?.kind !== 'name') return null;
  const declared = c.scenario.names.get(holds.name);
  if (declared?.kind !== 'program') return null;
  declared.used = true;
  return declared.name;
}

function holdsOf(region: RegionStatement, placed: Placed, c: Case): bigint | null {
  if (region.holds === null) return null;
  if (programIn(region, c) !== null) return null;
  const value = evaluate(region.holds, placed.scope, c);
  if (typeof value !== 'bigint') {
    c.accept?.(
      'SDT222',
      region.holds.span,
      'what a region holds must be known before the case runs',
    );
    return null;
  }
  if (value >> BigInt(c.frame.xlen) !== 0n) {
    c.accept?.('SDT239', region.holds.span, `what a region holds has at most ${c.frame.xlen} bits`);
  }
  return value;
}

/** Keeps what is taken in order of its base. */
function take(range: Range, taken: Range[]): void {
  let low = 0;
  let high = taken.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (taken[middle].base < range.base) low = middle + 1;
    else high = middle;
  }
  taken.splice(low, 0, range);
}

/** First-fit over the gaps between what is taken, bank by bank, below the table pool. */
const slotFinder: SlotFinder = (size, aligned, c) => {
  const { ram, taken } = c.frame;
  for (const bank of ram) {
    let at = roundUp(bank.base, aligned);
    for (const other of taken) {
      if (at + size <= other.base) break;
      if (other.base + other.size > at) at = roundUp(other.base + other.size, aligned);
    }
    if (at + size <= bank.base + bank.size) return at;
  }
  return null;
};

const roundUp = (value: bigint, step: bigint): bigint => ((value + step - 1n) / step) * step;
