/** Ways to read the memory protection table wrongly. */
import { EXECUTE, READ, WRITE } from '../access/kinds.ts';
import { field } from '../memory/page.ts';
import { mptDecisions as right } from '../isolate/mpte.ts';
import { rules, type Fault } from './fault.ts';

export const MPT_FAULTS = {
  'mpt.skips-width': {
    says: 'an address beyond the width of Smmpt43 or Smmpt52 is looked up as if truncated',
    breaks: rules('SMMPT-WIDTH-01 SMMPT-WIDTH-03 SMMPT-WIDTH-05..06'),
    replaces: { mpt: { tooWide: () => false } },
  },
  'mpt.width-off-by-one-bit': {
    says: 'the upper half of the address space counts as beyond the width, in every mode',
    breaks: rules('SMMPT-WIDTH-02 SMMPT-WIDTH-04 SMMPT-WIDTH-07 SMMPT-GEO-05'),
    replaces: { mpt: { tooWide: (g, page) => page >= g.pages / 2 } },
  },
  'mpt.index-shifted-at-upper-levels': {
    says: 'above level 0 the table index comes from address bits one too high',
    breaks: rules('SMMPT-GEO-01..06 SMMPT-LKUP-01 SMMPT-LKUP-08..09'),
    replaces: {
      mpt: {
        index: (g, page, level) =>
          level === 0
            ? right.index(g, page, level)
            : field(page, (g.scale[level] ?? 0) / 2, g.mask[level] ?? 0),
      },
    },
  },
  'mpt.index-shifted-at-level-0': {
    says: 'the level-0 index comes from address bits one too low',
    breaks: rules('SMMPT-GEO-01..04 SMMPT-SPLIT-06'),
    replaces: {
      mpt: {
        index: (g, page, level) =>
          level > 0
            ? right.index(g, page, level)
            : field(page, (g.scale[0] ?? 0) * 2, g.mask[0] ?? 0),
      },
    },
  },
  'mpt.root-of-512-entries': {
    says: 'the Smmpt64 root is indexed with nine bits instead of twelve',
    breaks: rules('SMMPT-GEO-04..05'),
    replaces: { mpt: { index: (g, page, level) => right.index(g, page, level) & 511 } },
  },
  'mpt.root-of-a-whole-page': {
    says: 'the Smmpt34 root uses the upper half of its page',
    breaks: rules('SMMPT-GEO-06'),
    replaces: {
      mpt: {
        index: (g, page, level) =>
          g.xlen === 32 && level === 1
            ? 1023 - right.index(g, page, level)
            : right.index(g, page, level),
      },
    },
  },
  'mpt.tuple-from-wrong-bits-at-upper-levels': {
    says: 'above level 0 the tuple index comes from address bits one too low',
    breaks: rules('SMMPT-GEO-09..14'),
    replaces: {
      mpt: {
        tupleIndex: (g, page, level) =>
          level === 0
            ? right.tupleIndex(g, page, level)
            : field(page, (g.tupleScale[level] ?? 0) * 2, g.tuples - 1),
      },
    },
  },
  'mpt.tuple-from-wrong-bits-at-level-0': {
    says: 'the tuples of neighbouring pages are swapped',
    breaks: rules('SMMPT-GEO-07..08 SMMPT-SPLIT-05 SMMPT-XWR-09'),
    replaces: {
      mpt: {
        tupleIndex: (g, page, level) => right.tupleIndex(g, page, level) ^ (level === 0 ? 1 : 0),
      },
    },
  },
  'mpt.tuple-bits-reversed': {
    says: 'bit 0 of a tuple is taken for X and bit 2 for R',
    breaks: rules('SMMPT-XWR-02 SMMPT-XWR-04..06 SMMPT-XWR-10'),
    replaces: {
      mpt: {
        tuple: (lo, hi, slot) => {
          const xwr = right.tuple(lo, hi, slot);
          return (xwr >> 2) | (xwr & WRITE) | ((xwr & READ) << 2);
        },
      },
    },
  },
  'mpt.tuple-one-bit-high': {
    says: 'tuple k is read at bits 9+3k instead of 8+3k',
    breaks: rules('SMMPT-XWR-02 SMMPT-XWR-05..06 SMMPT-XWR-11'),
    replaces: {
      mpt: {
        tuple: (lo, hi, slot) =>
          (right.tuple(lo, hi, slot) >> 1) | ((right.tuple(lo, hi, (slot + 1) & 15) & 1) << 2),
      },
    },
  },
  'mpt.permits-everything': {
    says: 'the tuple is read and not obeyed',
    breaks: rules(
      `SMMPT-XWR-01..02 SMMPT-XWR-04..06 SMMPT-XWR-10 SMMPT-ACC-01..02 SMMPT-ACC-05 SMMPT-ACC-07..11
       SMMPT-ACC-13..17 SMMPT-ACC-19..26 SMMPT-ACC-32 SMMPT-ACC-34 SMMPT-PTW-01..08 SMMPT-PTW-12..16 SMMPT-PTW-18
       SMMPT-LKUP-11..13 SMMPT-LKUP-15..16 SMMPT-TRAP-01..02 SMMPT-TRAP-04..06 SMMPT-TRAP-08 SMMPT-SPLIT-01..03
       SMMPT-SPLIT-05..10 SMMPT-PMP-08 SMMPT-PMP-11 SMMPT-NAPOT-08 SMMPT-PTW-11 SMMPT-CACHE-02 SMMPT-CACHE-05 SMSD-FENCE-07 SMSD-FENCE-12
       SMSD-FENCE-14..17 SMSD-FENCE-20 SMSD-CSR-16 SMSD-SDID-08 SMMPT-NAPOT-10 SMMPT-NAPOT-12 SMMPT-ACC-18`,
    ),
    replaces: { mpt: { permits: () => true } },
  },
  'mpt.permits-nothing': {
    says: 'every tuple denies',
    breaks: rules(
      `SMMPT-XWR-04 SMMPT-XWR-08 SMMPT-GEO-14..15 SMMPT-WIDTH-02 SMMPT-WIDTH-04 SMMPT-WIDTH-07 SMMPT-LKUP-09..10
       SMMPT-SPLIT-11..13 SMMPT-PTW-03 SMMPT-PTW-09 SMMPT-PMP-10 SMMPT-PMP-12 SMMPT-NAPOT-01..05 SMMPT-NAPOT-13 SMMPT-CACHE-06 SMSD-FENCE-07 SMSD-FENCE-12
       SMSD-FENCE-14..16 SMSD-FENCE-20 SMSD-CSR-16 SMSD-SDID-08 SMMPT-NAPOT-10 SMMPT-NAPOT-12`,
    ),
    replaces: { mpt: { permits: () => false } },
  },
  'mpt.execute-implies-read': {
    says: 'X alone is enough to read',
    breaks: rules('SMMPT-XWR-05 SMMPT-ACC-11 SMMPT-ACC-13..14 SMMPT-ACC-16 SMMPT-PTW-02'),
    replaces: {
      mpt: {
        permits: (xwr, needs) => right.permits((xwr & EXECUTE) === 0 ? xwr : xwr | READ, needs),
      },
    },
  },
  'mpt.any-right-will-do': {
    says: 'an access that needs R and W is allowed with one of them',
    breaks: rules('SMMPT-ACC-19..24'),
    replaces: {
      mpt: {
        permits: (xwr, needs) =>
          right.permits(xwr, needs) || (needs === (READ | WRITE) && (xwr & needs) !== 0),
      },
    },
  },
  'mpt.ignores-invalid': {
    says: 'V is not looked at',
    breaks: rules('SMMPT-LKUP-02..05 SMMPT-RSV-11 SMMPT-CACHE-04'),
    replaces: { mpt: { isInvalid: () => false } },
  },
  'mpt.invalid-only-when-zero': {
    says: 'an entry with V=0 is used where its other bits are not all zero',
    breaks: rules('SMMPT-LKUP-05 SMMPT-RSV-11'),
    replaces: { mpt: { isInvalid: (lo) => lo === 0 } },
  },
  'mpt.follows-pointer-at-level-0': {
    says: 'a pointer at level 0 is followed once more',
    breaks: rules('SMMPT-LKUP-06'),
    replaces: {
      mpt: {
        endsWalk: (level) => level < 0,
        index: (g, page, level) => (level < 0 ? 0 : right.index(g, page, level)),
      },
    },
  },
  'mpt.follows-napot-pointer': {
    says: 'N=1 in a pointer is ignored',
    breaks: rules('SMMPT-LKUP-07 SMMPT-NAPOT-14'),
    replaces: { mpt: { isNapotPointer: () => false } },
  },
  'mpt.ignores-reserved-in-pointers': {
    says: 'reserved bits of pointers are ignored',
    breaks: rules('SMMPT-RSV-01..02 SMMPT-RSV-07'),
    replaces: { mpt: { pointerReserved: () => false } },
  },
  'mpt.ignores-reserved': {
    says: 'reserved bits of leaves are ignored',
    breaks: rules('SMMPT-RSV-03..04 SMMPT-RSV-08'),
    replaces: { mpt: { leafReserved: () => false } },
  },
  'mpt.ignores-reserved-in-napot': {
    says: 'reserved bits of NAPOT leaves are ignored',
    breaks: rules('SMMPT-RSV-05..06 SMMPT-RSV-09..10'),
    replaces: { mpt: { napotReserved: () => false } },
  },
  'mpt.ignores-group-size': {
    says: 'every G of a NAPOT leaf is accepted',
    breaks: rules('SMMPT-NAPOT-06..07'),
    replaces: { mpt: { groupReserved: () => false } },
  },
  'mpt.ignores-napot': {
    says: 'N=1 in a leaf is ignored: its tuples are read as sixteen',
    breaks: rules('SMMPT-NAPOT-01..08 SMMPT-NAPOT-13 SMMPT-SPLIT-08'),
    replaces: { mpt: { isNapot: () => false } },
  },
  'mpt.napot-at-level-0-only': {
    says: 'a NAPOT leaf above level 0 is denied',
    breaks: rules('SMMPT-NAPOT-03..05'),
    replaces: { mpt: { napotAllowed: (level) => level === 0 } },
  },
  'mpt.napot-tuple-of-the-page': {
    says: 'a NAPOT leaf without X gives only what its lowest bit says',
    breaks: rules('SMMPT-NAPOT-01..03 SMMPT-NAPOT-08'),
    replaces: { mpt: { napotTuple: (lo) => right.napotTuple(lo) & (READ | EXECUTE) } },
  },
  'mpt.accepts-reserved-tuples': {
    says: 'the tuples 010 and 110 give W and XW',
    breaks: rules('SMMPT-XWR-03 SMMPT-XWR-07 SMMPT-NAPOT-09 SMMPT-RSV-12'),
    replaces: { mpt: { tupleReserved: () => false, anyTupleReserved: () => false } },
  },
  'mpt.reserved-tuple-hits-its-page-only': {
    says: 'a reserved tuple in another slot is ignored',
    breaks: rules('SMMPT-RSV-12'),
    replaces: { mpt: { anyTupleReserved: () => false } },
  },
  'mpt.no-access-poisons-the-entry': {
    says: 'the tuple 000 counts as reserved, as in older drafts, and denies its neighbours',
    breaks: rules('SMMPT-XWR-09'),
    replaces: {
      mpt: {
        anyTupleReserved: (lo, hi) =>
          Array.from({ length: 8 }, (_, slot) => right.tuple(lo, hi, slot)).includes(0),
      },
    },
  },
  'mpt.pointer-truncated': {
    says: 'only 22 bits of a pointer are used',
    breaks: rules('SMMPT-GEO-16'),
    replaces: { mpt: { ppn: (lo) => lo >>> 10 } },
  },
  'mpt.pointer-ignored': {
    says: 'the next table is taken to follow the page that the pointer names',
    breaks: rules('SMMPT-LKUP-08..09 SMMPT-CACHE-07'),
    replaces: { mpt: { ppn: (lo, hi) => right.ppn(lo, hi) + 1 } },
  },
} as const satisfies Record<string, Fault>;
