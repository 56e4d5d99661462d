/** The one table of instructions. */
import { atomicOps } from './atomic.ts';
import { baseOps } from './base.ts';
import { bitmanipOps } from './bitmanip.ts';
import { cacheOps } from './cache-ops.ts';
import { compressedOps } from './compressed.ts';
import { doubleOps } from './double.ts';
import type { Isa } from './extensions.ts';
import { singleOps } from './float.ts';
import { hypervisorOps } from './hypervisor.ts';
import type { FenceEncoding } from './isolation.ts';
import { isolationOps } from './isolation.ts';
import { mayBeOps } from './may-be.ts';
import { muldivOps } from './muldiv.ts';
import type { Op } from './op.ts';
import { privilegedOps } from './privileged.ts';
import { shadowStackOps } from './shadow-stack.ts';
import { csrOps } from './zicsr.ts';

// Made when first asked for: who uses no instructions does not pay for their table at start.
let common: readonly Op[] | null = null;
const tables = new Map<FenceEncoding, readonly Op[]>();

const commonOps = (): readonly Op[] => [
  ...baseOps(),
  ...muldivOps(),
  ...atomicOps(),
  ...compressedOps(),
  ...bitmanipOps(),
  ...csrOps(),
  ...cacheOps(),
  ...privilegedOps(),
  ...hypervisorOps(),
  ...shadowStackOps(),
  ...mayBeOps(),
  ...singleOps(),
  ...doubleOps(),
];

/** Every row, whatever a machine has. */
export function allOps(encoding: FenceEncoding = 'custom'): readonly Op[] {
  let rows = tables.get(encoding);
  if (rows === undefined) {
    rows = [...(common ??= commonOps()), ...isolationOps(encoding)];
    tables.set(encoding, rows);
  }
  return rows;
}

/** Whether a machine with this instruction set has the row. */
export function has(isa: Isa, { where }: Op): boolean {
  return (
    (where.xlen === null || where.xlen === isa.xlen) &&
    where.needs.every((name) => isa.extensions.has(name))
  );
}

/** The rows that a machine has. */
export function opsOf(isa: Isa, encoding: FenceEncoding = 'custom'): readonly Op[] {
  return allOps(encoding).filter((row) => has(isa, row));
}
