/** Ways to take the access path wrongly: parts, order, table reads, what is reported. */
import { EXECUTE, READ } from '../access/kinds.ts';
import { attemptDecisions as right } from '../access/attempt.ts';
import { rules, type Fault } from './fault.ts';

export const ATTEMPT_FAULTS = {
  'access.skips-isolation': {
    says: 'no access is looked up in the protection table',
    breaks: rules(
      `SMMPT-ACC-01..02 SMMPT-ACC-05 SMMPT-ACC-07..10 SMMPT-ACC-15 SMMPT-ACC-32 SMMPT-LKUP-15..16 SMMPT-PMP-08 SMMPT-PMP-11
       SMMTT-LKUP-05 SMMTT-LKUP-10`,
    ),
    replaces: { attempt: { isolates: () => false } },
  },
  'access.skips-isolation-of-fetches': {
    says: 'fetches are not looked up in the protection table',
    breaks: rules('SMMPT-ACC-29..30 SMMPT-SPLIT-10'),
    replaces: { attempt: { isolates: (kind) => kind.origin !== 'fetch' } },
  },
  'access.skips-isolation-of-hypervisor-loads': {
    says: 'HLV, HLVX and HSV are not looked up in the protection table',
    breaks: rules('SMMPT-ACC-08..11'),
    replaces: { attempt: { isolates: (kind) => !kind.hypervisor } },
  },
  'access.skips-isolation-of-atomics': {
    says: 'LR, SC and AMOs are not looked up in the protection table',
    breaks: rules('SMMPT-ACC-16..17 SMMPT-ACC-19..20'),
    replaces: { attempt: { isolates: (kind) => !['lr', 'sc', 'amo'].includes(kind.name) } },
  },
  'access.skips-isolation-of-cache-blocks': {
    says: 'CBO instructions are not looked up in the protection table',
    breaks: rules('SMMPT-ACC-25..26'),
    replaces: { attempt: { isolates: (kind) => !kind.name.startsWith('cbo') } },
  },
  'access.skips-isolation-of-shadow-stacks': {
    says: 'shadow-stack instructions are not looked up in the protection table',
    breaks: rules('SMMPT-ACC-21..24'),
    replaces: { attempt: { isolates: (kind) => !kind.name.startsWith('ss') } },
  },
  'access.decides-first-part-only': {
    says: 'the second part of an access that straddles two pages is not checked',
    breaks: rules('SMMPT-SPLIT-01..02 SMMPT-SPLIT-05..10'),
    replaces: { attempt: { decidesSecond: () => false } },
  },
  'access.second-part-in-the-same-page': {
    says: 'the second part of a straddling access is taken from its first page',
    breaks: rules('SMMPT-SPLIT-01..03 SMMPT-SPLIT-05..10'),
    replaces: { attempt: { second: (page) => page } },
  },
  'access.writes-the-other-way': {
    says: 'the first part of a straddling store is written exactly where the open point says it is not',
    breaks: rules('SMMPT-SPLIT-04'),
    replaces: { attempt: { decidesFirst: (writesFirstPart) => writesFirstPart } },
  },
  'access.prefetch-traps': {
    says: 'a prefetch that is denied raises its fault',
    breaks: rules('SMMPT-ACC-27'),
    replaces: { attempt: { prefetchTraps: () => true } },
  },
  'access.looks-at-the-next-page': {
    says: 'an access that ends with its page is taken to straddle',
    breaks: rules('SMMPT-SPLIT-11..12'),
    replaces: { attempt: { straddles: (offset, size) => offset + size >= 4096 } },
  },
  'access.skips-pmp': {
    says: 'PMP is not asked for the final address',
    breaks: rules('SMMPT-PMP-07'),
    replaces: { attempt: { asksPmp: () => false } },
  },
  'access.pmp-as-machine': {
    says: 'PMP is asked as for M-mode for every access',
    breaks: rules('SMMPT-PMP-07'),
    replaces: { attempt: { asMachine: () => true } },
  },
  'access.shadow-stack-in-io-pages': {
    says: 'a shadow stack may lie in a page of memory type I/O',
    breaks: [],
    replaces: { attempt: { isUnfit: () => false } },
  },
  'access.skips-pma': {
    says: 'vacant addresses and I/O memory take every access',
    breaks: rules('SMMPT-WIDTH-06'),
    replaces: { attempt: { asksPma: () => false } },
  },
  'access.ignores-poison': {
    says: 'poisoned data is handed out',
    breaks: [],
    replaces: { attempt: { seesPoison: () => false } },
  },
  'access.skips-guest-stage': {
    says: 'with vsatp Bare the G-stage does not translate',
    breaks: [],
    replaces: { attempt: { translatesGuest: () => false } },
  },
  'access.misaligned-everywhere': {
    says: 'misaligned atomics are taken',
    breaks: [],
    replaces: { attempt: { isAligned: () => true } },
  },
  'access.alignment-of-a-word': {
    says: 'every access is held against an alignment of sixteen bytes',
    breaks: rules('SMMPT-SPLIT-12..13'),
    replaces: {
      attempt: { isAligned: (offset, size) => right.isAligned(offset, size) && offset % 16 === 0 },
    },
  },
} as const satisfies Record<string, Fault>;

export const ISOLATION_FAULTS = {
  'isolation.mxr-reads-execute-only': {
    says: 'MXR makes execute-only memory readable in the protection table too',
    breaks: rules('SMMPT-ACC-13..14'),
    replaces: { isolation: { needs: (needs, mxr) => (mxr && needs === READ ? EXECUTE : needs) } },
  },
  'isolation.hlvx-needs-execute': {
    says: 'HLVX needs X instead of R in the protection table',
    breaks: rules('SMMPT-ACC-11..12'),
    replaces: { isolation: { hlvxNeeds: () => EXECUTE } },
  },
  'isolation.hlvx-needs-read': {
    says: 'HLVX needs R alone, whatever the open point says',
    breaks: rules('SMMPT-ACC-12'),
    replaces: { isolation: { hlvxNeeds: () => READ } },
  },
  'isolation.cbo-needs-nothing': {
    says: 'CBO.CLEAN, CBO.FLUSH and CBO.INVAL need nothing in the protection table',
    breaks: rules('SMMPT-ACC-26'),
    replaces: { isolation: { cboNeeds: () => 0 } },
  },
} as const satisfies Record<string, Fault>;

export const TABLE_FAULTS = {
  'count.protection-table-forgotten': {
    says: 'reads of the protection table are not counted',
    breaks: [],
    replaces: { table: { countsProtection: () => false } },
  },
  'count.guest-stage-twice': {
    says: 'a read of a G-stage entry counts twice',
    breaks: [],
    replaces: { table: { guestReads: () => 2 } },
  },
  'table.page-tables-not-isolated': {
    says: 'page-table reads and updates are not looked up in the protection table',
    breaks: rules(
      'SMMPT-PTW-01..02 SMMPT-PTW-04..08 SMMPT-PTW-12..16 SMMPT-PTW-18 SMMPT-WIDTH-05 SMMPT-LKUP-12 SMMTT-LKUP-06',
    ),
    replaces: { table: { isolatesPageTables: () => false } },
  },
  'table.checked-with-the-original-kind': {
    says: 'a page-table read needs what the access on whose behalf it happens needs',
    breaks: rules('SMMPT-PTW-02..03 SMMPT-PTW-09'),
    replaces: { table: { readNeeds: (_implicit, original) => original } },
  },
  'table.reads-need-execute': {
    says: 'a page-table read needs X',
    breaks: rules('SMMPT-PTW-02 SMMPT-PTW-09 SMMTT-LKUP-07'),
    replaces: { table: { readNeeds: () => EXECUTE } },
  },
  'table.updates-need-read-only': {
    says: 'an update of A or D needs R instead of W in the protection table',
    breaks: rules('SMMPT-PTW-07..08 SMMPT-PTW-11 SMMPT-PTW-14..15 SMMTT-LKUP-06'),
    replaces: { table: { writeNeeds: () => READ } },
  },
  'table.updates-unchecked': {
    says: 'an update of A or D is not looked up in the protection table',
    breaks: rules('SMMPT-PTW-07..08 SMMPT-PTW-11 SMMPT-PTW-14..15 SMMTT-LKUP-06'),
    replaces: { table: { checksUpdate: () => false } },
  },
  'table.protection-read-as-supervisor': {
    says: 'PMP is asked as for S-mode when an entry of the protection table is read',
    breaks: rules('SMMPT-PMP-02 SMMPT-PMP-05 SMMPT-PMP-09'),
    replaces: { table: { protectionIsMachine: () => false } },
  },
  'table.skips-pmp': {
    says: 'PMP is not asked when a table is read',
    breaks: rules('SMMPT-PMP-01 SMMPT-PMP-03..04 SMMTT-LKUP-04'),
    replaces: { table: { asksPmp: () => false } },
  },
  'table.skips-pma': {
    says: 'tables may lie anywhere',
    breaks: rules('SMMPT-PMP-06 SMMPT-GEO-16'),
    replaces: { table: { asksPma: () => false } },
  },
  'table.ignores-poison': {
    says: 'poisoned table entries are used',
    breaks: [],
    replaces: { table: { seesPoison: () => false } },
  },
  'table.protection-follows-sbe': {
    says: 'entries of the protection table are read in the byte order of SBE',
    breaks: rules('SMMPT-PMP-13..14'),
    replaces: { table: { protectionBigEndian: (_mbe, sbe) => sbe } },
  },
  'table.protection-little-endian': {
    says: 'entries of the protection table are always read as little-endian',
    breaks: rules('SMMPT-PMP-13'),
    replaces: { table: { protectionBigEndian: () => false } },
  },
  'table.page-tables-little-endian': {
    says: 'page-table entries are always read as little-endian',
    breaks: [],
    replaces: { table: { pageTableBigEndian: () => false } },
  },
} as const satisfies Record<string, Fault>;

export const REPORT_FAULTS = {
  'report.permission-for-everything': {
    says: 'every denial by the protection table gives the reason mpt.permission',
    breaks: [],
    replaces: {
      report: { reason: (reason) => (reason.startsWith('mpt.') ? 'mpt.permission' : reason) },
    },
  },
  'report.page-fault-for-isolation': {
    says: 'a denial by the protection table is reported as a page fault',
    breaks: rules('SMMPT-LKUP-11 SMMPT-ACC-02 SMMPT-TRAP-01 SMMPT-PTW-18'),
    replaces: { report: { isPageFault: (reason) => /^(mpt|mtt|pte)\.[^t]/.test(reason) } },
  },
  'report.implicit-as-load': {
    says: 'a denied table access is reported as a load',
    breaks: rules('SMMPT-PTW-04..05 SMMPT-LKUP-12 SMMPT-PTW-08'),
    replaces: {
      report: { origin: (original, _reason, implicit) => (implicit ? 'load' : original) },
    },
  },
  'report.amo-as-load': {
    says: 'a denial by the protection table is always reported as a load',
    breaks: rules(
      'SMMPT-TRAP-01 SMMPT-ACC-10 SMMPT-ACC-17 SMMPT-ACC-19..20 SMMPT-ACC-24..25 SMMPT-LKUP-12 SMMPT-SPLIT-09 SMMPT-PMP-15',
    ),
    replaces: {
      report: { origin: (original, reason) => (reason.startsWith('mpt.') ? 'load' : original) },
    },
  },
  'report.guest-fault-as-page-fault': {
    says: 'a page fault of the G-stage is reported as one of the VS-stage',
    breaks: rules('SMMPT-PTW-17'),
    replaces: { report: { isGuestFault: () => false } },
  },
  'report.tval-of-the-first-part': {
    says: 'tval is the attempted address where the second part was denied',
    breaks: rules('SMMPT-SPLIT-03 SMMPT-SPLIT-10'),
    replaces: {
      report: { partPage: (_part, whole) => whole, partOffset: (_part, whole) => whole },
    },
  },
  'report.gpa-of-the-access': {
    says: 'mtval2 holds the virtual address instead of the guest physical one',
    breaks: rules('SMMPT-PTW-17'),
    replaces: {
      report: {
        guestPage: (_denied, virtual) => virtual,
        guestOffset: (_denied, virtual) => virtual,
      },
    },
  },
  'report.gva-clear': {
    says: 'GVA stays clear',
    breaks: rules('SMMPT-TRAP-04'),
    replaces: { report: { isGuestVirtual: () => false } },
  },
  'report.gva-set': {
    says: 'GVA is set for traps from V=0 too',
    breaks: rules('SMMPT-TRAP-04'),
    replaces: { report: { isGuestVirtual: () => true } },
  },
  'report.no-pseudo-instruction': {
    says: 'mtinst stays 0 for an implicit access of VS-stage translation',
    breaks: [],
    replaces: { report: { pseudoInstruction: () => 0 } },
  },
} as const satisfies Record<string, Fault>;
