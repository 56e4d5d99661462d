/** Ways for a TSM to run vCPUs wrongly: what the host sees, what stays on the hart, what the guest may lose. */
import { runDecisions as right } from '../firmware/tsm/run/decisions.ts';
import { rules, type Fault } from './fault.ts';

const CALLEE_SAVED = [8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27];

export const RUN_FAULTS = {
  'run.shows-all-registers': {
    says: 'an ECALL shows the host s0 to s11, too',
    breaks: rules('EXIT-01'),
    replaces: { run: { exposed: (kind) => [...right.exposed(kind), ...CALLEE_SAVED] } },
  },
  'run.shows-registers-of-faults': {
    says: 'a guest page fault shows the host a0 to a7',
    breaks: rules('EXIT-02'),
    replaces: { run: { exposed: (kind) => right.exposed(kind === 'fault' ? 'asks' : kind) } },
  },
  'run.shows-the-address-of-faults': {
    says: 'a guest page fault tells the host the byte, not the page',
    breaks: rules('EXIT-03'),
    replaces: { run: { shownAddress: (gpa) => gpa } },
  },
  'run.masks-device-addresses': {
    says: 'an access to an emulated device tells the host its page only',
    breaks: rules('EXIT-04'),
    replaces: { run: { shownAddress: (gpa) => gpa & ~0xfffn } },
  },
  'run.shows-whole-registers': {
    says: 'a store to an emulated device shows the host all of its register',
    breaks: rules('EXIT-05'),
    replaces: { run: { stored: (value) => value } },
  },
  'run.loads-unsigned': {
    says: 'a load from an emulated device is never sign-extended',
    breaks: rules('EXIT-06'),
    replaces: { run: { loaded: (value, bytes) => right.loaded(value, bytes, false) } },
  },
  'run.leaves-loaded-values': {
    says: 'what a load from an emulated device got stays in shared memory',
    breaks: rules('EXIT-08'),
    replaces: { run: { clearsLoaded: () => false } },
  },
  'run.shows-start-addresses': {
    says: 'the host sees where a guest starts another vCPU',
    breaks: rules('VCPU-09'),
    replaces: { run: { hidesStart: () => false } },
  },
  'run.leaves-floats': {
    says: 'float registers of a guest stay on the hart',
    breaks: rules('EXIT-15 EXIT-16'),
    replaces: { run: { scrubsFloats: () => false } },
  },
  'run.leaves-vsscratch': {
    says: 'vsscratch is not put back at the exit of a guest',
    breaks: rules('EXIT-15'),
    replaces: { run: { restoresHost: (csr) => csr !== 'vsscratch' } },
  },
  'run.leaves-vsepc': {
    says: 'vsepc is not put back at the exit of a guest',
    breaks: rules('EXIT-15'),
    replaces: { run: { restoresHost: (csr) => csr !== 'vsepc' } },
  },
  'run.leaves-sepc': {
    says: 'sepc tells the host where the guest stands',
    breaks: rules('EXIT-15'),
    replaces: { run: { restoresHost: (csr) => csr !== 'sepc' } },
  },
  'run.leaves-vsatp': {
    says: 'vsatp is not put back at the exit of a guest',
    breaks: rules('EXIT-15'),
    replaces: { run: { restoresHost: (csr) => csr !== 'vsatp' } },
  },
  'run.inherits-vstvec': {
    says: 'a guest starts with the vstvec that another one left',
    breaks: rules('RUN-07 VCPU-06'),
    replaces: { run: { loadsGuest: (csr) => csr !== 'vstvec' } },
  },
  'run.inherits-scounteren': {
    says: 'a guest starts with the scounteren of the TSM',
    breaks: rules('RUN-07'),
    replaces: { run: { loadsGuest: (csr) => csr !== 'scounteren' } },
  },
  'run.forgets-vsscratch': {
    says: 'vsscratch of a guest is not saved at its exit',
    breaks: rules('RUN-07'),
    replaces: { run: { savesGuest: (csr) => csr !== 'vsscratch' } },
  },
  'run.forgets-timers': {
    says: 'vstimecmp of a guest is not saved at its exit',
    breaks: rules('EXIT-14'),
    replaces: { run: { savesGuest: (csr) => csr !== 'vstimecmp' } },
  },
  'run.keeps-vmids-across-harts': {
    says: 'a vCPU keeps its VMID when it moves to another hart',
    breaks: rules('RUN-08'),
    replaces: { run: { keepsVmid: (_isSameHart, isSameGeneration) => isSameGeneration } },
  },
  'run.keeps-vmids-across-generations': {
    says: 'a vCPU keeps a VMID that has been given to another one',
    breaks: rules('RUN-09'),
    replaces: { run: { keepsVmid: (isSameHart) => isSameHart } },
  },
  'run.reuses-vmids-unfenced': {
    says: 'VMIDs begin anew without a fence',
    breaks: rules('RUN-09'),
    replaces: { run: { fencesGeneration: () => false } },
  },
  'run.enters-unfenced': {
    says: 'a vCPU is entered without the fence that its TVM has called for',
    breaks: rules('RUN-08 TFEN-04'),
    replaces: { run: { fencesGuest: () => false } },
  },
  'run.ignores-rejections': {
    says: 'a host that refuses to share is not heard',
    breaks: rules('EXIT-17'),
    replaces: { run: { isRejected: () => false } },
  },
  'run.shares-mapped-ranges': {
    says: 'a range changes hands with its pages still mapped',
    breaks: rules('SHAR-03 SHAR-05 SHAR-08'),
    replaces: { run: { isBlocked: () => false } },
  },
  'run.hears-the-host': {
    says: 'the host makes up the result of calls that it is only told of',
    breaks: rules('EXIT-18'),
    replaces: { run: { hearsHost: () => true } },
  },
  'run.revives': {
    says: 'a vCPU that has ended can be run again',
    breaks: rules('RUN-04'),
    replaces: { run: { stays: () => true } },
  },
} as const satisfies Record<string, Fault>;
