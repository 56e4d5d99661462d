/** Which rules a page-table access under isolation marks. */
import type { Domain } from '../isolate/domain.ts';
import { R } from '../rules/fired.ts';
import type { Reason } from '../rules/reasons.ts';
import { markBorrowed } from './explicit-rules.ts';
import { EXECUTE, READ } from './kinds.ts';
import type { Port } from './port.ts';
import { readRule } from './read-entry.ts';

/** `why`: what the protection table said of it. */
export function markImplicit(
  port: Port,
  stage: 's' | 'vs' | 'g',
  domain: Domain,
  why: Reason | null,
): void {
  const { fired, kind } = port;
  if (domain.isolation === 'smmtt') {
    fired[R.SMMTT_LKUP_06] = 1;
    fired[R.SMMTT_LKUP_07] = 1;
  }
  fired[readRule(stage)] = 1;
  fired[R.SMMPT_PTW_06] = 1;
  if (kind.origin !== 'load') fired[R.SMMPT_PTW_03] = 1;
  if (port.borrowed) {
    fired[R.SMMPT_PTW_16] = 1;
    markBorrowed(port);
  }
  if (port.xwr === EXECUTE || port.xwr === READ) fired[R.SMMPT_PTW_02] = 1;
  if (why === null) return;
  fired[R.SMMPT_LKUP_11] = 1;
  fired[R.SMMPT_LKUP_12] = 1;
  fired[R.SMMPT_PTW_18] = 1;
  if (why === 'mpt.range') fired[R.SMMPT_WIDTH_05] = 1;
  if (kind.origin === 'store') fired[R.SMMPT_PTW_04] = 1;
  if (kind.origin === 'fetch') fired[R.SMMPT_PTW_05] = 1;
}
