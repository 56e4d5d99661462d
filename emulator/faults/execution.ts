/** Ways to execute privileged instructions, take interrupts and return from traps wrongly. */
import { reportDecisions } from '../access/report.ts';
import { interruptDecisions } from '../hart/interrupt-decisions.ts';
import { rules, type Fault } from './fault.ts';

export const TRAP_VALUE_FAULTS = {
  'trap.spvp-kept': {
    says: 'a trap from a guest leaves hstatus.SPVP as it was',
    breaks: [],
    replaces: { trap: { updatesSpvp: () => false } },
  },
  'trap.spvp-always': {
    says: 'every trap into HS-mode writes hstatus.SPVP',
    breaks: [],
    replaces: { trap: { updatesSpvp: () => true } },
  },
  'trap.tval-without-bits': {
    says: 'tval of an illegal instruction is zero',
    breaks: [],
    replaces: { trap: { instructionBits: () => 0 } },
  },
  'trap.breakpoint-at-zero': {
    says: 'tval of EBREAK is zero',
    breaks: [],
    replaces: { trap: { breakpointAddress: () => 0n } },
  },
  'trap.calls-of-guests-as-of-hosts': {
    says: 'ECALL in VS-mode has the cause of HS-mode',
    breaks: [],
    replaces: { trap: { callCause: (mode) => ({ U: 8, VU: 8, S: 9, VS: 9, M: 11 })[mode] } },
  },
  'trap.vectored-exceptions': {
    says: 'exceptions are spread over the vector of xtvec too',
    breaks: [],
    replaces: { trap: { isVectored: (vectored) => vectored } },
  },
  'trap.never-vectored': {
    says: 'interrupts all go to the base of xtvec',
    breaks: [],
    replaces: { trap: { isVectored: () => false } },
  },
  'report.tinst-untransformed-register': {
    says: 'tinst shows no offset of the address that faulted',
    breaks: [],
    replaces: { report: { addressOffset: () => 0 } },
  },
  'report.tinst-compressed-as-long': {
    says: 'tinst of a compressed instruction looks like that of a long one',
    breaks: [],
    replaces: {
      report: {
        transformedInstruction: (word, offset) =>
          word === 0 ? 0 : (reportDecisions.transformedInstruction(word, offset) | 2) >>> 0,
      },
    },
  },
} as const satisfies Record<string, Fault>;

export const RETURN_FAULTS = {
  'return.mprv-kept': {
    says: 'MRET to a mode below M leaves MPRV set',
    breaks: [],
    replaces: { trap: { clearsMprv: () => false } },
  },
  'return.keeps-privilege': {
    says: 'MPP and SPP are S after a return',
    breaks: [],
    replaces: { trap: { leastPrivilege: () => 1 } },
  },
  'return.never-virtual': {
    says: 'MPV and SPV do not bring a return into the guest',
    breaks: [],
    replaces: { trap: { returnsVirtual: () => false } },
  },
  'return.mprv-cleared-in-machine': {
    says: 'MRET that stays in M-mode clears MPRV',
    breaks: [],
    replaces: { trap: { clearsMprv: () => true } },
  },
  'return.enables-nothing': {
    says: 'xIE and xPIE stay as they are at a return',
    breaks: [],
    replaces: { trap: { restoresEnable: () => false } },
  },
  'return.tsr-ignored': {
    says: 'mstatus.TSR and hstatus.VTSR do not stop SRET',
    breaks: [],
    replaces: { trap: { trapsReturn: () => false } },
  },
  'wait.tw-ignored': {
    says: 'mstatus.TW and hstatus.VTW do not stop WFI',
    breaks: [],
    replaces: { trap: { trapsWait: () => false } },
  },
} as const satisfies Record<string, Fault>;

export const INTERRUPT_FAULTS = {
  'interrupt.priority-reversed': {
    says: 'of several interrupts the last in priority is taken',
    breaks: [],
    replaces: {
      csr: { interruptPriority: () => [...interruptDecisions.interruptPriority()].reverse() },
    },
  },
  'interrupt.never-delegated': {
    says: 'mideleg and hideleg are ignored',
    breaks: [],
    replaces: { csr: { delegatesInterrupt: () => false } },
  },
  'interrupt.machine-always': {
    says: 'M-mode is interrupted although MIE is clear',
    breaks: [],
    replaces: { csr: { machineTakes: () => true } },
  },
  'interrupt.supervisor-always': {
    says: 'HS-mode is interrupted although SIE is clear',
    breaks: [],
    replaces: { csr: { supervisorTakes: (mode) => mode !== 'M' } },
  },
  'interrupt.guest-always': {
    says: 'VS-mode is interrupted although vsstatus.SIE is clear',
    breaks: [],
    replaces: { csr: { guestTakes: (mode) => mode === 'VS' || mode === 'VU' } },
  },
  'interrupt.machine-by-enable-only': {
    says: 'interrupts for M-mode need MIE in the modes below, too',
    breaks: [],
    replaces: { csr: { machineTakes: (_, enable) => enable } },
  },
  'interrupt.supervisor-by-enable-only': {
    says: 'interrupts for HS-mode need SIE in the modes below, and are taken in M-mode with it',
    breaks: [],
    replaces: { csr: { supervisorTakes: (_, enable) => enable } },
  },
  'interrupt.guest-out-of-the-guest': {
    says: 'interrupts of the guest are taken while its hypervisor runs',
    breaks: [],
    replaces: { csr: { guestTakes: (_, enable) => enable } },
  },
  'interrupt.wakes-by-global-enable': {
    says: 'an interrupt that is not taken does not end WFI',
    breaks: [],
    replaces: { csr: { wakes: () => false } },
  },
  'interrupt.timer-signed': {
    says: 'stimecmp is compared as a signed number',
    breaks: [],
    replaces: {
      csr: {
        timerPending: (time, compare) => BigInt.asIntN(64, time) >= BigInt.asIntN(64, compare),
      },
    },
  },
  'interrupt.guest-code-unshifted': {
    says: 'vscause names VS-level interrupts as HS-mode does',
    breaks: [],
    replaces: { csr: { guestCode: (code) => code } },
  },
  'interrupt.views-show-all': {
    says: 'sip, sie, vsip and vsie show interrupts that are not delegated',
    breaks: [],
    replaces: { csr: { seesDelegated: (_, all) => all } },
  },
} as const satisfies Record<string, Fault>;

export const INSTRUCTION_FAULTS = {
  'csr.set-by-x0-writes': {
    says: 'CSRRS and CSRRC of x0 count as writes',
    breaks: [],
    replaces: { csr: { writesNothing: () => false } },
  },
  'csr.set-replaces': {
    says: 'CSRRS writes its operand without the bits that were set',
    breaks: [],
    replaces: { csr: { set: (_, value) => value } },
  },
  'csr.clear-toggles': {
    says: 'CSRRC sets bits that were clear',
    breaks: [],
    replaces: { csr: { clear: (old, value) => old ^ value } },
  },
  'csr.medeleg-holds-all': {
    says: 'medeleg stores bits of exceptions that cannot be delegated',
    breaks: [],
    replaces: { csr: { delegable: (_, all) => all } },
  },
  'csr.reserved-vector-mode': {
    says: 'xtvec stores reserved modes',
    breaks: [],
    replaces: { csr: { isLegalVector: () => true } },
  },
  'csr.reserved-cbie': {
    says: 'CBIE stores its reserved value',
    breaks: [],
    replaces: { csr: { isLegalCbie: () => true } },
  },
  'csr.counters-never-stand': {
    says: 'mcountinhibit stops no counter',
    breaks: [],
    replaces: { csr: { inhibits: () => false } },
  },
  'csr.traps-retire': {
    says: 'minstret counts instructions that trapped',
    breaks: [],
    replaces: { csr: { retires: (executed) => executed } },
  },
  'csr.counter-enables-ignored': {
    says: 'mcounteren, hcounteren and scounteren close nothing',
    breaks: [],
    replaces: { csr: { opensCounter: () => true } },
  },
  'csr.counter-enables-inverted': {
    says: 'a set bit of mcounteren, hcounteren or scounteren closes its counter',
    breaks: [],
    replaces: { csr: { opensCounter: (bit) => !bit } },
  },
  'csr.state-enables-ignored': {
    says: 'mstateen and hstateen close nothing',
    breaks: [],
    replaces: { csr: { opensState: () => true } },
  },
  'csr.timer-enables-ignored': {
    says: 'stimecmp is open without menvcfg.STCE',
    breaks: [],
    replaces: { csr: { opensTimer: () => true } },
  },
  'csr.float-open-to-guests': {
    says: 'vsstatus.FS does not close float state to a guest',
    breaks: [],
    replaces: { csr: { floatIsOff: (host) => host } },
  },
  'csr.float-never-off': {
    says: 'FS does not close float state',
    breaks: [],
    replaces: { csr: { floatIsOff: () => false } },
  },
  'csr.float-not-summarised': {
    says: 'float instructions that make FS Dirty leave SD clear',
    breaks: [],
    replaces: { csr: { summarisesFloat: () => false } },
  },
  'csr.float-flags-replaced': {
    says: 'the flags of an operation replace those that stood',
    breaks: [],
    replaces: { csr: { accrued: (_, raised) => raised } },
  },
  'instruction.environment-ignored': {
    says: 'menvcfg, henvcfg and senvcfg close no instruction',
    breaks: [],
    replaces: { csr: { enablesOperation: () => true } },
  },
  'instruction.virtual-as-illegal': {
    says: 'what a guest may not execute is an illegal instruction',
    breaks: [],
    replaces: { csr: { guestCause: () => 2 } },
  },
  'reservation.checks-the-other-way': {
    says: 'an SC that must fail is checked exactly where the open point says that it is not',
    breaks: rules('SMMPT-ACC-18'),
    replaces: { reservation: { checksFailing: (asKnob) => !asKnob } },
  },
  'reservation.elsewhere': {
    says: 'SC succeeds at another address than that of the LR',
    breaks: [],
    replaces: { reservation: { covers: () => true } },
  },
  'reservation.unbroken': {
    says: 'stores of other harts leave a reservation',
    breaks: [],
    replaces: { reservation: { isBroken: () => false } },
  },
  'reservation.twice': {
    says: 'a reservation serves a second SC',
    breaks: [],
    replaces: { reservation: { endsWithSc: () => false } },
  },
  'fence.code-kept': {
    says: 'FENCE.I leaves decoded instructions',
    breaks: [],
    replaces: { fence: { fencesCode: () => false } },
  },
} as const satisfies Record<string, Fault>;
