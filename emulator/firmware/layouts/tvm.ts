/** The record of a TVM, in the state pages that the host donates with it. */
import { EPOCH } from './epoch.ts';
import { MAX_REGIONS, REGION_RECORD } from './region.ts';
import { struct } from './struct.ts';

export const TVM_STATES = ['initializing', 'runnable'] as const;
export type TvmState = (typeof TVM_STATES)[number];

export const TVM_RECORD = struct({
  /** Guest id, never used again. */
  id: 8,
  /** Position in `TVM_STATES`. */
  state: 8,
  /** Physical address of the 16 KiB root of its G-stage. */
  directory: 8,
  /** First page of the pool for tables of its G-stage; each begins with the address of the next. 0: none. */
  pool: 8,
  poolPages: 8,
  /** Tables that a larger leaf has replaced, chained as the pool is: harts may still walk them until it is destroyed. */
  retired: 8,
  regions: 8,
  /** vCPUs that exist. */
  vcpus: 8,
  /** vCPUs that are in the guest or between two entries of one run call. */
  running: 8,
  /** The boot vCPU has been run. */
  booted: 8,
  entryPc: 8,
  entryArgument: 8,
  /** Whether `identity` was given at finalize. */
  hasIdentity: 8,
  identity: [8, 8],
});

/** Bytes from the start of the state pages to the parts of a TVM's record. */
export interface TvmParts {
  readonly epoch: bigint;
  readonly regions: bigint;
  /** One address of state pages for each vCPU id; 0: there is no such vCPU. */
  readonly vcpus: bigint;
  /** A page for measurement registers and what evidence needs. */
  readonly measurements: bigint;
  /** State pages of a TVM. */
  readonly pages: number;
}

export function tvmParts(maxVcpus: number): TvmParts {
  const epoch = TVM_RECORD.size;
  const regions = epoch + EPOCH.size;
  const vcpus = regions + MAX_REGIONS * REGION_RECORD.size;
  const measurements = Math.ceil((vcpus + 8 * maxVcpus) / 4096) * 4096;
  return {
    epoch: BigInt(epoch),
    regions: BigInt(regions),
    vcpus: BigInt(vcpus),
    measurements: BigInt(measurements),
    pages: measurements / 4096 + 1,
  };
}
