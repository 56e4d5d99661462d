/** A TVM in memory alone, whose attestation calls are made on its behalf. */
import { TVM_RECORD, tvmParts } from '../../layouts/tvm.ts';
import { recordAt } from '../../layouts/record.ts';
import type { FirmwareSpec } from '../../spec.ts';
import type { TsmContext } from '../context.ts';
import { tsmDecisions } from '../decisions.ts';
import { finish, memoryPort } from '../measure/memory-port.test-support.ts';
import { lockMeasurements, measurementsOf, resetMeasurements } from '../measure/registers.ts';
import { map } from '../tvm/gstage.ts';
import { addTables } from '../tvm/pool.ts';
import { writeRegions } from '../tvm/regions.ts';
import { tvmAt } from '../tvm/tvm.ts';
import { ATTESTATION_CALLS } from './attestation.ts';

const STATE = 0x9000_0000n;
export const SEED = 3;
/** Guest physical addresses: confidential and there; there in the next frame; confidential, nothing there; shared. */
export const HERE = 0x8000_0000n;
export const NEXT = HERE + 0x1000n;
export const ABSENT = HERE + 0x8000n;
export const SHARED = 0x9000_0000n;
export const HOLE = 0xa000_0000n;
/** Where they lie: not one behind the other. */
export const HERE_AT = 0x8800_5000n;
export const NEXT_AT = 0x8800_2000n;
export const SHARED_AT = 0x8900_0000n;

export function guest(profile: 'spec' | 'salus' = 'spec') {
  const memory = memoryPort();
  const { port } = memory;
  const spec: Partial<FirmwareSpec> = {
    gstage: 'sv39x4',
    seed: SEED,
    tsm: { profile, state: 'ready', maxVcpus: 2, interruptible: false },
  };
  const given: Partial<TsmContext> = {
    port,
    parts: tvmParts(2),
    decisions: tsmDecisions,
    spec: spec as FirmwareSpec,
  };
  const context = given as TsmContext;
  recordAt(port.own, TVM_RECORD, STATE).set('directory', 0x9100_0000n);
  const tvm = tvmAt(context, STATE);
  addTables(context, tvm, 0x9200_0000n, 8n);
  writeRegions(context, tvm, [
    { base: HERE, size: 0x10000n, kind: 'confidential' },
    { base: SHARED, size: 0x1000n, kind: 'shared' },
  ]);
  map(context, tvm, HERE, HERE_AT, 4096n, 0, 'data');
  map(context, tvm, NEXT, NEXT_AT, 4096n, 0, 'data');
  map(context, tvm, SHARED, SHARED_AT, 4096n, 0, 'shared');
  const record = measurementsOf(context, tvm);
  resetMeasurements(port, record);
  lockMeasurements(port, record, [HERE, 0n]);
  const calls = (name: keyof typeof ATTESTATION_CALLS, ...args: readonly bigint[]) => {
    const call = ATTESTATION_CALLS[name];
    return finish(call(context, tvm, (register) => args[register - 10] ?? 0n));
  };
  return { ...memory, profile, tvm, record, calls };
}
