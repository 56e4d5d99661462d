/** What differs between specification revisions: one row each. */

export interface Revision {
  readonly says: string;
  readonly isolation: 'smmpt' | 'smmtt';
  /** The CSR that selects the table. */
  readonly csr: 'mmpt' | 'mttp';
  readonly modes: readonly string[];
  /** Whether an entry with V=0 may be kept by a cache until a fence. */
  readonly cachesInvalid: boolean;
  /** Whether MTTL3 entries have a VALID bit (44). */
  readonly l3Valid: boolean;
  /** Whether translation fences act on the current SDID only. */
  readonly sdidTagsTranslations: boolean;
  /** Whether the text makes an SPA beyond the mode's width a fault; where it is silent, the knob `mtt_too_wide` does. */
  readonly widthCheck: boolean;
  /** Bits 1:0 of the root PPN read zero in a mode other than Bare (MTT era). */
  readonly rootLowBitsZero: boolean;
}

export const REVISIONS = {
  smmpt_0_9: {
    says: 'Smsd and Smmpt, v0.9.0 (2026-08)',
    isolation: 'smmpt',
    csr: 'mmpt',
    modes: ['smmpt34', 'smmpt43', 'smmpt52', 'smmpt64'],
    cachesInvalid: false,
    l3Valid: false,
    sdidTagsTranslations: true,
    widthCheck: true,
    rootLowBitsZero: false,
  },
  mtt_0_1: {
    says: 'Smsdid and Smmtt, v0.1 = v1.0.83 (2024-08)',
    isolation: 'smmtt',
    csr: 'mttp',
    modes: ['smmtt34', 'smmtt46', 'smmtt56'],
    cachesInvalid: true,
    l3Valid: false,
    sdidTagsTranslations: false,
    widthCheck: false,
    rootLowBitsZero: true,
  },
  mtt_0_1_1: {
    says: 'Smsdid and Smmtt, v0.1.1 (2024-10)',
    isolation: 'smmtt',
    csr: 'mttp',
    modes: ['smmtt34', 'smmtt46', 'smmtt56'],
    cachesInvalid: true,
    l3Valid: true,
    sdidTagsTranslations: true,
    widthCheck: true,
    rootLowBitsZero: true,
  },
} as const satisfies Record<string, Revision>;

export type RevisionName = keyof typeof REVISIONS;
