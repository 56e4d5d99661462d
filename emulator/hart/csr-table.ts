/** Every CSR of the machine: the one list. */
import { COUNTER_CSRS } from './csr-counters.ts';
import { FLOAT_CSRS } from './csr-float.ts';
import { HYPERVISOR_CSRS } from './csr-hypervisor.ts';
import { ISOLATION_CSRS } from './csr-isolation.ts';
import { MACHINE_CSRS } from './csr-machine.ts';
import { NESTING_CSRS } from './csr-nesting.ts';
import { NMI_CSRS } from './csr-nmi.ts';
import { PMP_CSRS } from './csr-pmp.ts';
import type { CsrRow } from './csr-row.ts';
import { SHADOW_STACK_CSRS } from './csr-shadow-stack.ts';
import { STATE_ENABLE_CSRS } from './csr-state-enable.ts';
import { SUPERVISOR_CSRS } from './csr-supervisor.ts';
import { TIMER_CSRS } from './csr-timer.ts';

export const CSR_ROWS: readonly CsrRow[] = [
  ...MACHINE_CSRS,
  ...ISOLATION_CSRS,
  ...PMP_CSRS,
  ...SUPERVISOR_CSRS,
  ...HYPERVISOR_CSRS,
  ...COUNTER_CSRS,
  ...FLOAT_CSRS,
  ...SHADOW_STACK_CSRS,
  ...TIMER_CSRS,
  ...STATE_ENABLE_CSRS,
  ...NMI_CSRS,
  ...NESTING_CSRS,
];
