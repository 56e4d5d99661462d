/** Every CSR that some platform has, by name, with the XLENs at which it exists. */
import { COUNTER_CSRS } from './csr-counters.ts';
import { FLOAT_CSRS } from './csr-float.ts';
import { HYPERVISOR_CSRS } from './csr-hypervisor.ts';
import { ISOLATION_CSRS } from './csr-isolation.ts';
import { MACHINE_CSRS } from './csr-machine.ts';
import { PMP_CSRS } from './csr-pmp.ts';
import { SUPERVISOR_CSRS } from './csr-supervisor.ts';

export const CSR_NAMES: ReadonlyMap<string, readonly (32 | 64)[]> = new Map(
  [
    ...MACHINE_CSRS,
    ...SUPERVISOR_CSRS,
    ...HYPERVISOR_CSRS,
    ...ISOLATION_CSRS,
    ...PMP_CSRS,
    ...COUNTER_CSRS,
    ...FLOAT_CSRS,
  ].map((row) => [row.name, row.xlen === null ? [32, 64] : [row.xlen]]),
);
