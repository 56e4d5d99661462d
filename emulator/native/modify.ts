/** AMOs of firmware: read, combine and write back where the access path has allowed it. */
import type { Operation } from '../access/kinds.ts';
import { Value } from '../access/parts.ts';
import { COMBINE } from '../engine/amo.ts';
import type { Executor } from '../hart/executor.ts';

/** The access alone: what is transferred is decided here. */
export const AMO: Operation = { kind: 'amo', effect: 'none', widths: [4, 8], feature: null };

/** What is in memory, and the operand. One for all. */
const found = new Value();
const by = new Value();

/** Modifies the page accessed last; returns what was there, zero-extended. */
export function modify(
  { hart, cell }: Executor,
  what: 'add' | 'swap' | 'or' | 'and',
  offset: number,
  size: 4 | 8,
  value: bigint,
): bigint {
  const { physical, page, context } = hart.port;
  const frame = physical.targetOf(page);
  if (frame < 0) physical.loadAttended(page, offset, size);
  else physical.memory.load(frame, offset, size);
  found.set(physical.memory.lo, physical.memory.hi);
  if (context.bigEndian) found.reverse(size);
  const old = cell.join(found.lo, size === 8 ? found.hi : 0);
  cell.value = value;
  by.set(cell.lo, cell.hi);
  COMBINE[what](found, by);
  if (context.bigEndian) found.reverse(size);
  physical.heal(page, offset, size);
  if (frame < 0) physical.storeAttended(page, offset, size, found.lo, found.hi);
  else physical.memory.store(frame, offset, size, found.lo, found.hi);
  return old;
}
