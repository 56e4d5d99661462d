/** Smrnmi: where a non-maskable interrupt leaves what it interrupted. */
import { causeMask, epcMask } from './csr-machine.ts';
import type { CsrRow, CsrState } from './csr-row.ts';
import { csr, hasFeature, keepUnless } from './csr-row.ts';

/** Bits of mnstatus. */
export const MNSTATUS = { NMIE: 1n << 3n, MNPV: 1n << 7n, MNPP: 3n << 11n } as const;

const exists = hasFeature('Smrnmi');

/** NMIE can be set, never cleared; MNPP holds M, S and U. */
function legalise({ decide, platform }: CsrState, old: bigint, wanted: bigint): bigint {
  const { NMIE, MNPP, MNPV } = MNSTATUS;
  const value = platform.features.has('H') ? wanted : wanted & ~MNPV;
  const mode = Number((value & MNPP) >> 11n);
  return keepUnless(decide.isLegalMpp(mode), old, value | (old & NMIE), MNPP);
}

export const NMI_CSRS: readonly CsrRow[] = [
  csr('mnscratch', 0x740, { exists }),
  csr('mnepc', 0x741, { exists, mask: epcMask }),
  csr('mncause', 0x742, { exists, mask: causeMask }),
  csr('mnstatus', 0x744, {
    exists,
    mask: MNSTATUS.NMIE | MNSTATUS.MNPV | MNSTATUS.MNPP,
    legalise,
    // With NMIE clear, MPRV has no effect.
    affectsAccess: true,
  }),
];
