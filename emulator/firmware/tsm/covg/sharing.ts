/** share_memory_region, unshare_memory_region: the range waits for its host to take away what is mapped there. */
import { readArguments } from '../../abi/call.ts';
import { refuse } from '../../abi/check.ts';
import { COVG } from '../../abi/covg.ts';
import { ERRORS, SUCCESS } from '../../abi/errors.ts';
import type { RegionKind } from '../../layouts/region.ts';
import { PENDING } from '../../layouts/vcpu.ts';
import type { Op } from '../../port.ts';
import { failure, type Outcome, success, type TsmContext } from '../context.ts';
import { SHARING } from '../run/pending.ts';
import {
  carve,
  fits,
  isWithin,
  overlaps,
  readRegions,
  type Region,
  writeRegions,
} from '../tvm/regions.ts';
import type { Vcpu } from '../vcpu/vcpu.ts';
import { type GuestRange, rangeConditions } from './range.ts';

export function* share(context: TsmContext, vcpu: Vcpu): Op<Outcome> {
  const { port, spec } = context;
  const call = COVG.functions.share_memory_region;
  const range = readArguments(call, (n) => vcpu.record.get('x', n));
  const { tvm_gpa_addr: gpa, region_len: length } = range;
  const regions = readRegions(context, vcpu.tvm);
  const isConfidential = () => isWithin(regions, gpa, length, ['confidential']);
  const error = yield* refuse(port, spec.tsm.profile, call.checks, {
    ...rangeConditions(context, range),
    region: () => !isConfidential(),
  });
  if (error !== SUCCESS) {
    if (length > 0n && overlaps(ofKind(regions, 'mmio'), gpa, length)) port.fired('SHAR-13');
    else if (length > 0n && !isConfidential()) port.fired('SHAR-01');
    return failure(error);
  }
  port.fired('SHAR-12');
  return ask(context, vcpu, 'share', range);
}

export function* unshare(context: TsmContext, vcpu: Vcpu): Op<Outcome> {
  const { port, spec } = context;
  const call = COVG.functions.unshare_memory_region;
  const range = readArguments(call, (n) => vcpu.record.get('x', n));
  const { tvm_gpa_addr: gpa, region_len: length } = range;
  const regions = readRegions(context, vcpu.tvm);
  const error = yield* refuse(port, spec.tsm.profile, call.checks, {
    ...rangeConditions(context, range),
    region: () => !isWithin(regions, gpa, length, ['shared']),
  });
  return error === SUCCESS ? ask(context, vcpu, 'unshare', range) : failure(error);
}

const ofKind = (regions: readonly Region[], kind: RegionKind) =>
  regions.filter((region) => region.kind === kind);

/** What is mapped may be removed from now on; the vCPU goes on when the host says so and nothing is left. */
function ask(
  context: TsmContext,
  { record, tvm }: Vcpu,
  what: keyof typeof SHARING,
  { tvm_gpa_addr: gpa, region_len: length }: GuestRange,
): Outcome {
  const regions = carve(readRegions(context, tvm), gpa, length, SHARING[what].asked);
  if (!fits(regions)) return failure(ERRORS.failed);
  writeRegions(context, tvm, regions);
  record.set('pending', PENDING[what]);
  record.set('pendingArguments', gpa, 0);
  record.set('pendingArguments', length, 1);
  return success();
}
