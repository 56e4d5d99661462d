/** The end of a TVM: every page that it has becomes confidential memory of nobody. */
import { release, unpin } from '../pages/donation.ts';
import type { TsmContext } from '../context.ts';
import { entries } from './gstage.ts';
import { chain } from './pool.ts';
import { readRegions } from './regions.ts';
import { forgetTvm, type Tvm, vcpuAt } from './tvm.ts';

const PAGE = 4096n;

/** What the pages hold stays until they get a new use or go back to the host. */
export function dismantle(context: TsmContext, tvm: Tvm): void {
  const { parts, spec } = context;
  const tables = [...chain(context, tvm, 'pool'), ...chain(context, tvm, 'retired')];
  // Nothing was ever mapped outside of regions; two of them may share tables.
  const seen = new Set<bigint>();
  for (const { base, size } of readRegions(context, tvm)) {
    for (const found of entries(context, tvm, base, size)) {
      if (seen.has(found.at)) continue;
      seen.add(found.at);
      if (found.isPointer) tables.push(found.to);
      else leavePages(context, found.to, found.size);
    }
  }
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
    else {
      unpin(context, at);
      context.port.fired('SHRD-06');
    }
  }
}
