/** `check` lines: looks of the bench's own hand at memory. */
import type { PlanLine } from '../../dsl/index.ts';
import type { Actual } from '../judge/actual.ts';
import { CaseError } from './case-error.ts';
import type { World } from './world.ts';

export type CheckLine = Extract<PlanLine, { readonly kind: 'check' }>;

/** What is common to all looks. */
const LOOK: Omit<Actual, 'address' | 'size' | 'value'> = {
  origin: null,
  mode: 'M',
  trap: null,
  leaked: null,
};

/**
 * One look after the other. Without `every`, an extent of up to 8 bytes is one value and a larger one is looked at
 * where it starts.
 */
export function* looks(world: World, line: CheckLine): Generator<Actual> {
  const base = world.resolve(line.extent.base);
  const size = world.resolve(line.extent.size);
  const step = line.every === null ? size : world.resolve(line.every);
  if (step <= 0n) throw new CaseError('a look needs at least one byte');
  const word = BigInt(world.platform.xlen / 8);
  const width = Number(step <= 8n ? step : word);
  for (let offset = 0n; offset < size; offset += step) {
    const value = world.backEnd.read(base + offset, width);
    yield { ...LOOK, address: base + offset, size: width, value };
  }
}
