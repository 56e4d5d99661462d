/** 4xx: a zero expected in memory that no line wrote: it holds a seeded pattern, never zero. */
import { overlaps } from '../resolve/range.ts';
import {
  type CaseCheck,
  type CaseView,
  constant,
  type ConstantRange,
  isExact,
  physicalAddress,
  rangeOf,
} from './case-view.ts';
import type { PlanLine, PlanOutcome } from '../plan.ts';

/** Follows every write; one whose place is not known ends the check. */
export const checkUnwritten: CaseCheck = (view, accept) => {
  if (!view.lines.some(({ line }) => 'outcome' in line && expectsZero(line.outcome))) return;
  const written: ConstantRange[] = initial(view);
  for (const { line } of view.lines) {
    const read = readOf(line);
    if (read !== null && expectsZero(read.outcome)) {
      if (!written.some((range) => overlaps(range, read.range))) {
        accept('SDT404', read.outcome.span, 'no line has written this memory: it does not hold 0', {
          help: "what no line wrote reads as a pattern; write it, 'scrub' it, or declare what it 'holds'",
        });
      }
    }
    const wrote = writeOf(line);
    if (wrote === 'unknown') return;
    if (wrote !== null) written.push(wrote);
  }
};

/** What holds something from the start: regions that say so, tables, and everything aliased. */
function initial(view: CaseView): ConstantRange[] {
  const tables = new Set<string>();
  for (const { line } of view.lines) {
    if ((line.kind === 'domain' || line.kind === 'space') && line.tables !== null) {
      tables.add(line.tables);
    }
  }
  const { regions, pool } = view.frame;
  const aliased = new Set(regions.flatMap((r) => (r.aliases === null ? [] : [r.aliases, r.name])));
  return [
    pool,
    ...regions.filter((r) => r.holds !== null || tables.has(r.name) || aliased.has(r.name)),
  ];
}

function readOf(
  line: PlanLine,
): { readonly range: ConstantRange; readonly outcome: PlanOutcome } | null {
  if (line.kind === 'check') {
    const range = rangeOf(line.extent);
    return range === null ? null : { range, outcome: line.outcome };
  }
  if (line.kind !== 'step' || line.action.do !== 'attempt' || line.action.operation !== 'load') {
    return null;
  }
  const base = physicalAddress(line);
  if (base === null || line.action.address.every !== null) return null;
  return { range: { base, size: BigInt(line.action.size) }, outcome: line.outcome };
}

function expectsZero(outcome: PlanOutcome): boolean {
  if (!isExact(outcome)) return false;
  const { verdict } = outcome.alternatives[0];
  return verdict.kind === 'value' && verdict.to === null && verdict.from === 0n;
}

/** The memory that a line writes; null: none. */
function writeOf(line: PlanLine): ConstantRange | 'unknown' | null {
  switch (line.kind) {
    case 'scrub':
    case 'poison':
      return rangeOf(line.extent) ?? 'unknown';
    case 'poke': {
      const base = constant(line.at);
      return base === null ? 'unknown' : { base, size: BigInt(line.size) };
    }
    case 'unmodelled':
    case 'tvm':
    case 'program':
    case 'image':
      return 'unknown';
    case 'step': {
      const { action } = line;
      if (UNKNOWN.has(action.do)) return 'unknown';
      if (action.do !== 'attempt' || READING.has(action.operation)) return null;
      const base = physicalAddress(line);
      // Cache blocks are 64 bytes wherever the address points in them.
      return base === null || action.address.every !== null
        ? 'unknown'
        : { base: base - (base % 64n), size: BigInt(action.size) + 64n };
    }
    default:
      return null;
  }
}

/** Instructions and programs may write anywhere. */
const UNKNOWN: ReadonlySet<string> = new Set([
  'unmodelled',
  'execute',
  'run',
  'continue',
  'call',
  'run tvm',
]);

const READING: ReadonlySet<string> = new Set([
  'load',
  'fetch',
  'lr',
  'hlv',
  'hlvx',
  'prefetch',
  'cbo_clean',
  'cbo_flush',
]);
