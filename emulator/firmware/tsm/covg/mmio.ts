/** add_mmio_region, remove_mmio_region: where the guest lets its host emulate devices. */
import { readArguments } from '../../abi/call.ts';
import { refuse } from '../../abi/check.ts';
import { COVG } from '../../abi/covg.ts';
import { ERRORS, SUCCESS } from '../../abi/errors.ts';
import type { Op } from '../../port.ts';
import { failure, type Outcome, success, type TsmContext } from '../context.ts';
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
import { rangeConditions } from './range.ts';

export function* addMmio(context: TsmContext, { record, tvm }: Vcpu): Op<Outcome> {
  const { port, spec } = context;
  const call = COVG.functions.add_mmio_region;
  const range = readArguments(call, (n) => record.get('x', n));
  const regions = readRegions(context, tvm);
  const { tvm_gpa_addr: gpa, region_len: length } = range;
  const error = yield* refuse(port, spec.tsm.profile, call.checks, {
    ...rangeConditions(context, range),
    overlap: () => overlaps(regions, gpa, length),
  });
  if (error !== SUCCESS) return failure(error);
  port.fired('MMIO-03');
  return replace(context, { record, tvm }, carve(regions, gpa, length, 'mmio'));
}

/** The specification removes every region that the range touches, Salus the range from the one that holds it. */
export function* removeMmio(context: TsmContext, { record, tvm }: Vcpu): Op<Outcome> {
  const { port, spec } = context;
  const call = COVG.functions.remove_mmio_region;
  const range = readArguments(call, (n) => record.get('x', n));
  const regions = readRegions(context, tvm);
  const { tvm_gpa_addr: gpa, region_len: length } = range;
  const error = yield* refuse(port, spec.tsm.profile, call.checks, {
    ...rangeConditions(context, range),
    region: () => !isWithin(regions, gpa, length, ['mmio']),
  });
  if (error !== SUCCESS) return failure(error);
  port.fired('MMIO-02');
  const left =
    spec.tsm.profile === 'salus'
      ? carve(regions, gpa, length, null)
      : regions.filter((one) => one.kind !== 'mmio' || !overlaps([one], gpa, length));
  return replace(context, { record, tvm }, left);
}

function replace(context: TsmContext, { tvm }: Vcpu, regions: readonly Region[]): Outcome {
  if (!fits(regions)) return failure(ERRORS.failed);
  writeRegions(context, tvm, regions);
  return success();
}
