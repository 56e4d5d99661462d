/** The end of a TVM: every page that it has becomes confidential memory of nobody. */
import { release, unpin } from '../pages/donation.ts';
import type { TsmContext } from '../context.ts';
import { isPointer, target } from './entry.ts';
import { geometryOf, mappings } from './gstage.ts';
import { chain } from './pool.ts';
import { readRegions } from './regions.ts';
import { forgetTvm, type Tvm, vcpuAt } from './tvm.ts';

const PAGE = 4096n;

/** What the pages hold stays until they get a new use or go back to the host. */
export function dismantle(context: TsmContext, tvm: Tvm): void {
  const { parts, spec } = context;
  for (const { base, size } of readRegions(context, tvm)) {
    for (const mapping of mappings(context, tvm, base, size)) {
      leavePages(context, mapping.to, mapping.size);
    }
  }
  const tables = [
    ...tablesOf(context, tvm),
    ...chain(context, tvm, 'pool'),
    ...chain(context, tvm, 'retired'),
  ];
  for (const at of tables) release(context, at);
  for (let id = 0n; id < BigInt(spec.tsm.maxVcpus); id++) {
    const at = vcpuAt(context, tvm, id);
    if (at) release(context, at);
  }
  const directory = tvm.record.get('directory');
  for (let k = 0n; k < 4n; k++) release(context, directory + k * PAGE);
  forgetTvm(context, tvm);
  for (let k = 0n; k < BigInt(parts.pages); k++) release(context, tvm.at + k * PAGE);
}

/** Pages that a TVM no longer maps: its own are nobody's, the host's have one user less. */
export function leavePages(context: TsmContext, base: bigint, size: bigint): void {
  for (let at = base; at < base + size; at += PAGE) {
    if (context.pages.get(at)?.state === 'data') release(context, at);
    else unpin(context, at);
  }
}

/** Tables that the walk reaches, without the root. */
function tablesOf(context: TsmContext, tvm: Tvm): bigint[] {
  const { own } = context.port;
  const g = geometryOf(context);
  const found: bigint[] = [];
  const visit = (table: bigint, level: number): void => {
    for (let k = 0; k <= (g.mask[level] ?? 0); k++) {
      const entry = own.read(table + BigInt(k * g.entrySize), g.entrySize);
      if (!isPointer(entry)) continue;
      const child = target(g, entry);
      found.push(child);
      if (level > 1) visit(child, level - 1);
    }
  };
  visit(tvm.record.get('directory'), g.levels - 1);
  return found;
}
