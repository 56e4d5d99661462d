/** The one table of instructions. */
import { ATOMIC } from './atomic.ts';
import { BASE } from './base.ts';
import { BITMANIP } from './bitmanip.ts';
import { CACHE_OPS } from './cache-ops.ts';
import { COMPRESSED } from './compressed.ts';
import { DOUBLE } from './double.ts';
import type { Isa } from './extensions.ts';
import { FLOAT } from './float.ts';
import { HYPERVISOR } from './hypervisor.ts';
import type { FenceEncoding } from './isolation.ts';
import { FENCE_ENCODINGS, isolationOps } from './isolation.ts';
import { MULDIV } from './muldiv.ts';
import type { Op } from './op.ts';
import { PRIVILEGED } from './privileged.ts';
import { SHADOW_STACK } from './shadow-stack.ts';
import { CSR_OPS } from './zicsr.ts';

const COMMON: readonly Op[] = [
  ...BASE,
  ...MULDIV,
  ...ATOMIC,
  ...COMPRESSED,
  ...BITMANIP,
  ...CSR_OPS,
  ...CACHE_OPS,
  ...PRIVILEGED,
  ...HYPERVISOR,
  ...SHADOW_STACK,
  ...FLOAT,
  ...DOUBLE,
];

const TABLES = new Map(
  (Object.keys(FENCE_ENCODINGS) as FenceEncoding[]).map((encoding) => [
    encoding,
    [...COMMON, ...isolationOps(encoding)] as readonly Op[],
  ]),
);

/** Every row, whatever a machine has. */
export function allOps(encoding: FenceEncoding = 'custom'): readonly Op[] {
  return TABLES.get(encoding) ?? COMMON;
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
