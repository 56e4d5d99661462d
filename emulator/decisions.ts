/** Every decision of a machine, one record per file that decides; a fault replaces one of them. */
import { attemptDecisions } from './access/attempt.ts';
import { tableDecisions } from './access/read-entry.ts';
import { reportDecisions } from './access/report.ts';
import { fenceDecisions } from './cache/fence-decisions.ts';
import { cacheDecisions } from './cache/policy.ts';
import { csrDecisions } from './hart/csr-decisions.ts';
import { FIRMWARE_DECISIONS } from './firmware/decisions.ts';
import { trapDecisions } from './hart/delegate.ts';
import { reservationDecisions } from './hart/reservation.ts';
import { isolationDecisions, mptDecisions } from './isolate/mpte.ts';
import { mttDecisions } from './isolate/mtt-entry.ts';
import { pmpDecisions } from './protect/pmp-decisions.ts';
import { accessedDirtyDecisions } from './translate/accessed-dirty.ts';
import { pteDecisions } from './translate/pte.ts';
import type { RuleId } from './rules/fired.ts';

export const DECISIONS = {
  attempt: attemptDecisions,
  report: reportDecisions,
  table: tableDecisions,
  pte: pteDecisions,
  accessedDirty: accessedDirtyDecisions,
  isolation: isolationDecisions,
  mpt: mptDecisions,
  mtt: mttDecisions,
  pmp: pmpDecisions,
  cache: cacheDecisions,
  fence: fenceDecisions,
  csr: csrDecisions,
  trap: trapDecisions,
  reservation: reservationDecisions,
  ...FIRMWARE_DECISIONS,
};

export type Decisions = typeof DECISIONS;
/** The decisions that a fault replaces. */
export type Replacements = { readonly [K in keyof Decisions]?: Partial<Decisions[K]> };

/** A named way to be wrong. */
export interface Fault {
  readonly says: string;
  /** Rules that it breaks. */
  readonly breaks: readonly RuleId[];
  readonly replaces: Replacements;
}

/** The decisions of a machine with these faults. */
export function decisionsWith(faults: readonly Fault[]): Decisions {
  if (faults.length === 0) return DECISIONS;
  const all = { ...DECISIONS } as Record<string, object>;
  for (const { replaces } of faults) {
    for (const [name, record] of Object.entries(replaces)) {
      all[name] = { ...all[name], ...record };
    }
  }
  return all as Decisions;
}
