/** Every decision of firmware, one record per part; a fault replaces one of them. */
import { rdsmDecisions } from './rdsm/decisions.ts';

export const FIRMWARE_DECISIONS = {
  rdsm: rdsmDecisions,
};

export type FirmwareDecisions = typeof FIRMWARE_DECISIONS;
