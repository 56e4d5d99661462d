/** Pages for tables of a TVM's G-stage: a chain through the pages themselves. */
import type { TsmContext } from '../context.ts';
import type { Tvm } from './tvm.ts';

/** Zeroed pages join the pool. */
export function addTables({ port }: TsmContext, tvm: Tvm, base: bigint, pages: bigint): void {
  for (let k = 0n; k < pages; k++) {
    const at = base + k * 4096n;
    port.own.write(at, 8, tvm.record.get('pool'));
    tvm.record.set('pool', at);
  }
  tvm.record.set('poolPages', tvm.record.get('poolPages') + pages);
}

/** A zeroed page; null: the pool is empty. */
export function takeTable({ port }: TsmContext, tvm: Tvm): bigint | null {
  const at = tvm.record.get('pool');
  if (at === 0n) return null;
  tvm.record.set('pool', port.own.read(at, 8));
  tvm.record.set('poolPages', tvm.record.get('poolPages') - 1n);
  port.own.write(at, 8, 0n);
  return at;
}

/** A table that harts may still walk is kept apart: its pointers are of no use to them, but it must not be another's. */
export function retireTable({ port }: TsmContext, tvm: Tvm, at: bigint): void {
  port.own.write(at, 8, tvm.record.get('retired'));
  tvm.record.set('retired', at);
}

/** Every page of a chain. */
export function* chain(
  { port }: TsmContext,
  tvm: Tvm,
  which: 'pool' | 'retired',
): Generator<bigint> {
  for (let at = tvm.record.get(which); at !== 0n; at = port.own.read(at, 8)) yield at;
}
