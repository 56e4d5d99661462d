/** Ways to read the memory tracking table (MTT era) wrongly. */
import { EXECUTE, READ, WRITE } from '../access/kinds.ts';
import { field } from '../memory/page.ts';
import { mttDecisions as right } from '../isolate/mtt-entry.ts';
import { rules, type Fault } from './fault.ts';

export const MTT_FAULTS = {
  'mtt.skips-width': {
    says: 'an address beyond the width of the mode is looked up as if truncated',
    breaks: rules('SMMPT-WIDTH-08'),
    replaces: { mtt: { tooWide: () => false } },
  },
  'mtt.index-shifted': {
    says: 'every table index comes from address bits one too high',
    breaks: rules('SMMTT-LKUP-01..03'),
    replaces: {
      mtt: {
        index: (g, page, level) => field(page, (g.scale[level] ?? 0) / 2, g.mask[level] ?? 0),
      },
    },
  },
  'mtt.types-swapped': {
    says: 'the types 1G_allow_rx and 1G_allow_rw are swapped',
    breaks: rules('SMMTT-FMT-02..03 SMMTT-LKUP-11'),
    replaces: { mtt: { gigPerm: (type) => [0, 2, 1, 3][type & 3] ?? 0 } },
  },
  'mtt.one-gigabyte-open': {
    says: 'every 1G type allows everything',
    breaks: rules('SMMTT-FMT-01..03 SMMTT-FMT-19 SMMTT-LKUP-11'),
    replaces: { mtt: { gigPerm: () => 3 } },
  },
  'mtt.one-gigabyte-closed': {
    says: 'every 1G type denies',
    breaks: rules('SMMTT-FMT-02..04 SMMTT-LKUP-11'),
    replaces: { mtt: { gigPerm: () => 0 } },
  },
  'mtt.directory-shifted': {
    says: 'the PPN of an L1 directory loses its lowest bit',
    breaks: rules('SMMTT-FMT-05'),
    replaces: { mtt: { l2Ppn: (xlen, lo, hi) => right.l2Ppn(xlen, lo, hi) + 1 } },
  },
  'mtt.big-pages-of-the-other-xlen': {
    says: 'the types of 2M_PAGES and 4M_PAGES are accepted on both XLENs',
    breaks: rules('SMMTT-FMT-08'),
    replaces: { mtt: { typeReserved: (_g, type) => type === 7 } },
  },
  'mtt.accepts-reserved-types': {
    says: 'every type is accepted',
    breaks: rules('SMMTT-FMT-08..09'),
    replaces: { mtt: { typeReserved: () => false } },
  },
  'mtt.ignores-info-of-1g': {
    says: 'INFO of a 1G type is not checked',
    breaks: rules('SMMTT-FMT-10'),
    replaces: { mtt: { gigInfoReserved: () => false } },
  },
  'mtt.ignores-info-of-big-pages': {
    says: 'INFO above the permission fields is not checked',
    breaks: rules('SMMTT-FMT-11'),
    replaces: { mtt: { bigInfoReserved: () => false } },
  },
  'mtt.ignores-zero-bits': {
    says: 'the ZERO bits of L2 entries are not checked',
    breaks: rules('SMMTT-FMT-12'),
    replaces: { mtt: { l2Reserved: () => false } },
  },
  'mtt.ignores-zero-bits-of-l3': {
    says: 'the ZERO bits of L3 entries are not checked',
    breaks: rules('SMMTT-FMT-12'),
    replaces: { mtt: { l3Reserved: () => false } },
  },
  'mtt.ignores-l3-valid': {
    says: 'VALID of an L3 entry is not looked at (v0.1.1)',
    breaks: rules('SMMTT-FMT-20'),
    replaces: { mtt: { l3Invalid: () => false } },
  },
  'mtt.big-page-index-shifted': {
    says: 'the permission field of 2M_PAGES and 4M_PAGES is that of the neighbour',
    breaks: rules('SMMTT-FMT-06..07 SMMTT-FMT-17'),
    replaces: { mtt: { bigIndex: (g, page) => right.bigIndex(g, page) ^ 1 } },
  },
  'mtt.big-page-bits-swapped': {
    says: 'the two bits of a permission field are swapped in 2M_PAGES and 4M_PAGES',
    breaks: rules('SMMTT-FMT-06..07 SMMTT-FMT-17'),
    replaces: {
      mtt: { bigPerm: (lo, index) => [0, 2, 1, 3][right.bigPerm(lo, index)] ?? 0 },
    },
  },
  'mtt.nibble-of-the-neighbour': {
    says: 'a page obeys the nibble of its neighbour',
    breaks: rules('SMMTT-FMT-16 SMMTT-LKUP-02'),
    replaces: { mtt: { nibbleIndex: (g, page) => right.nibbleIndex(g, page) ^ 1 } },
  },
  'mtt.accepts-reserved-nibbles': {
    says: 'reserved bits of nibbles are ignored',
    breaks: rules('SMMTT-FMT-15'),
    replaces: { mtt: { nibbleReserved: () => false, anyNibbleReserved: () => false } },
  },
  'mtt.perm-as-read-and-write': {
    says: 'PERM 01 gives R alone',
    breaks: rules('SMMTT-FMT-02 SMMTT-FMT-14 SMMTT-FMT-18 SMMTT-LKUP-11'),
    replaces: {
      mtt: { rights: (perm) => [0, READ, READ | WRITE, READ | WRITE | EXECUTE][perm] ?? 0 },
    },
  },
  'mtt.permits-everything': {
    says: 'the permission of the tracking table is read and not obeyed',
    breaks: rules(
      'SMMTT-FMT-01..03 SMMTT-FMT-14 SMMTT-FMT-19 SMMTT-LKUP-05..06 SMMTT-LKUP-10 SMMTT-FMT-13',
    ),
    replaces: { mtt: { permits: () => true } },
  },
  'mtt.permits-nothing': {
    says: 'every permission denies',
    breaks: rules('SMMTT-FMT-04..07 SMMTT-FMT-14 SMMTT-FMT-18 SMMTT-LKUP-07..09 SMMTT-FMT-13'),
    replaces: { mtt: { permits: () => false } },
  },
} as const satisfies Record<string, Fault>;
