/** Where a measurement register of a TVM lies, for those who look at a machine from outside. */
import { TSM_RECORD } from '../../layouts/tsm.ts';
import { TVM_RECORD, tvmParts } from '../../layouts/tvm.ts';
import { MEASUREMENTS, REGISTER_BYTES } from '../../layouts/measurement.ts';
import type { Area, FirmwareSpec } from '../../spec.ts';
import { placeOf, registerAt } from './register-map.ts';

const PAGE = 4096n;

/**
 * Physical address of register `index`, as a TVM of this profile would name it. Null: the TSM whose memory this is has
 * no such TVM, or the TVM no such register.
 */
export function measurementRegister(
  memory: Area,
  { profile, maxVcpus }: FirmwareSpec['tsm'],
  read: (at: bigint, size: number) => bigint,
  guest: bigint,
  index: bigint,
): bigint | null {
  const register = registerAt(profile, index);
  if (register === null) return null;
  const { count } = TSM_RECORD.places.tvms;
  for (let k = 0; k < count; k++) {
    const at = read(TSM_RECORD.at(memory.base + PAGE, 'tvms', k), 8);
    if (at === 0n || read(TVM_RECORD.at(at, 'id'), 8) !== guest) continue;
    const record = at + tvmParts(maxVcpus).measurements;
    return MEASUREMENTS.at(record, 'registers', REGISTER_BYTES * placeOf(register.use));
  }
  return null;
}
