/** Named ways for the machine to be wrong; each replaces one decision. A suite is measured by how many it finds. */
import type { Fault } from '../decisions.ts';

export const FAULTS = {
  'mpt.ignores-reserved': {
    says: 'reserved bits of protection-table leaves are ignored',
    breaks: ['SMMPT-RSV-03', 'SMMPT-RSV-04', 'SMMPT-RSV-08'],
    replaces: { mpt: { leafReserved: () => false } },
  },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;
