/** Ways to translate wrongly. */
import { A, D, pteDecisions as right, U } from '../translate/pte.ts';
import { rules, type Fault } from './fault.ts';

export const PTE_FAULTS = {
  'pte.skips-canonical': {
    says: 'the upper bits of a virtual address are ignored',
    breaks: [],
    replaces: { pte: { isCanonical: () => true } },
  },
  'pte.skips-guest-width': {
    says: 'the upper bits of a guest physical address are ignored',
    breaks: [],
    replaces: { pte: { fitsGuestWidth: () => true } },
  },
  'pte.ignores-invalid': {
    says: 'V of a page-table entry is not looked at',
    breaks: rules('SMMPT-PTW-17..18'),
    replaces: { pte: { isInvalid: () => false } },
  },
  'pte.accepts-write-only': {
    says: 'W without R is accepted',
    breaks: [],
    replaces: { pte: { isReservedEncoding: () => false } },
  },
  'pte.ignores-reserved-bits': {
    says: 'bits 60:54 are ignored',
    breaks: [],
    replaces: { pte: { hasReservedBits: () => false } },
  },
  'pte.accepts-flags-in-pointers': {
    says: 'D, A and U are accepted in pointers',
    breaks: [],
    replaces: { pte: { isReservedPointer: () => false } },
  },
  'pte.superpage-alignment-skipped': {
    says: 'low PPN bits of a superpage leaf are ignored',
    breaks: [],
    replaces: { pte: { isMisaligned: () => false } },
  },
  'pte.ppn-of-32-bits': {
    says: 'the upper half of an entry does not count for the PPN',
    breaks: rules('SMMPT-WIDTH-03 SMMPT-WIDTH-05'),
    replaces: {
      pte: {
        ppn: (xlen, lo, hi) =>
          xlen === 32 ? right.ppn(32, lo, hi) : right.ppn(64, lo, hi) % 2 ** 22,
      },
    },
  },
  'pte.napot-ignored': {
    says: 'N of a page-table entry is ignored',
    breaks: [],
    replaces: { pte: { isNapot: () => false } },
  },
  'pte.napot-of-any-size': {
    says: 'every NAPOT encoding is taken as 64 KiB',
    breaks: [],
    replaces: { pte: { isReservedNapot: () => false } },
  },
  'pte.ignores-memory-type': {
    says: 'PBMT is not checked',
    breaks: [],
    replaces: { pte: { isReservedMemoryType: () => false } },
  },
  'pte.ignores-user': {
    says: 'the U bit is not looked at',
    breaks: [],
    replaces: { pte: { userAllows: () => true } },
  },
  'pte.sum-always': {
    says: 'supervisor data accesses reach user pages without SUM',
    breaks: [],
    replaces: {
      pte: { userAllows: (lo, user, _sum, isFetch) => right.userAllows(lo, user, true, isFetch) },
    },
  },
  'pte.sum-for-fetches': {
    says: 'SUM lets the supervisor fetch from user pages',
    breaks: [],
    replaces: {
      pte: { userAllows: (lo, user, sum) => (user ? (lo & U) !== 0 : (lo & U) === 0 || sum) },
    },
  },
  'pte.permits-everything': {
    says: 'R, W and X of a page-table leaf are not obeyed',
    breaks: rules('SMMPT-LKUP-14 SMMTT-LKUP-09'),
    replaces: { pte: { allows: () => true } },
  },
  'pte.mxr-ignored': {
    says: 'MXR does not make X readable',
    breaks: [],
    replaces: { pte: { mxr: () => false } },
  },
  'pte.vs-mxr-reaches-guest-stage': {
    says: 'vsstatus.MXR makes X readable in the G-stage too',
    breaks: [],
    replaces: { pte: { mxr: (context) => context.mxr || context.vsmxr } },
  },
  'pte.hlvx-reads-with-r': {
    says: 'HLVX is allowed by R instead of X',
    breaks: [],
    replaces: {
      pte: { allows: (lo, kind, mxr) => right.allows(lo, { ...kind, executeAsRead: false }, mxr) },
    },
  },
  'pte.accessed-not-needed': {
    says: 'a clear A bit is ignored',
    breaks: rules('SMMPT-PTW-07 SMMPT-PTW-10'),
    replaces: { pte: { needsAccessed: () => false } },
  },
  'pte.dirty-not-needed': {
    says: 'a clear D bit is ignored by stores',
    breaks: rules('SMMPT-PTW-08 SMMPT-PTW-10'),
    replaces: { pte: { needsDirty: () => false } },
  },
  'pte.prefetch-marks-pages': {
    says: 'a prefetch sets A',
    breaks: [],
    replaces: { pte: { marksPages: () => true } },
  },
  'pte.always-updates': {
    says: 'every use of a leaf writes it, A and D set or not',
    breaks: rules('SMMPT-PTW-03 SMMPT-PTW-09'),
    replaces: { pte: { needsAccessed: () => true } },
  },
  'pte.update-sets-accessed-only': {
    says: 'a store sets A and forgets D',
    breaks: [],
    replaces: { accessedDirty: { updated: (lo) => lo | A } },
  },
  'pte.update-sets-dirty-for-loads': {
    says: 'a load sets D',
    breaks: [],
    replaces: { accessedDirty: { updated: (lo) => lo | A | D } },
  },
} as const satisfies Record<string, Fault>;
