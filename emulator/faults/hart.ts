/** Ways to keep CSRs, check access to them, and take traps wrongly. */
import { csrDecisions as right } from '../hart/csr-decisions.ts';
import { rules, type Fault } from './fault.ts';

export const CSR_FAULTS = {
  'csr.mmpt-absent': {
    says: 'mmpt and msdcfg do not answer at their numbers',
    breaks: rules('SMSD-CSR-01 SMSD-CSR-05..06'),
    replaces: { csr: { answers: (number) => number !== 0x382 && number !== 0x74e } },
  },
  'csr.reset-active': {
    says: 'mmpt comes out of reset with all bits set',
    breaks: rules('SMSD-CSR-18'),
    replaces: { csr: { resetDomain: () => 0x1fc0_0000_0000_0001n } },
  },
  'csr.stores-illegal-modes': {
    says: 'MODE of mmpt and mttp stores every encoding',
    breaks: rules('SMSD-CSR-08..09 SMMTT-CSR-05..06'),
    replaces: { csr: { isLegalMode: () => true } },
  },
  'csr.no-mode-is-legal': {
    says: 'MODE of mmpt and mttp never leaves Bare',
    breaks: rules('SMSD-CSR-05..06 SMSD-CSR-09 SMSD-CSR-17 SMMTT-CSR-02..03 SMMTT-CSR-05..06'),
    replaces: { csr: { isLegalMode: () => false } },
  },
  'csr.mmpt-packed-elsewhere': {
    says: 'the fields of mmpt and mttp are kept two bits too low',
    breaks: rules('SMSD-CSR-05..06 SMSD-CSR-15 SMMTT-CSR-02..03'),
    replaces: { csr: { packed: (value) => value >> 2n } },
  },
  'csr.stores-wpri': {
    says: 'the bits of mttp between SDID and PPN are stored',
    breaks: rules('SMMTT-CSR-04'),
    replaces: { csr: { packed: (value) => value | (1n << 50n) | (1n << 22n) } },
  },
  'csr.sdid-cleared-in-bare': {
    says: 'SDID reads 0 while MODE is Bare, as older drafts demanded',
    breaks: rules('SMSD-CSR-15'),
    replaces: {
      csr: { sdid: (sdid, sdidlen, bare) => (bare === true ? 0n : right.sdid(sdid, sdidlen)) },
    },
  },
  'csr.root-aligned-in-every-mode': {
    says: 'PPN[2:0] of mmpt read zero in every mode',
    breaks: rules('SMSD-CSR-13'),
    replaces: { csr: { alignsRoot: () => true } },
  },
  'csr.sdid-0-unchecked': {
    says: 'the table is not in force for SDID 0',
    breaks: rules('SMSD-CSR-11 SMSD-SDID-08'),
    replaces: { csr: { isActive: (sdid) => sdid !== 0 } },
  },
  'csr.machine-mode-isolated': {
    says: 'the table binds M-mode too',
    breaks: rules('SMMPT-ACC-03..04 SMMPT-ACC-06 SMMTT-CSR-10'),
    replaces: { csr: { checksMachine: () => true } },
  },
  'csr.stores-nzr': {
    says: 'NZR bits of mmpt are stored',
    breaks: rules('SMSD-CSR-07'),
    replaces: { csr: { storesNzr: () => true } },
  },
  'csr.sdid-unmasked': {
    says: 'SDID stores six bits whatever SDIDLEN is',
    breaks: rules('SMSD-CSR-10..11 SMSD-SDID-09 SMMTT-CSR-09'),
    replaces: { csr: { sdid: (sdid) => sdid & 63n } },
  },
  'csr.sdid-high-bits': {
    says: 'SDID loses its lowest bit',
    breaks: rules('SMSD-CSR-05..06 SMSD-CSR-10 SMSD-CSR-15 SMMTT-CSR-02..03 SMMTT-CSR-09'),
    replaces: { csr: { sdid: (sdid, sdidlen) => right.sdid(sdid, sdidlen) & ~1n } },
  },
  'csr.mmpt-write-ignored': {
    says: 'an unsupported MODE cancels the whole write of mmpt',
    breaks: rules('SMSD-CSR-08 SMMTT-CSR-05..06'),
    replaces: { csr: { ignoresWholeMmpt: () => true } },
  },
  'csr.smmpt64-root-unaligned': {
    says: 'PPN[2:0] of mmpt are stored in Smmpt64 mode',
    breaks: rules('SMSD-CSR-12'),
    replaces: { csr: { smmpt64Root: (ppn) => ppn } },
  },
  'csr.mttp-root-unaligned': {
    says: 'PPN[1:0] of mttp are stored',
    breaks: rules('SMMTT-CSR-07'),
    replaces: { csr: { mttRoot: (ppn) => ppn } },
  },
  'csr.mmpt-mode-change-unseen': {
    says: 'a write of mmpt that changes only MODE leaves the old table in force',
    breaks: rules('SMSD-CSR-24 SMSD-FENCE-26 SMMTT-FENCE-05'),
    replaces: { csr: { changesDomain: (_mode, sdid, ppn) => sdid || ppn } },
  },
  'csr.mmpt-ppn-change-unseen': {
    says: 'a write of mmpt that changes only PPN leaves the old table in force',
    breaks: rules('SMMPT-LKUP-01 SMSD-FENCE-25'),
    replaces: { csr: { changesDomain: (mode, sdid) => mode || sdid } },
  },
  'csr.msdcfg-stores': {
    says: 'msdcfg stores fields of extensions that the machine lacks',
    breaks: rules('SMSD-CSR-20..22'),
    replaces: { csr: { storesUnimplementedMsdcfg: () => true } },
  },
  'csr.satp-write-legalised': {
    says: 'a write of satp with an unsupported MODE changes its other fields',
    breaks: [],
    replaces: { csr: { ignoresWholeSatp: () => false } },
  },
  'csr.hgatp-root-unaligned': {
    says: 'PPN[1:0] of hgatp are stored',
    breaks: [],
    replaces: { csr: { hgatpRoot: (ppn) => ppn } },
  },
  'csr.henvcfg-ungated': {
    says: 'henvcfg.ADUE and PBMTE work without menvcfg',
    breaks: [],
    replaces: { csr: { gatesByMenvcfg: () => false } },
  },
  'csr.senvcfg-ungated': {
    says: 'a guest sees senvcfg.SSE although henvcfg.SSE is clear',
    breaks: [],
    replaces: { csr: { gatesByHenvcfg: () => false } },
  },
  'csr.always-updates-accessed': {
    says: 'hardware sets A and D whatever ADUE says',
    breaks: rules('SMMPT-PTW-10'),
    replaces: { csr: { updatesAccessed: () => true } },
  },
  'csr.never-updates-accessed': {
    says: 'hardware never sets A and D',
    breaks: rules('SMMPT-PTW-07..08 SMMPT-PTW-14..15 SMMTT-LKUP-07'),
    replaces: { csr: { updatesAccessed: () => false } },
  },
  'csr.reserved-mpp': {
    says: 'MPP stores the reserved mode 2',
    breaks: [],
    replaces: { csr: { isLegalMpp: () => true } },
  },
  'csr.mprv-ignored': {
    says: 'MPRV changes nothing',
    breaks: rules('SMMPT-ACC-05 SMMPT-ACC-07 SMMPT-PTW-16 SMMTT-LKUP-10'),
    replaces: { csr: { appliesMprv: () => false } },
  },
  'csr.mprv-for-fetches': {
    says: 'MPRV applies to fetches',
    breaks: rules('SMMPT-ACC-04'),
    replaces: { csr: { appliesMprv: (mprv) => mprv } },
  },
  'csr.mprv-always': {
    says: 'M-mode data accesses act in the mode of MPP without MPRV',
    breaks: rules('SMMPT-ACC-03 SMMTT-CSR-10'),
    replaces: { csr: { appliesMprv: (_mprv, fetch) => !fetch } },
  },
  'csr.hypervisor-loads-as-user': {
    says: 'HLV acts as VU whatever SPVP says',
    breaks: [],
    replaces: { csr: { hypervisorAccessAsSupervisor: () => false } },
  },
  'csr.hypervisor-loads-without-hu': {
    says: 'U-mode may execute HLV without HU',
    breaks: [],
    replaces: { csr: { userMayUseHypervisorAccess: () => true } },
  },
  'csr.table-endianness-of-sbe': {
    says: 'the byte order of the protection table follows SBE',
    breaks: rules('SMMPT-PMP-13..14'),
    replaces: { csr: { tableBigEndian: (_mbe, sbe) => sbe } },
  },
  'csr.everyone-is-privileged': {
    says: 'every CSR is accessible in every mode',
    breaks: rules('SMSD-CSR-02..04 SMMTT-CSR-01'),
    replaces: { csr: { isPrivileged: () => true } },
  },
  'csr.nobody-is-privileged': {
    says: 'no CSR is accessible, in M-mode either',
    breaks: rules('SMSD-CSR-01 SMSD-CSR-05..06 SMSD-CSR-14 SMSD-CSR-19 SMMTT-CSR-08'),
    replaces: { csr: { isPrivileged: () => false } },
  },
  'csr.all-virtual': {
    says: 'with V=1 every refused CSR is a virtual instruction',
    breaks: rules('SMSD-CSR-03'),
    replaces: { csr: { isVirtualInstruction: () => true } },
  },
  'csr.never-virtual': {
    says: 'with V=1 every refused CSR is an illegal instruction',
    breaks: [],
    replaces: { csr: { isVirtualInstruction: () => false } },
  },
  'csr.no-redirection': {
    says: 'VS-mode reaches the CSRs of HS-mode',
    breaks: [],
    replaces: { csr: { redirects: () => false } },
  },
  'csr.tvm-ignored': {
    says: 'mstatus.TVM does not stop accesses to satp',
    breaks: [],
    replaces: { csr: { trapsSatp: () => false } },
  },
  'csr.vtvm-ignored': {
    says: 'hstatus.VTVM does not stop accesses to satp by a guest',
    breaks: [],
    replaces: { csr: { trapsVirtualSatp: () => false } },
  },
  'csr.read-only-written': {
    says: 'read-only CSRs accept writes',
    breaks: [],
    replaces: { csr: { isReadOnly: () => false } },
  },
} as const satisfies Record<string, Fault>;

export const TRAP_FAULTS = {
  'trap.epc-of-the-next': {
    says: 'xepc points behind the instruction',
    breaks: rules('SMMPT-TRAP-03 SMMPT-SPLIT-10'),
    replaces: { trap: { epc: (pc) => pc + 4n } },
  },
  'trap.always-delegated': {
    says: 'every exception from below M-mode is delegated',
    breaks: rules('SMMPT-TRAP-08'),
    replaces: { trap: { isDelegated: () => true } },
  },
  'trap.never-delegated': {
    says: 'medeleg is ignored',
    breaks: rules('SMMPT-TRAP-07'),
    replaces: { trap: { isDelegated: () => false } },
  },
  'trap.delegated-from-machine': {
    says: 'exceptions of M-mode are delegated too',
    breaks: [],
    replaces: { trap: { staysInMachine: () => false } },
  },
  'trap.handed-to-the-guest': {
    says: 'hedeleg hands exceptions from V=0 to VS-mode',
    breaks: [],
    replaces: { trap: { mayGoToGuest: () => true } },
  },
  'trap.tval-zero': {
    says: 'tval is zero although the machine writes addresses',
    breaks: rules('SMMPT-TRAP-02 SMMPT-SPLIT-03'),
    replaces: { trap: { tval: () => 0n } },
  },
  'trap.tval-of-the-page': {
    says: 'tval is the address of the page',
    breaks: rules('SMMPT-TRAP-02'),
    replaces: { trap: { tval: (address) => address & ~0xfffn } },
  },
  'trap.gpa-lost': {
    says: 'mtval2 stays zero for guest-page faults',
    breaks: rules('SMMPT-PTW-17'),
    replaces: { trap: { guestAddress: () => null } },
  },
  'trap.gpa-for-access-faults': {
    says: 'mtval2 is written for access faults',
    breaks: rules('SMMPT-TRAP-05'),
    replaces: { trap: { guestAddress: (gpa) => gpa ?? 0x1000n } },
  },
  'trap.tinst-always': {
    says: 'mtinst holds a pseudo-instruction for every trap',
    breaks: rules('SMMPT-TRAP-06'),
    replaces: { trap: { tinst: () => 0x3000n } },
  },
  'trap.gva-inverted': {
    says: 'GVA is inverted',
    breaks: rules('SMMPT-TRAP-04'),
    replaces: { trap: { gva: (isGuestVirtual) => !isGuestVirtual } },
  },
  'trap.mpv-clear': {
    says: 'MPV stays clear',
    breaks: rules('SMMPT-TRAP-04'),
    replaces: { trap: { previousVirtual: () => false } },
  },
  'trap.mpp-machine': {
    says: 'MPP is M after every trap',
    breaks: [],
    replaces: { trap: { previousPrivilege: () => 3 } },
  },
} as const satisfies Record<string, Fault>;
