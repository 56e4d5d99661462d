/** Counts times constants: the weighted cost of a workload. */
import type { Counts } from '../../emulator/index.ts';
import type { Constants } from './constants.ts';
import { CONSTANT_NAMES, CONSTANTS } from './constants.ts';

export interface Cost {
  /** Cycles of one round. */
  readonly total: number;
  /** Its parts by constant. */
  readonly parts: Readonly<Record<string, number>>;
}

/** Of one round. */
export function costOf(counts: Counts, rounds: number, constants: Constants): Cost {
  const parts: Record<string, number> = {};
  let total = 0;
  for (const name of CONSTANT_NAMES) {
    const events = CONSTANTS[name].counters.reduce(
      (sum, counter) => sum + countOf(counts, counter),
      0,
    );
    const part = (events * constants[name]) / rounds;
    parts[name] = part;
    total += part;
  }
  return { total, parts };
}

/** A counter by name; 0 where this machine has none of it. */
export function countOf(counts: Counts, counter: string): number {
  return (counts as Readonly<Record<string, number>>)[counter] ?? 0;
}

/** Memory references of the workload itself and of its walks. */
export function references(counts: Counts): number {
  return ['s', 'vs', 'g', 'mpt', 'io', 'ad', 'data'].reduce(
    (sum, counter) => sum + countOf(counts, counter),
    0,
  );
}
