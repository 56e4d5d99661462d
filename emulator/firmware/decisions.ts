/** Every decision of firmware, one record per part; a fault replaces one of them. */
import { rdsmDecisions } from './rdsm/decisions.ts';
import { rootDecisions } from './root/decisions.ts';
import { tsmDecisions } from './tsm/decisions.ts';
import { runDecisions } from './tsm/run/decisions.ts';

export const FIRMWARE_DECISIONS = {
  rdsm: rdsmDecisions,
  root: rootDecisions,
  tsm: tsmDecisions,
  run: runDecisions,
};

export type FirmwareDecisions = typeof FIRMWARE_DECISIONS;
