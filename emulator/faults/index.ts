/** Named ways for the machine to be wrong; each replaces one decision. A suite is measured by how many it finds. Loaded when asked for. */
import { ATTEMPT_FAULTS, ISOLATION_FAULTS, REPORT_FAULTS, TABLE_FAULTS } from './access.ts';
import { CACHE_FAULTS, FENCE_FAULTS } from './cache.ts';
import {
  INSTRUCTION_FAULTS,
  INTERRUPT_FAULTS,
  RETURN_FAULTS,
  TRAP_VALUE_FAULTS,
} from './execution.ts';
import { CSR_FAULTS, TRAP_FAULTS } from './hart.ts';
import { MPT_FAULTS } from './mpt.ts';
import { MTT_FAULTS } from './mtt.ts';
import { PMP_FAULTS } from './protect.ts';
import { RDSM_FAULTS } from './rdsm.ts';
import { ROOT_FAULTS } from './root.ts';
import { PTE_FAULTS } from './translate.ts';
import { RUN_FAULTS } from './run.ts';
import { TSM_FAULTS } from './tsm.ts';

export const FAULTS = {
  ...ATTEMPT_FAULTS,
  ...ISOLATION_FAULTS,
  ...TABLE_FAULTS,
  ...PTE_FAULTS,
  ...MPT_FAULTS,
  ...MTT_FAULTS,
  ...PMP_FAULTS,
  ...CACHE_FAULTS,
  ...FENCE_FAULTS,
  ...CSR_FAULTS,
  ...TRAP_FAULTS,
  ...REPORT_FAULTS,
  ...TRAP_VALUE_FAULTS,
  ...RETURN_FAULTS,
  ...INTERRUPT_FAULTS,
  ...INSTRUCTION_FAULTS,
  ...RDSM_FAULTS,
  ...ROOT_FAULTS,
  ...TSM_FAULTS,
  ...RUN_FAULTS,
} as const;

export type FaultName = keyof typeof FAULTS;
