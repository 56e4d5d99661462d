/** Ways to keep or drop cached entries wrongly. */
import { cacheDecisions as kept } from '../cache/policy.ts';
import { fenceDecisions as right } from '../cache/fence-decisions.ts';
import { rules, type Fault } from './fault.ts';

const L = 2;

export const CACHE_FAULTS = {
  'cache.keeps-invalid': {
    says: 'an invalid entry of the protection table is kept until a fence',
    breaks: rules('SMMPT-CACHE-01 SMMPT-CACHE-03'),
    replaces: { cache: { keepsProtection: () => true } },
  },
  'cache.keeps-invalid-with-svvptc': {
    says: 'an invalid page-table entry is kept although the hart has Svvptc',
    breaks: [],
    replaces: { cache: { keepsTranslation: () => true } },
  },
  'cache.remembers-rx-as-r': {
    says: 'RX in the first tuple of a protection-table leaf is remembered as R',
    breaks: [],
    replaces: {
      cache: {
        remembered: (lo) =>
          (lo & L) !== 0 && ((lo >>> 8) & 7) === 5 ? lo & ~0x400 : kept.remembered(lo),
      },
    },
  },
  'cache.forgets-upper-half': {
    says: 'the tuples of pages 8 to 15 are remembered as those of nobody',
    breaks: [],
    replaces: { cache: { rememberedHigh: () => 0 } },
  },
  'cache.no-sdid': {
    says: 'entries are not tagged with the SDID',
    breaks: rules('SMSD-SDID-02'),
    replaces: { cache: { sdidTag: () => 0 } },
  },
  'cache.no-vmid': {
    says: 'entries are not tagged with the VMID',
    breaks: [],
    replaces: { cache: { vmidTag: () => 0 } },
  },
  'cache.no-asid': {
    says: 'every page-table entry serves every ASID',
    breaks: [],
    replaces: { cache: { isGlobal: () => true } },
  },
} as const satisfies Record<string, Fault>;

export const FENCE_FAULTS = {
  'fence.mfence-does-nothing': {
    says: 'MFENCE.PA is a no-operation',
    breaks: rules(
      `SMSD-FENCE-03..06 SMSD-FENCE-08..11 SMSD-FENCE-13 SMSD-FENCE-17..19 SMSD-FENCE-21 SMSD-FENCE-25..26 SMMPT-CACHE-04..07
       SMMPT-NAPOT-11 SMMPT-CACHE-08 SMMTT-FENCE-02..05`,
    ),
    replaces: { fence: { fencesProtection: () => false } },
  },
  'fence.translation-fences-do-nothing': {
    says: 'SFENCE.VMA, HFENCE and their SINVAL forms are no-operations',
    breaks: rules('SMSD-SDID-01 SMSD-SDID-03..07 SMMTT-FENCE-07'),
    replaces: { fence: { fencesTranslation: () => false } },
  },
  'fence.sdid-matches-others': {
    says: 'MFENCE.PA with an SDID drops the entries of the other SDIDs',
    breaks: rules('SMSD-FENCE-04 SMSD-FENCE-06 SMSD-FENCE-09..11 SMSD-SDID-09'),
    replaces: { fence: { matchesSdid: (entry, operand) => entry !== operand } },
  },
  'fence.sdid-of-the-current-domain': {
    says: 'MFENCE.PA takes the current SDID instead of its operand',
    breaks: rules('SMSD-FENCE-04 SMSD-FENCE-06 SMSD-FENCE-09..11'),
    replaces: {
      fence: {
        matchesSdid: (entry, _operand, current) => entry === current && current !== _operand,
      },
    },
  },
  'fence.drops-level-0-only': {
    says: 'MFENCE.PA with an address drops leaves of level 0 only',
    breaks: rules('SMSD-FENCE-08'),
    replaces: {
      fence: { selectsMpt: (entry, page) => entry.level === 0 && right.selectsMpt(entry, page) },
    },
  },
  'fence.address-of-the-next-entry': {
    says: 'MFENCE.PA with an address drops the leaf after the one it names',
    breaks: rules('SMSD-FENCE-05..06 SMSD-FENCE-08 SMMPT-NAPOT-11 SMMPT-CACHE-08'),
    replaces: {
      fence: {
        selectsMpt: (entry, page) => entry.isLeaf && entry.covers(page + 16) && !entry.covers(page),
      },
    },
  },
  'fence.legacy-address-misread': {
    says: 'MFENCE.SPA with an address drops nothing',
    breaks: rules('SMMTT-FENCE-02'),
    replaces: { fence: { selectsMtt: () => false } },
  },
  'fence.operands-swapped': {
    says: 'rs1 is taken for rs2 and rs2 for rs1',
    breaks: rules('SMSD-FENCE-04..06 SMSD-FENCE-09'),
    replaces: { fence: { registers: (rs1, rs2) => [rs2, rs1] } },
  },
  'fence.x0-as-zero': {
    says: 'x0 is taken for a register that holds 0',
    breaks: rules(
      'SMSD-FENCE-03..05 SMMTT-FENCE-02 SMMTT-FENCE-05 SMMPT-CACHE-07 SMSD-SDID-07 SMSD-FENCE-26',
    ),
    replaces: { fence: { isAll: () => false } },
  },
  'fence.identifier-not-masked': {
    says: 'identifier bits above those implemented are not ignored',
    breaks: rules('SMSD-FENCE-10..11'),
    replaces: { fence: { id: (value) => Number(value & 0xffffn) } },
  },
  'fence.gpa-not-shifted': {
    says: 'HFENCE.GVMA takes its address as it stands',
    breaks: [],
    replaces: { fence: { gpaShift: () => 0n } },
  },
  'fence.other-sdid-of-translations': {
    says: 'translation fences act on every SDID but the current one',
    breaks: rules('SMSD-SDID-01 SMSD-SDID-03..07'),
    replaces: { fence: { matchesCurrentSdid: (entry, current) => entry !== current } },
  },
  'fence.wrong-vmid': {
    says: 'HFENCE acts on the other VMIDs',
    breaks: rules('SMSD-SDID-03..04'),
    replaces: { fence: { matchesVmid: (entry, vmid) => entry !== vmid } },
  },
  'fence.wrong-asid': {
    says: 'SFENCE.VMA with an ASID acts on the other ASIDs',
    breaks: rules('SMSD-SDID-04'),
    replaces: { fence: { matchesAsid: (entry, asid) => !entry.global && entry.asid !== asid } },
  },
  'fence.address-ignored-by-leaves': {
    says: 'SFENCE.VMA with an address drops pointers and keeps leaves',
    breaks: [],
    replaces: {
      fence: { selectsTranslation: (entry, page) => !entry.isLeaf && entry.covers(page) },
    },
  },
  'fence.inval-never-completes': {
    says: 'SFENCE.INVAL.IR does not complete the invalidations before it',
    breaks: rules('SMSD-FENCE-18..19 SMSD-FENCE-21 SMSD-SDID-05 SMMTT-FENCE-04'),
    replaces: { fence: { completesInvalidation: () => false } },
  },
  'fence.inval-completes-the-last-only': {
    says: 'SFENCE.INVAL.IR completes only the last of the invalidations before it',
    breaks: rules('SMSD-FENCE-21'),
    replaces: { fence: { completesInvalidation: (index, queued) => index === queued - 1 } },
  },
  'fence.minval-needs-svinval': {
    says: 'MINVAL.PA is illegal on a hart without Svinval',
    breaks: rules('SMSD-FENCE-22'),
    replaces: { fence: { invalidationNeedsSvinval: () => true } },
  },
  'fence.anyone-may-mfence': {
    says: 'MFENCE.PA and MINVAL.PA execute in every mode',
    breaks: rules('SMSD-FENCE-01..02 SMMTT-FENCE-01'),
    replaces: { fence: { mayFenceProtection: () => true } },
  },
  'fence.nobody-may-mfence': {
    says: 'MFENCE.PA and MINVAL.PA are illegal in M-mode too',
    breaks: rules('SMSD-FENCE-22..23 SMMTT-FENCE-06'),
    replaces: { fence: { mayFenceProtection: () => false } },
  },
  'fence.tvm-ignored': {
    says: 'mstatus.TVM does not stop SFENCE.VMA',
    breaks: [],
    replaces: { fence: { trapsSupervisor: () => false } },
  },
  'fence.vtvm-ignored': {
    says: 'hstatus.VTVM does not stop SFENCE.VMA of a guest',
    breaks: [],
    replaces: { fence: { trapsGuest: () => false } },
  },
  'fence.pmp-verdicts-stay': {
    says: 'SFENCE.VMA does not synchronise PMP',
    breaks: [],
    replaces: { fence: { synchronisesPmp: () => false } },
  },
} as const satisfies Record<string, Fault>;
