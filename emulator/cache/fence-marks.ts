/** Which rules the fences decide. */
import type { Mode } from '../access/context.ts';
import type { FenceOperands } from '../hart/fence-operands.ts';
import type { Platform } from '../platform.ts';
import { REVISIONS } from '../revision.ts';
import type { Fired } from '../rules/fired.ts';
import { R } from '../rules/fired.ts';
import type { FenceName, FenceScope } from './fence-request.ts';

const isLegacy = (platform: Platform) => REVISIONS[platform.revision].isolation === 'smmtt';

/** An instruction that the mode may not execute. */
export function markRefusedFence(fired: Fired, platform: Platform, fence: FenceName): void {
  if (fence !== 'mfence_pa' && fence !== 'minval_pa') return;
  if (isLegacy(platform)) fired[R.SMMTT_FENCE_01] = 1;
  else if (fence === 'minval_pa') fired[R.SMSD_FENCE_02] = 1;
  else {
    fired[R.SMSD_FENCE_01] = 1;
    fired[R.TEE_09] = 1;
  }
}

/** An instruction that this machine has not: the MTT era may lack MINVAL.SPA. */
export function markAbsentFence(fired: Fired, platform: Platform, fence: FenceName): void {
  if (fence === 'minval_pa' && isLegacy(platform)) fired[R.SMMTT_FENCE_06] = 1;
}

/** A fence that executes: its operands select among the rules. */
export function markFence(
  fired: Fired,
  platform: Platform,
  fence: FenceName,
  mode: Mode,
  scope: FenceScope,
  operands: FenceOperands,
): void {
  if (scope !== 'protection') markTranslation(fired, platform, fence, mode, scope, operands);
  else if (isLegacy(platform)) markLegacy(fired, fence, operands);
  else markProtection(fired, platform, fence, operands);
}

function markProtection(
  fired: Fired,
  { harts }: Platform,
  fence: FenceName,
  { page, id, zero, reserved, unimplemented }: FenceOperands,
): void {
  if (page === null) fired[id === null ? R.SMSD_FENCE_03 : R.SMSD_FENCE_04] = 1;
  else {
    fired[id === null ? R.SMSD_FENCE_05 : R.SMSD_FENCE_06] = 1;
    fired[R.SMSD_FENCE_07] = 1;
    fired[R.SMSD_FENCE_08] = 1;
  }
  if (zero) fired[R.SMSD_FENCE_09] = 1;
  if (reserved) fired[R.SMSD_FENCE_10] = 1;
  if (unimplemented) fired[R.SMSD_FENCE_11] = 1;
  if (page !== null || id !== null) fired[R.SMSD_FENCE_12] = 1;
  if (fence === 'minval_pa') {
    fired[R.SMSD_FENCE_20] = 1;
    fired[R.SMSD_FENCE_22] = 1;
    return;
  }
  fired[R.SMSD_FENCE_13] = 1;
  if (harts > 1) fired[R.SMSD_FENCE_14] = 1;
  fired[R.SMSD_FENCE_16] = 1;
  fired[R.SMSD_FENCE_17] = 1;
}

function markLegacy(fired: Fired, fence: FenceName, { page }: FenceOperands): void {
  if (fence === 'minval_pa') fired[R.SMMTT_FENCE_06] = 1;
  fired[R.SMMTT_FENCE_02] = 1;
  fired[R.SMMTT_FENCE_03] = 1;
  if (page === null) fired[R.SMMTT_FENCE_05] = 1;
}

function markTranslation(
  fired: Fired,
  platform: Platform,
  fence: FenceName,
  mode: Mode,
  scope: FenceScope,
  { id }: FenceOperands,
): void {
  if (isLegacy(platform)) {
    fired[R.SMMTT_FENCE_07] = 1;
    return;
  }
  fired[R.SMSD_FENCE_15] = 1;
  if (fence.includes('inval')) {
    fired[R.SMSD_SDID_05] = 1;
    return;
  }
  if (scope === 's') fired[R.SMSD_SDID_01] = 1;
  if (scope === 'g') {
    fired[R.SMSD_SDID_03] = 1;
    fired[R.FENCE_09] = 1;
  }
  if (scope === 'vs') fired[R.SMSD_SDID_04] = 1;
  if (fence === 'sfence_vma' && mode === 'M') fired[R.SMSD_SDID_06] = 1;
  if (fence === 'sfence_vma' && id === null) fired[R.SMSD_SDID_07] = 1;
}

/** SFENCE.INVAL.IR completed these. */
export function markInvalidation(
  fired: Fired,
  platform: Platform,
  queued: readonly FenceName[],
): void {
  const protection = queued.filter((fence) => fence === 'minval_pa').length;
  if (protection === 0) return;
  if (isLegacy(platform)) {
    fired[R.SMMTT_FENCE_04] = 1;
    return;
  }
  fired[R.SMSD_FENCE_18] = 1;
  fired[R.SMSD_FENCE_19] = 1;
  if (protection > 1) fired[R.SMSD_FENCE_21] = 1;
}
