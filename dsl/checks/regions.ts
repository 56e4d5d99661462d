/** 3xx: regions that overlap, lie outside memory or over the table pool; RAM and I/O in each other's way. */
import type { Placed } from '../compile/scope.ts';
import type { Accept } from '../report.ts';
import { contains, overlaps, type Range } from '../resolve/range.ts';
import { type CaseCheck, type CaseView, hex, sizeText } from './case-view.ts';

export const checkRegions: CaseCheck = (view, accept) => {
  const { frame } = view;
  const banks = frame.machine.properties.flatMap((property) =>
    property.at === null ? [] : [{ ...property.at, name: property.name, span: property.span }],
  );
  for (let i = 0; i < banks.length; i++) {
    for (let j = 0; j < i; j++) {
      if (!overlaps(banks[i], banks[j])) continue;
      accept('SDT309', banks[i].span, `'${banks[i].name}' overlaps '${banks[j].name}'`, {
        related: [{ span: banks[j].span, message: 'declared here' }],
      });
    }
  }
  const memory: readonly Range[] = [...frame.ram, ...banks];
  const placed = regionLines(view);
  // By base, so that only neighbours need be compared.
  const sorted = [...frame.regions].sort((a, b) =>
    a.base < b.base ? -1 : a.base > b.base ? 1 : 0,
  );
  let reach: (typeof sorted)[number] | null = null;
  for (const region of sorted) {
    const line = placed.get(region.name);
    if (line === undefined || line.line.statement.kind !== 'region') continue;
    if (frame.unplaced.has(region.name)) continue;
    const { statement } = line.line;
    const where = statement.at?.span ?? statement.name.span;
    // Two of one name are reported as that.
    if (reach !== null && reach.name !== region.name && overlaps(reach, region)) {
      const other = placed.get(reach.name)!;
      const [later, earlier] = other.position > line.position ? [other, line] : [line, other];
      reportOverlap(later, earlier, accept);
    }
    if (reach === null || region.base + region.size > reach.base + reach.size) reach = region;
    if (region.aliases !== null) {
      checkAlias(line, view, accept);
      continue;
    }
    if (reachesOver(region)) {
      accept(
        'SDT303',
        where,
        `'${region.name}' does not begin at a page, but reaches into the next`,
        {
          help: `the nearest page below is ${hex((region.base / 4096n) * 4096n)}`,
        },
      );
    }
    if (!memory.some((bank) => contains(bank, region))) {
      accept(
        'SDT302',
        where,
        `'${region.name}' (${hex(region.base)} size ${sizeText(region.size)}) lies outside RAM`,
        {
          help: `RAM is ${frame.ram.map((bank) => `at ${hex(bank.base)} size ${sizeText(bank.size)}`).join(', ')}: see 'machine ram'`,
        },
      );
    } else if (overlaps(region, frame.pool)) {
      accept(
        'SDT308',
        where,
        `'${region.name}' lies over the memory that holds the tables (at ${hex(frame.pool.base)} size ${sizeText(frame.pool.size)})`,
        { help: 'move it down, make it smaller, or give the machine more RAM' },
      );
    }
  }
};

/** Whether a region begins inside a page and ends in another. */
export function reachesOver({ base, size }: Range): boolean {
  return base % 4096n !== 0n && base + size > (base / 4096n + 1n) * 4096n;
}

function reportOverlap(later: Placed, earlier: Placed, accept: Accept): void {
  const [a, b] = [later.line.statement, earlier.line.statement];
  if (a.kind !== 'region' || b.kind !== 'region') return;
  accept('SDT301', a.at?.span ?? a.name.span, `'${a.name.text}' overlaps '${b.name.text}'`, {
    related: [{ span: b.span, message: `'${b.name.text}' lies here` }],
    help: `leave 'at' out to have a free place chosen, or write 'aliases ${b.name.text}'`,
  });
}

/** An alias is a second address of declared memory: it needs an address, and memory to stand for. */
function checkAlias(placed: Placed, view: CaseView, accept: Accept): void {
  const s = placed.line.statement;
  if (s.kind !== 'region' || s.aliases === null) return;
  const of = view.frame.byName.get(s.aliases.text);
  const own = view.frame.byName.get(s.name.text);
  if (of === undefined) {
    accept('SDT201', s.aliases.span, `there is no region called '${s.aliases.text}'`);
  } else if (s.at === null) {
    accept('SDT315', s.span, `'${s.name.text}' aliases '${s.aliases.text}', but has no address`, {
      help: "write 'at ADDRESS': the second address is the point of an alias",
    });
  } else if (own !== undefined && own.size > of.size) {
    accept(
      'SDT315',
      s.size.span,
      `'${s.name.text}' is larger than '${s.aliases.text}', which it aliases`,
    );
  }
}

export function regionLines(view: CaseView): Map<string, Placed> {
  const placed = new Map<string, Placed>();
  for (const line of view.scenario.regions) {
    if (line.line.statement.kind === 'region') placed.set(line.line.statement.name.text, line);
  }
  return placed;
}
